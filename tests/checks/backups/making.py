"""Facts about backups, built by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from auditor.facts.backups import (
    Archiving,
    Backup,
    Backups,
    DumpedTable,
    Kind,
    LiveIdentity,
    LiveTable,
    LiveTables,
    Source,
    Status,
)

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
DUMPS, REPO = "dump files", "pgBackRest app"
HERE, ELSEWHERE = "7710926088595221468", "7000000000000000001"
LIVE = LiveIdentity("app", HERE, 150018, NOW - 90 * DAY)

DUMP = Backup(
    DUMPS,
    "app.dump",
    Kind.LOGICAL,
    Status.GOOD,
    NOW - 3 * HOUR,
    139_664,
    start=NOW - 3 * HOUR - MINUTE,
    format="custom 1.14",
    where="file",
    series="backups/app-#.dump",
    database="app",
    server_version="15.18",
    encrypted=False,
    in_full=True,
    tables=(DumpedTable("public.orders", 2000, has_data=True), DumpedTable("public.tenants", 21, has_data=True)),
)
FULL = Backup(
    REPO,
    "20261124-150000F",
    Kind.FULL,
    Status.GOOD,
    NOW - 3 * HOUR,
    32_875_739,
    start=NOW - 3 * HOUR - MINUTE,
    format="full",
    where="repo1",
    series="pgBackRest app/1/full",
    cluster=HERE,
    server_version="15",
    encrypted=False,
)
LISTED = replace(DUMP, source="S3 acme", name="app/1.dump", status=Status.LISTED, start=None, format="", database="",
                 server_version="", encrypted=None, off_host=True, in_full=False, tables=None, where="s3")  # fmt: skip
CUT = replace(DUMP, name="cut.dump", status=Status.DAMAGED, problem="it is cut off", in_full=False, tables=None)
WAL = "0000000100000000000000"
ARCHIVING = Archiving(
    mode="on",
    command=True,
    command_hidden=False,
    wal_level="replica",
    asked_at=NOW,
    archived=11,
    last_wal=f"{WAL}07",
    last_time=NOW - 10 * MINUTE,
    failed=0,
    last_failed_wal="",
    last_failed_time=None,
    stats_reset=NOW - 90 * DAY,
    current_wal=f"{WAL}08",
    segment_bytes=16 << 20,
    current_offset=5_000_000,
    timeout_s=0,
    waiting=None,
    cluster=HERE,
)
TABLES = LiveTables(
    "app",
    (
        LiveTable("public.orders", 2010, partitioned=False, row_security=False, inserted=2010),
        LiveTable("public.tenants", 21, partitioned=False, row_security=True, inserted=21),
    ),
    None,
)


def found(
    *backups: Backup, live: LiveIdentity | None = LIVE, sources: tuple[Source, ...] = (), gaps=(), **more
) -> Backups:
    """The fact; sources are those of the backups, unless given."""
    names = dict.fromkeys(backup.source for backup in backups)
    made = tuple(Source(name, archives_wal=name.startswith("pgBackRest")) for name in names)
    return Backups(sources or made, backups, NOW, live, "" if live else "nobody asked", gaps, **more)


def ages(backup: Backup, *lengths: timedelta) -> list[Backup]:
    """Copies of a backup that are so old."""
    return [
        replace(backup, name=f"{backup.name}-{number}", stop=NOW - length, start=NOW - length - MINUTE)
        for number, length in enumerate(lengths)
    ]


def said(findings) -> list[tuple[str, str, str]]:
    """Outcome, subject and message of each."""
    return [(str(finding.outcome), finding.subject, finding.message) for finding in findings]


def outcomes(findings) -> list[str]:
    return [str(finding.outcome) for finding in findings]
