"""What the frontend serves to every browser, and what was recognised in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.facts.sightings import Sighting
from auditor.facts.variables import PublicVariable
from auditor.model import Gap


class FileKind(StrEnum):
    """What a served file is to the application."""

    PAGE = "page"
    SCRIPT = "script"
    WORKER = "worker"
    SOURCE_MAP = "source map"
    MANIFEST = "manifest"
    STYLE = "style sheet"
    DATA = "data"
    """Props and payloads: ``_next/data``, RSC, ``__data.json``."""
    SETTINGS = "settings"
    """Configuration that a page reads at run time: ``/env.js``."""


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file that was read."""

    url: str
    kind: FileKind
    size_bytes: int
    """Decompressed, as far as it was read."""
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file that something names and nobody serves: nothing in it reaches a browser."""

    url: str
    named_by: str
    """The URL of the file that names it."""
    reason: str
    """``answers 404``."""
    kind: FileKind | None = None
    tagged: bool = False
    """Whether a tag, a manifest or the checklist names it, and not only a text that looks like an address."""


@dataclass(frozen=True, slots=True)
class SourceMap:
    """A source map that everybody can read."""

    url: str
    script: str
    """The script that names it."""
    sources: int
    """How many source files it names."""
    with_content: int
    """How many of them it holds."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What looking cost, and what it might have cost."""

    requests: int = 0
    size_bytes: int = 0
    seconds: float = 0.0
    max_requests: int = 0
    max_bytes: int = 0
    max_seconds: float = 0.0
    left: int = 0
    """Files that were named and not asked for, because a bound was reached."""


@dataclass(frozen=True, slots=True)
class Served:
    """Every page, script and source map that could be found."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend` of the environment",
        "`supabase.service_key` and `--env-file`, optional: to recognise the very values; they are sent nowhere",
    )

    frontend: str
    files: tuple[ServedFile, ...]
    sightings: tuple[Sighting, ...] = ()
    missing: tuple[MissingFile, ...] = ()
    maps: tuple[SourceMap, ...] = ()
    variables: tuple[PublicVariable, ...] = ()
    """Variables that source maps, scripts and run-time settings name."""
    frameworks: tuple[str, ...] = ()
    """What built the site, as far as it shows: ``Next.js (Turbopack)``, ``Vite``, ..."""
    bounds: Bounds = Bounds()
    known_values: int = 0
    """How many values of the server's own secrets were looked for."""
    gaps: tuple[Gap, ...] = ()
    alike: int = 0
    """Pages that only links and sitemaps name, left out because enough others of their folder were read."""
    inline_scripts: int = 0
    """Scripts that stand in the pages themselves."""

    @property
    def only_inline(self) -> bool:
        """Whether all scripts stand in the pages: no file of the application is a script, and none is said to be."""
        read = any(file.kind in (FileKind.SCRIPT, FileKind.WORKER) for file in self.files)
        gone = any(one.tagged and one.kind is FileKind.SCRIPT for one in self.missing)
        return self.inline_scripts > 0 and not read and not gone
