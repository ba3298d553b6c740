"""Whether the web surfaces believe the name that a request calls them by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap


class Header(StrEnum):
    """Where a foreign name, or scheme, was put."""

    NONE = ""
    """An ordinary request, to compare with."""
    HOST = "Host"
    FORWARDED_HOST = "X-Forwarded-Host"
    FORWARDED = "Forwarded"
    FORWARDED_PROTO = "X-Forwarded-Proto"


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """What one request with a foreign name got. TLS and its server name were the real ones."""

    origin: str
    url: str
    """Without the query, which keeps caches from storing the answer for others."""
    header: Header
    value: str
    """Of the header."""
    status: int
    """0: the connection was closed without an answer."""
    location: str = ""
    """Of a redirect, made absolute, without its query."""
    reflected: tuple[str, ...] = ()
    """Where the foreign name came back: ``Location``, ``Set-Cookie``, ``canonical``, ``page``, ``data`` …"""
    echo: bool = False
    """Whether a header that means nothing came back too: the address shows every request to who sent it."""
    same: bool = False
    """Whether the answer is that of an ordinary request, but for the name."""
    loops: bool = False
    """Whether it redirects to the very address that was asked for, while an ordinary request is answered."""

    @property
    def refused(self) -> bool:
        """Whether the name was turned away: 4xx, or no answer at all."""
        return self.status == 0 or 400 <= self.status < 500


@dataclass(frozen=True, slots=True)
class HostTrust:
    """Answers to requests that call the stack by a name that is not its own."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api` of the environment",
        "about a dozen GET requests to each, with Host and X-Forwarded headers that name a host that does not exist",
    )

    answers: tuple[HostAnswer, ...]
    gaps: tuple[Gap, ...] = ()
