"""Amazon RDS and Aurora, by what ``aws rds describe-…`` prints.

Source: Amazon RDS API reference: DBInstance, DBSnapshot, DBInstanceAutomatedBackup, DBCluster, DBClusterSnapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.facts.backups import Backup, Kind, Source, Status
from auditor.probes.backups.reports import Found, maybe
from auditor.probes.backups.supabase import POINT_IN_TIME

NAME, HOW = "RDS", "aws rds describe-db-instances"

_IDENTIFIERS = {
    "DBInstances": "DBInstanceIdentifier",
    "DBSnapshots": "DBInstanceIdentifier",
    "DBInstanceAutomatedBackups": "DBInstanceIdentifier",
    "DBClusters": "DBClusterIdentifier",
    "DBClusterSnapshots": "DBClusterIdentifier",
    "DBClusterAutomatedBackups": "DBClusterIdentifier",
}
_STATES = {"available": Status.GOOD, "creating": Status.RUNNING, "failed": Status.FAILED, "copying": Status.RUNNING}
_GIB = 1 << 30


def read(report: Any) -> Found:
    """What a report says of each instance."""
    found = Found()
    known = [name for name in _IDENTIFIERS if name in report]
    if not known:
        raise KeyError
    for what in known:
        rows = [row for row in report[what] if "postgres" in row.get("Engine", "postgres")]
        for row in rows:
            name = f"{NAME} {row[_IDENTIFIERS[what]]}"
            found.sources.append(_source(name, what, row))
            found.backups += _backups(name, what, row)
        if not rows:
            found.sources.append(Source(NAME, (f"the report holds none of its {what}",)))
    return found


def _window(row: dict[str, Any]) -> tuple[Any, Any]:
    inner = row.get("RestoreWindow") or {}
    start = inner.get("EarliestTime") or row.get("EarliestRestorableTime")
    end = inner.get("LatestTime") or row.get("LatestRestorableTime")
    return maybe(start), maybe(end)


def _source(name: str, what: str, row: dict[str, Any]) -> Source:
    if "Snapshot" in what:
        return Source(name)
    start, end = _window(row)
    kept = row.get("BackupRetentionPeriod")
    off = kept == 0
    complaints = ("automated backups are off: BackupRetentionPeriod is 0",) if off else ()
    note = f"keeps automated backups for {kept} days" if isinstance(kept, int) and kept else ""
    return Source(name, complaints, archives_wal=bool(end) and not off, window_start=start, window_end=end, note=note)


def _backups(name: str, what: str, row: dict[str, Any]) -> Iterator[Backup]:
    encrypted = row.get("StorageEncrypted", row.get("Encrypted"))
    if "Snapshot" in what:
        label = row.get("DBSnapshotIdentifier") or row.get("DBClusterSnapshotIdentifier")
        state = str(row["Status"])
        status = _STATES.get(state, Status.UNREAD)
        stop = maybe(row.get("SnapshotCreateTime"))
    elif not (stop := _window(row)[1]) or row.get("BackupRetentionPeriod") == 0:
        return
    else:
        label, state, status = POINT_IN_TIME, "", Status.GOOD
    yield Backup(
        name,
        str(label),
        Kind.SNAPSHOT,
        status,
        stop,
        int(row.get("AllocatedStorage") or 0) * _GIB,
        problem=f"RDS says {state} of it" if status in {Status.FAILED, Status.UNREAD} else "",
        format=str(row.get("SnapshotType") or POINT_IN_TIME),
        where=NAME,
        server_version=str(row.get("EngineVersion") or ""),
        encrypted=encrypted if isinstance(encrypted, bool) else None,
        off_host=True,
    )


def merged(found: Found) -> Found:
    """One source an instance, however many reports tell of it."""
    sources: dict[str, Source] = {}
    for source in found.sources:
        known = sources.get(source.name, source)
        starts = [one.window_start for one in (known, source) if one.window_start]
        ends = [one.window_end for one in (known, source) if one.window_end]
        sources[source.name] = Source(
            source.name,
            tuple(dict.fromkeys(known.complaints + source.complaints)),
            archives_wal=known.archives_wal or source.archives_wal,
            window_start=min(starts, default=None),
            window_end=max(ends, default=None),
            note=known.note or source.note,
        )
    newest: dict[tuple[str, str], Backup] = {}
    for backup in found.backups:
        key = (backup.source, backup.name)
        kept = newest.get(key)
        if kept is None or (backup.stop and (kept.stop is None or backup.stop > kept.stop)):
            newest[key] = backup
    return Found(list(sources.values()), list(newest.values()), found.gaps)
