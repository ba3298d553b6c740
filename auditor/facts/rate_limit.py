"""What a bounded burst of requests meets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst against one endpoint."""

    endpoint: str
    baseline_status: int
    """Status of the first, unhurried requests."""
    sent: int
    """All requests, baseline and confirmation included."""
    accepted: int
    """Answers like the baseline, before the first refusal."""
    seconds: float
    """From the first to the last request of the burst."""
    refused_status: int | None = None
    """Status of the refusals; 0 for closed connections; None when nothing was refused."""
    confirmed: bool = False
    """Further requests right after were refused too."""
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Bursts:
    """One burst for every endpoint of ``[policy.rate_limiting]``."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`api` of the environment",
        "`[policy.rate_limiting] endpoints`: at most `max_requests` requests to each",
    )

    bursts: tuple[Burst, ...]
    gaps: tuple[Gap, ...] = ()
