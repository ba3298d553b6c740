"""What a bounded burst of requests meets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.facts.rate_limit_headers import Advertised
from auditor.model import Gap

CLOSED = 0
"""Stands for a connection that was closed, in order, without an answer."""


class End(StrEnum):
    """How a burst ended."""

    UNLIMITED = "unlimited"
    """Nothing stopped it."""
    LIMITED = "limited"
    """Refused, and refused again when it was tried once more."""
    SLOWED = "slowed"
    """Answers are held back: also those to single requests, after the burst."""
    SHARED = "shared"
    """Already refused as the burst to the endpoint before it was: not burst again."""
    BROKEN = "broken"
    """What it answers from some point on is no refusal."""


class Choice(StrEnum):
    """Who chose the endpoint."""

    DECLARED = "declared"
    """The checklist."""
    DOCUMENT = "document"
    """The audit, from the OpenAPI document."""
    HEALTH = "health"
    """The audit, for want of another: the health page."""


class Scope(StrEnum):
    """Whether another route is refused as well."""

    UNKNOWN = "unknown"
    SHARED = "shared"
    PER_ROUTE = "per-route"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A slice of the burst's time."""

    from_s: float
    """Since the first request."""
    accepted: int
    refused: int
    """Everything that was not accepted."""


@dataclass(frozen=True, slots=True)
class Spoof:
    """A header that claims another client's address, sent while the audit's own was refused."""

    header: str
    passed: bool
    """Accepted, twice, while requests without it were refused in the same moment."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Requests that all claim one and the same address, after none without was refused."""

    header: str
    sent: int
    accepted: int
    refused_status: int | None = None
    """Set when they were refused, and requests without the header were not."""


@dataclass(frozen=True, slots=True)
class Slowdown:
    """How answers are held back."""

    first_ms: float
    """The quickest of the unhurried requests."""
    late_ms: float
    """The median at the end of the burst."""
    alone_ms: float
    """The quickest of those sent one by one afterwards: no queue of the audit's own explains it."""
    per_second: float
    """Answers, at the end of the burst."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst against one endpoint."""

    endpoint: str
    end: End
    baseline_status: int
    """Status of the first, unhurried requests."""
    sent: int
    """All requests, those before and after the burst included."""
    accepted: int
    """Answers like the first ones, until the burst was stopped: the limit, when it was refused."""
    seconds: float
    """From the first unhurried request to the last of the burst."""
    refused_status: int | None = None
    """Status of the refusals; 0 for closed connections; None when nothing was refused."""
    signal: str = ""
    """What told a refusal, in words: ``429``, ``closed connections``, ``another body``."""
    reason: str = ""
    """Of a burst that is broken."""
    unsteady: int = 0
    """Other answers that were no refusal: what followed was accepted again."""
    refills: bool = False
    """Refused again and again, with accepted requests in between."""
    retry_after: str = ""
    retry_after_s: float | None = None
    choice: Choice = Choice.DECLARED
    attempts: bool = False
    """Not GET or HEAD: a handful of requests, such as attempts to log in."""
    earlier: int = 0
    """Requests that the audit had sent to the host before."""
    budget: int = 0
    private_peer: bool = False
    """The address that answered is loopback or private."""
    timeline: tuple[Bucket, ...] = ()
    advertised: tuple[Advertised, ...] = ()
    """Limits that the first answer, or the first refusal, spoke of."""
    spoofs: tuple[Spoof, ...] = ()
    spoofs_untried: str = ""
    """Why not every header was tried, as a clause."""
    scope: Scope = Scope.UNKNOWN
    other_route: str = ""
    """The one that tells the scope."""
    constant: Constant | None = None
    slowdown: Slowdown | None = None

    @property
    def plain(self) -> int:
        """Accepted requests that claimed no other address."""
        return self.accepted - (self.constant.accepted if self.constant else 0)


@dataclass(frozen=True, slots=True)
class Bursts:
    """One burst for every endpoint of ``[policy.rate_limiting]``, else for one that the audit chose."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`api` of the environment",
        "`[policy.rate_limiting] endpoints`: at most `max_requests` requests to each",
    )

    bursts: tuple[Burst, ...]
    gaps: tuple[Gap, ...] = ()
