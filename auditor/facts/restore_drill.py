"""What came of restoring the backups, and how the result compares with the live database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap


class End(StrEnum):
    """How a drill ended."""

    RESTORED = "restored"
    FAILED = "failed"
    """The backup is to blame."""
    UNDONE = "undone"
    """The drill is: nothing is known of the backup."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A statement of the backup that failed."""

    entry: str
    """Such as ``TABLE DATA orders``, or the line of a plain dump."""
    message: str
    """What the server said, without values of rows."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part of the backup that was not restored, and why."""

    entry: str
    reason: str
    remedy: str = ""
    expected: bool = False
    """True when the drill never restores such a part, whatever the backup."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not the same in the live database and in what was restored."""

    kind: str
    """``table``, ``column``, ``policy`` ..."""
    name: str
    live: str
    """``missing`` when it is only in the backup; where a definition may hold secrets it says ``differs``."""
    restored: str
    """``missing`` when it is only in the live database."""
    doubt: str = ""
    """Why this may not be the backup's fault; empty when it is."""


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of one table on both sides."""

    table: str
    restored: int
    live: int | None
    """None: nobody can tell."""
    exact: bool = True
    """False: ``live`` is the server's estimate."""
    doubt: str = ""
    """Why it is an estimate, or None."""
    column: str = ""
    """The time column by which rows that are newer than the backup were left out of ``live``."""
    newest_restored: datetime | None = None
    """The newest time in that column."""
    newest_live: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that the parts of a drill took."""

    server_s: float = 0.0
    """Until the scratch server was up."""
    restore_s: float = 0.0
    """The restore itself."""
    compare_s: float = 0.0

    @property
    def recovery_s(self) -> float:
        """From nothing to a database that answers."""
        return self.server_s + self.restore_s


@dataclass(frozen=True, slots=True)
class Drill:
    """One backup, restored into a scratch server or not."""

    source: str
    """``dump`` or ``pgbackrest``."""
    name: str
    end: End
    problem: str = ""
    """Why it was not restored."""
    hint: str = ""
    taken_at: datetime | None = None
    size_bytes: int = 0
    format: str = ""
    """Such as ``custom 1.16``, ``plain, gzipped`` or ``full``."""
    database: str = ""
    """The database that the backup says it is of."""
    cluster: str = ""
    """The system identifier that the backup says it is of; a dump knows none."""
    restored_with: str = ""
    """Such as ``PostgreSQL 15.18 in /usr/lib/postgresql/15/bin``."""
    contained: tuple[str, ...] = ()
    """How the scratch server was kept from the world."""
    timing: Timing = Timing()
    disk_bytes: int = 0
    """The most that the scratch folder held."""
    troubles: tuple[Trouble, ...] = ()
    """The first of them."""
    trouble_count: int = 0
    skipped: tuple[Skipped, ...] = ()
    compared: bool = False
    uncompared: str = ""
    """Why it was not compared with the live database."""
    uncompared_hint: str = ""
    alone: bool = False
    """True when the checklist declares the live database absent."""
    live_database: str = ""
    live_cluster: str = ""
    live_version: str = ""
    differences: tuple[Difference, ...] = ()
    """The first of them."""
    difference_count: int = 0
    objects: int = 0
    """Tables, columns, constraints and so on that were compared."""
    rows: tuple[TableRows, ...] = ()
    uncounted: tuple[str, ...] = ()
    """Tables that were not counted, as ``name: why``."""

    @property
    def restored(self) -> bool:
        """Whether there is something to compare."""
        return self.end is End.RESTORED


@dataclass(frozen=True, slots=True)
class RestoreDrill:
    """The drills, the newest backup of each source first."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`audit run --drill`, or `drill = true` in `[policy.backups]`",
        "`[env.*.backups]` with `dumps`, or with pgBackRest's `command`",
        "PostgreSQL's programs, of the system or of the extra `lab`",
        "SELECT on the tables of the live database, to count their rows",
    )

    drills: tuple[Drill, ...]
    looked_at: datetime
    gaps: tuple[Gap, ...] = ()
    empty: tuple[str, ...] = ()
    """Sources in which there is no backup: ``dump files``."""

    @property
    def nothing(self) -> bool:
        """Whether every source was looked into, and there is no backup in any."""
        return bool(self.empty) and not self.drills and not self.gaps
