"""The backups that exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup and what its own bytes or tool say of it."""

    source: str
    """``dump`` or ``pgbackrest``."""
    name: str
    taken_at: datetime
    size_bytes: int
    good: bool
    problem: str = ""
    """Why it is not good."""
    format: str = ""
    """Such as ``custom 1.16`` or ``full``."""
    server_version: str = ""


@dataclass(frozen=True, slots=True)
class Backups:
    """Every backup of every declared source."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`[env.*.backups]`",
        "read access to the dump files, or pgBackRest's report",
    )

    sources: tuple[str, ...]
    backups: tuple[Backup, ...]
    looked_at: datetime
    gaps: tuple[Gap, ...] = ()
