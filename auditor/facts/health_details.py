"""What health pages and their like tell of the stack, besides that it is well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap, Severity


@dataclass(frozen=True, slots=True)
class Detail:
    """Something that a page should keep for itself."""

    what: str
    """Such as ``a URL with a password``; never the value."""
    where: str
    """The names of the keys that lead to it, such as ``checks.database.url``; ``text`` where there are none."""
    severity: Severity


@dataclass(frozen=True, slots=True)
class HealthPage:
    """One page and what it tells."""

    url: str
    status: int
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthDetails:
    """Health pages, asked without credentials."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`api` and `health` of the environment", "about ten GET requests")

    pages: tuple[HealthPage, ...] = ()
    gaps: tuple[Gap, ...] = ()
