"""Files that a web server hands out and that nobody meant to publish."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.facts.sightings import Sighting
from auditor.facts.tallies import Tally
from auditor.model import Gap, Severity


class ExposureKind(StrEnum):
    """What sort of file it is, which decides whose check judges it."""

    ENVIRONMENT = "environment file"
    VERSION_CONTROL = "version control"
    KEY = "key"
    """Private keys, and files that hold credentials by their nature: ``.npmrc`` with a token, ``.htpasswd``."""
    DUMP = "dump"
    """Copies of data: SQL, database files, archives, core dumps."""
    CONFIGURATION = "configuration"
    """Configuration and source of the server side."""
    LOG = "log"
    LISTING = "directory listing"


@dataclass(frozen=True, slots=True)
class Exposure:
    """A file that everybody can read, recognised by its content."""

    origin: str
    url: str
    kind: ExposureKind
    what: str
    """Such as ``a SQL dump``."""
    saw: str
    """What its content was recognised by, without values: ``12 variables``."""
    severity: Severity
    """``info``: nothing in it is secret, as in ``.env.example``."""
    status: int
    size_bytes: int | None = None
    """As the server tells it, or as it was read; None: unknown."""
    sightings: tuple[Sighting, ...] = ()
    """What the scanner recognised in its beginning."""
    scanned_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ProbedOrigin:
    """What looking cost."""

    origin: str
    surfaces: tuple[str, ...]
    """``frontend``, ``api``, or both when they are one."""
    requests: int
    seconds: float
    statuses: tuple[tuple[int, int], ...] = ()
    """Status and how often it came; 0: the connection was closed without an answer."""


@dataclass(frozen=True, slots=True)
class ExposedFiles:
    """What the frontend and the API hand out under names that such files usually have."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api` of the environment",
        "about 80 GET requests to each, most of them for the first 4096 bytes of a file that should not be there",
    )

    origins: tuple[ProbedOrigin, ...]
    exposures: tuple[Exposure, ...] = ()
    tallies: tuple[Tally, ...] = ()
    gaps: tuple[Gap, ...] = ()
