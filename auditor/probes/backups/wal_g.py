"""WAL-G, by ``wal-g backup-list --detail --json``.

Source: WAL-G's ``internal/backup_time.go`` and ``internal/databases/postgres/backup_detail.go``.
"""

from __future__ import annotations

from typing import Any

from auditor.facts.backups import Backup, Kind, Source, Status
from auditor.probes.backups.reports import Found, maybe, version, whole

NAME, HOW = "WAL-G", "wal-g backup-list --detail --json"


def read(report: Any) -> Found:
    """The backups of a report; WAL-G prints ``null`` for none."""
    if report is not None and not isinstance(report, list):
        raise TypeError
    found = Found([Source(NAME, archives_wal=True)])
    found.backups += [_backup(row) for row in report or ()]
    return found


def _backup(row: dict[str, Any]) -> Backup:
    name = row["backup_name"]
    if not isinstance(name, str):
        raise TypeError
    # a backup is listed once its sentinel is there, which WAL-G writes last
    written = maybe(row.get("modification_time") or row.get("time"))
    stop = maybe(row.get("finish_time")) or written
    if stop is None:
        raise ValueError
    size = row.get("compressed_size")
    cluster = row.get("system_identifier")
    kind = Kind.INCREMENTAL if "_D_" in name else Kind.FULL
    return Backup(
        NAME,
        name,
        kind,
        Status.GOOD,
        stop,
        whole(size),
        start=maybe(row.get("start_time")),
        format="base backup" if kind is Kind.FULL else "delta backup",
        where=str(row.get("storage_name") or "storage of WAL-G"),
        series=f"{NAME}/{kind}" if size else "",
        cluster=str(cluster) if cluster else "",
        server_version=version(row.get("pg_version")),
    )
