"""How the stack's web origins answer in plain HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class Hop:
    """One answer on the way of a redirect."""

    url: str
    status: int
    location: str = ""
    """The Location header, made absolute, without its query."""
    by_page: str = ""
    """How the page leads elsewhere where no header does: ``meta refresh`` or ``script``."""


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """What a plain HTTP request to a host of the stack leads to."""

    url: str
    refused: bool = False
    """Nothing listens there, or it closes without an answer."""
    hops: tuple[Hop, ...] = ()
    """Empty when refused. Followed on the hosts of the stack only."""
    loop: bool = False
    """The last redirect leads to an address that was asked before."""
    endless: bool = False
    """The last redirect was not followed: there had been too many."""
    keeps: bool | None = None
    """Whether the first redirect keeps path and query. None: it was asked without a query."""
    address: str = ""
    """Of the host, where it has several and each was asked."""


@dataclass(frozen=True, slots=True)
class PlainHttp:
    """Plain HTTP on every host of the stack."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api`, `supabase.url` of the environment",
        "a TCP connection to port 80 of each (`network.http_port`)",
    )

    answers: tuple[PlainAnswer, ...]
    gaps: tuple[Gap, ...] = ()
