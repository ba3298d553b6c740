"""Health endpoint and scrape targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class Health:
    """How the health endpoint answers, without credentials."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`api` and `health` of the environment",)

    url: str
    status: int
    content_type: str
    state: str
    """The ``status`` word of a JSON body; empty when there is none."""
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class ScrapeTarget:
    """A target of Prometheus."""

    job: str
    instance: str
    scrape_url: str
    health: str
    """``up``, ``down`` or ``unknown``."""
    last_error: str
    last_scrape: datetime | None
    interval_s: float


@dataclass(frozen=True, slots=True)
class ScrapeTargets:
    """What Prometheus scrapes."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`prometheus` and `api` of the environment",
        "the Prometheus HTTP API (`/api/v1/targets`)",
    )

    prometheus: str
    api_host: str
    targets: tuple[ScrapeTarget, ...]
    looked_at: datetime
    gaps: tuple[Gap, ...] = ()
