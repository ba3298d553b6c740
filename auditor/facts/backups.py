"""The backups that exist, and what their own bytes or tools say of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap

SKEW = timedelta(minutes=5)
"""By how much two clocks may differ."""


class Kind(StrEnum):
    """What a backup holds."""

    LOGICAL = "logical"
    """One database, as SQL: made by pg_dump."""
    FULL = "full"
    """A whole cluster, file by file."""
    DIFFERENTIAL = "differential"
    """What changed in a cluster since a full one."""
    INCREMENTAL = "incremental"
    """What changed in a cluster since any backup before."""
    SNAPSHOT = "snapshot"
    """A provider's own copy of the disk."""


class Status(StrEnum):
    """What is known of a backup's soundness."""

    GOOD = "good"
    """Finished, and nothing was found against it."""
    LISTED = "listed"
    """It is there, by its name and size; nobody has looked inside."""
    DAMAGED = "damaged"
    """Something is wrong inside."""
    PARTIAL = "partial"
    """Sound, but no backup of a database: it holds its definitions alone, or roles alone."""
    FAILED = "failed"
    """Its own tool says that it did not succeed."""
    RUNNING = "running"
    """It was still being made."""
    UNREAD = "unread"
    """It could not be looked at."""


USABLE = frozenset({Status.GOOD, Status.LISTED})


@dataclass(frozen=True, slots=True)
class DumpedTable:
    """A table in a dump."""

    name: str
    """``schema.table``, as the dump spells it, without quotes."""
    rows: int | None
    """Rows of its data; None when it has no data in the dump, or nobody has counted."""
    has_data: bool
    """The dump has a place for its rows, if only an empty one."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup."""

    source: str
    """Name of its :class:`Source`."""
    name: str
    kind: Kind
    status: Status
    stop: datetime | None
    """When it was complete, at the latest."""
    size_bytes: int
    start: datetime | None = None
    """When it began; None when nobody can tell."""
    problem: str = ""
    """Why it is not good."""
    hint: str = ""
    """What would settle it, where it could not be looked at."""
    format: str = ""
    """Such as ``custom 1.16`` or ``plain, gzip``."""
    where: str = ""
    """Such as ``file``, ``s3://bucket`` or ``repo1``."""
    series: str = ""
    """Backups of the same series hold the same thing in the same form: their sizes can be compared."""
    database: str = ""
    """Name of the one database that it holds; empty when it holds all of a cluster, or does not say."""
    cluster: str = ""
    """System identifier of the cluster that it is of; empty when it does not say."""
    server_version: str = ""
    """Such as ``15.18`` or ``15``."""
    encrypted: bool | None = None
    """Whether its bytes are; None when nobody can tell."""
    off_host: bool | None = None
    """Whether it is kept elsewhere than the database; None when nobody can tell."""
    everyone_reads: bool = False
    """Every account of the machine may read the file."""
    in_full: bool = False
    """Every byte of it was read, and what is compressed was decompressed."""
    tables: tuple[DumpedTable, ...] | None = None
    """Of the newest dump that is read in full; None for others."""

    @property
    def usable(self) -> bool:
        """Nothing is known against it."""
        return self.status in USABLE


@dataclass(frozen=True, slots=True)
class Source:
    """A place that backups were looked for at."""

    name: str
    """Such as ``dump files`` or ``pgBackRest app``."""
    complaints: tuple[str, ...] = ()
    """What its own tool says is wrong with it, apart from single backups."""
    archives_wal: bool = False
    """Any moment between its backups can be restored, as long as archiving works."""
    window_start: datetime | None = None
    """The earliest moment that can be restored, where the source itself says so."""
    window_end: datetime | None = None
    """The latest one."""
    note: str = ""
    """What else it says of itself, such as its retention."""
    unseen: str = ""
    """Why it could not be asked, where the checklist names others and this one may hold more."""
    archived_to: str = ""
    """The newest segment of the log that it holds."""
    cluster: str = ""
    """System identifier of the cluster whose log it holds; empty when it does not say."""


@dataclass(frozen=True, slots=True)
class LiveIdentity:
    """Which database the audit is about, as its server says."""

    database: str
    cluster: str
    """System identifier; empty when the server hides it."""
    server_version: int
    """As PostgreSQL numbers it: 150018 is 15.18."""
    made_at: datetime | None
    """When the cluster was made, which its identifier tells."""

    @property
    def major(self) -> int:
        """Such as 15."""
        return self.server_version // 10_000


