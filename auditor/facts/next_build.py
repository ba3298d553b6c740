"""What the frontend shows of Next.js: its version, and how it treats requests that it should turn away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from auditor.model import Gap, Severity


@dataclass(frozen=True, slots=True)
class Advisory:
    """A published vulnerability that a version has."""

    id: str
    """Of GitHub's database."""
    cve: str
    """Empty: it has none."""
    title: str
    severity: Severity
    fixed: str
    """The version that fixes it in the same line."""


@dataclass(frozen=True, slots=True)
class NextBuild:
    """Next.js, as far as the frontend shows."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend` of the environment",
        "GET requests for the start page and its scripts, 25 at most",
    )

    frontend: str
    present: bool
    """Whether the site is one of Next.js."""
    version: str = ""
    """As the scripts tell it; empty: they do not."""
    told_by: str = ""
    """The URL of the script that tells it."""
    advisories: tuple[Advisory, ...] = ()
    """Those that the version has, the worst first."""
    as_of: date = date(2026, 1, 1)
    """When the table of advisories was last compared with its sources."""
    age_days: int = 0
    """How old it is."""
    others: tuple[str, ...] = ()
    """Versions of other libraries that the page and its scripts tell: ``React 19.2.0``."""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardedRoute:
    """A route that sends strangers to a login, asked with the header of CVE-2025-29927."""

    url: str
    status: int
    """Without the header: a redirect."""
    status_with_header: int
    passed: bool
    """Whether the header opened it, and it was shut again without."""


@dataclass(frozen=True, slots=True)
class NextGuards:
    """Whether a header passes by the middleware, and whether the image optimizer fetches from anywhere."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend` of the environment",
        "about a dozen GET requests; what they answer is not kept",
    )

    frontend: str
    present: bool
    version: str = ""
    patched: bool = False
    """Whether the version is known, and none of those that CVE-2025-29927 affects."""
    routes: tuple[GuardedRoute, ...] = ()
    optimizer: str = ""
    """``refuses``, ``fetches``; empty: there is none."""
    optimizer_said: str = ""
    """Status and the first words of its answer."""
    gaps: tuple[Gap, ...] = ()
