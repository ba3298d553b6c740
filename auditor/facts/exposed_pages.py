"""Pages that are meant for those who run the stack, and that answer everyone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.facts.tallies import Tally
from auditor.model import Gap, Severity


class PageKind(StrEnum):
    """What sort of page it is, which decides whose check judges it."""

    CONSOLE = "console"
    """Where people look after a service: Flower, pgAdmin, Grafana, Supabase Studio."""
    DEBUG = "debug tool"
    """What developers look into a running program with: profilers, consoles, actuators."""
    STATUS = "status page"
    """What servers tell of themselves."""
    DEVELOPMENT = "development server"
    """What only ``next dev``, Vite and their like serve."""
    DEFAULT = "default page"
    """What a server shows before anything is installed."""
    SUPABASE = "internal route of Supabase"
    """What the gateway of Supabase keeps from strangers."""


@dataclass(frozen=True, slots=True)
class ExposedPage:
    """A page that everybody can read, recognised by its content."""

    origin: str
    url: str
    kind: PageKind
    what: str
    """Such as ``the dashboard of Flower``."""
    saw: str
    """What it was recognised by, without values."""
    severity: Severity
    status: int


@dataclass(frozen=True, slots=True)
class ExposedPages:
    """What the frontend, the API and Supabase show under addresses that such pages usually have."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api`, `supabase.url` of the environment",
        "about 70 GET requests to each, for pages that should not be there",
    )

    pages: tuple[ExposedPage, ...] = ()
    tallies: tuple[Tally, ...] = ()
    gaps: tuple[Gap, ...] = ()
    requests: int = 0
