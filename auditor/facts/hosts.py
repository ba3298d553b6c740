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
    """Where the foreign name, or scheme, came back: ``Location``, ``canonical``, ``page``, ``data`` …"""
    echo: bool = False
    """Whether a header that means nothing came back too: the address shows every request to who sent it."""
    same: bool = False
    """Whether the answer is that of an ordinary request, but for the name."""
    loops: bool = False
    """Whether it redirects to the very address that was asked for, while an ordinary request is answered."""
    unread: str = ""
    """Why nobody can tell what the stack makes of the name, as a clause; empty: its whole answer was read."""

    @property
    def refused(self) -> bool:
        """Whether the name was turned away: no answer at all, or a 4xx that an ordinary request does not get."""
        return self.status == 0 or (400 <= self.status < 500 and not self.same)

    @property
    def believed(self) -> tuple[str, ...]:
        """Where the stack itself took the name over: what shows each request to its sender is no such place."""
        if self.refused:
            return ()
        return tuple(place for place in self.reflected if not (self.echo and place in ("data", "page")))


@dataclass(frozen=True, slots=True)
class HostTrust:
    """Answers to requests that call the stack by a name that is not its own."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api`, `supabase.url`, `supabase.anon_key` of the environment",
        "about a dozen GET requests to each, with Host and X-Forwarded headers that name a host that does not exist",
    )

    answers: tuple[HostAnswer, ...]
    gaps: tuple[Gap, ...] = ()