@dataclass(frozen=True, slots=True)
class Backups:
    """Every backup of every declared source."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`[env.*.backups]`, or `supabase.access_token` with the right `backups_read`",
        "read access to the dump files, or a tool's report",
        "a connection to the database, to know its backups from others'",
    )

    sources: tuple[Source, ...]
    backups: tuple[Backup, ...]
    looked_at: datetime
    live: LiveIdentity | None = None
    """None: the database was not asked, or did not say; see ``live_unknown``."""
    live_unknown: str = ""
    gaps: tuple[Gap, ...] = ()

    def of_live(self) -> tuple[Backup, ...]:
        """The backups that are not known to be of another database or of another cluster."""
        return tuple(backup for backup in self.backups if not self.foreign(backup))

    def foreign(self, backup: Backup) -> bool:
        """Whether a backup is known to be of another database, or of another cluster, than the live one."""
        return self.other_cluster(backup) or self.other_database(backup)

    def other_cluster(self, backup: Backup) -> bool:
        """Whether a backup is known to be of another cluster."""
        return bool(self.live and backup.cluster and self.live.cluster and backup.cluster != self.live.cluster)

    def other_database(self, backup: Backup) -> bool:
        """Whether a backup is known to be of another database."""
        return bool(self.live and backup.database and backup.database != self.live.database)

    def usable(self) -> tuple[Backup, ...]:
        """What could be restored instead of the live database, the newest first; nothing from the future."""
        found = [
            (backup.stop, backup)
            for backup in self.of_live()
            if backup.usable and backup.stop and backup.stop - self.looked_at <= SKEW
        ]
        return tuple(backup for _, backup in sorted(found, key=lambda pair: pair[0], reverse=True))


@dataclass(frozen=True, slots=True)
class Archiving:
    """How the live server archives its write-ahead log, and how that goes (``pg_stat_archiver``)."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`, or `database`",
        "a role that may connect; `pg_monitor` to see how many segments wait",
    )

    mode: str
    """``off``, ``on`` or ``always``."""
    command: bool
    """An archive_command or archive_library is set; its text may hold secrets and is not kept."""
    command_hidden: bool
    """Whether one is set could not be seen."""
    wal_level: str
    asked_at: datetime
    """By the server's clock."""
    archived: int
    last_wal: str
    """Name of the last file that was archived; may be that of a ``.backup`` or ``.history`` file."""
    last_time: datetime | None
    failed: int
    last_failed_wal: str
    last_failed_time: datetime | None
    stats_reset: datetime | None
    current_wal: str
    """The segment that is written to; empty on a standby."""
    segment_bytes: int
    current_offset: int
    """Bytes that are written of the current segment."""
    timeout_s: int
    """``archive_timeout`` in seconds; 0 is off."""
    waiting: int | None
    """Segments that wait to be archived; None when the role may not look."""
    oldest_waiting: datetime | None = None
    """Since when the one that waits longest does."""
    in_recovery: bool = False
    cluster: str = ""
    """System identifier; empty when the server hides it."""
    discards: bool = False
    """The archive_command succeeds without doing anything, such as ``/bin/true``; PostgreSQL counts that."""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table of the live database that a dump should hold."""

    name: str
    """``schema.table``, without quotes."""
    rows: int
    """The statistics' estimate; -1 when there is none, and there may be rows."""
    partitioned: bool
    """It has no rows of its own."""
    row_security: bool
    inserted: int
    """Rows inserted since the statistics were last reset."""


@dataclass(frozen=True, slots=True)
class LiveTables:
    """The tables of the live database, apart from those of PostgreSQL and of extensions."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`auditor_database`, or `database`", "a role that may connect")

    database: str
    tables: tuple[LiveTable, ...]
    stats_reset: datetime | None
    """Since when rows are counted; None when since ever."""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """The release that is about to go out."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        '`[policy.backups] before_release`: a time, or "commit" for the newest commit of `repository`',
    )

    ready_at: datetime | None
    """When it was ready; None when the checklist does not ask."""
    told_by: str = ""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class RestoreTools:
    """The PostgreSQL that backups would be restored with."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`[env.*.backups] restore_command`, which prints a version of PostgreSQL",)

    major: int | None
    """Such as 15; None when the checklist names no command."""
    told_by: str = ""
    gaps: tuple[Gap, ...] = ()
