"""What builds of container images copy into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class Copied:
    """A file that a build would copy, were it there."""

    path: str
    """Relative to the build context."""
    excluded: bool
    kind: str
    """``environment file``, ``history`` or ``key file``."""
    exists: bool = False
    """Whether it lies in this checkout."""
    pattern: str = ""
    """The line of the ignore file that decides, as written."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class BuildContext:
    """A Dockerfile, its context, and what it copies of it as a whole."""

    dockerfile: str
    """Relative to the repository."""
    context: str
    """Folder, relative to the repository; ``.`` is the repository."""
    named_by: str
    """What says so: a compose file, a workflow, or the Dockerfile's own folder."""
    ignore_file: str
    """Relative to the repository; empty when there is none."""
    line: int = 0
    """Of the first COPY or ADD of a whole folder, counted from 1; 0 when only named files are copied."""
    copies: tuple[Copied, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildContexts:
    """Every build of the repository."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`repository` of the environment", "a git checkout, and git")

    contexts: tuple[BuildContext, ...]
    gaps: tuple[Gap, ...] = ()
