"""barman, by the JSON of ``list-backups``, ``show-backup``, ``check`` and ``status``.

Source: barman's manual (barman-list-backups, barman-show-backup, barman-check) and its ``output.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from auditor.facts.backups import Backup, Kind, Source, Status
from auditor.probes.backups.reports import Found, epoch, version, whole

NAME, HOW = "barman", "barman -f json list-backups all"

_STATES = {
    "DONE": Status.GOOD,
    "WAITING_FOR_WALS": Status.GOOD,
    "FAILED": Status.FAILED,
    "STARTED": Status.RUNNING,
    "SYNCING": Status.RUNNING,
    "EMPTY": Status.RUNNING,
}
_ABOUT_AGE = frozenset({"backup_maximum_age", "minimum_redundancy_requirements"})
"""Checks by barman's own policy; the audit's policy is what counts here."""


def read(report: Any) -> Found:
    """What a report says of each server."""
    found = Found()
    for server, content in report.items():
        name = f"{NAME} {server}"
        if isinstance(content, list):
            found.sources.append(Source(name, archives_wal=True))
            found.backups += [_listed(name, row) for row in content]
        elif "backup_id" in content:
            found.sources.append(Source(name, archives_wal=True))
            found.backups.append(_shown(name, content))
        elif _is_check(content):
            found.sources.append(Source(name, tuple(_complaints(content)), archives_wal=True))
        elif _is_status(content):
            note = content.get("retention_policies", {}).get("message", "")
            found.sources.append(Source(name, archives_wal=True, note=str(note)))
        else:
            raise TypeError
    if not report:
        found.sources.append(Source(NAME, ("it knows no server",)))
    return found


def _is_check(content: dict[str, Any]) -> bool:
    return bool(content) and all(isinstance(row, dict) and "status" in row for row in content.values())


def _is_status(content: dict[str, Any]) -> bool:
    return bool(content) and all(isinstance(row, dict) and "message" in row for row in content.values())


def _complaints(content: dict[str, Any]) -> Iterator[str]:
    for what, row in content.items():
        if row["status"] != "OK" and what not in _ABOUT_AGE:
            hint = row.get("hint") or ""
            yield f"barman check says FAILED of {what.replace('_', ' ')}" + (f": {hint}" if hint else "")


def _listed(name: str, row: dict[str, Any]) -> Backup:
    state = str(row["status"])
    status = _STATES.get(state, Status.UNREAD)
    stop = row.get("end_time_timestamp")
    return Backup(
        name,
        str(row["backup_id"]),
        Kind.INCREMENTAL if str(row.get("backup_type", "")).startswith("incr") else Kind.FULL,
        status,
        epoch(stop) if stop not in (None, "") else None,
        whole(row.get("size_bytes")),
        start=_begun(str(row["backup_id"])) if status is Status.FAILED else None,
        problem=_problem(status, state),
        format="base backup",
        where="barman",
        series=name,
        cluster=str(row.get("systemid") or ""),
    )


def _shown(name: str, row: dict[str, Any]) -> Backup:
    state = str(row["status"])
    status = _STATES.get(state, Status.UNREAD)
    inner = row.get("base_backup_information") or {}
    stop, start = (inner.get(f"{side}_time_timestamp") for side in ("end", "begin"))
    return Backup(
        name,
        str(row["backup_id"]),
        Kind.INCREMENTAL if inner.get("parent_backup_id") else Kind.FULL,
        status,
        epoch(stop) if stop not in (None, "") else None,
        whole(inner.get("disk_usage_bytes")),
        start=epoch(start) if start not in (None, "") else None,
        problem=_problem(status, state),
        format="base backup",
        where="barman",
        # list-backups counts the WAL too: its sizes are not those of show-backup
        series=f"{name}/shown",
        cluster=str(row.get("system_id") or row.get("systemid") or ""),
        server_version=version(row.get("postgresql_version")),
        encrypted=True if row.get("encryption") else None,
    )


def _begun(identifier: str) -> datetime | None:
    """When a backup began, in the zone of barman's machine, to within half a day: its id is that time."""
    try:
        return datetime.strptime(identifier, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _problem(status: Status, state: str) -> str:
    return f"barman says {state} of it" if status in {Status.FAILED, Status.UNREAD} else ""


def merged(found: Found) -> Found:
    """One source a server, and one backup an id, however many reports tell of it."""
    sources: dict[str, Source] = {}
    for source in found.sources:
        known = sources.get(source.name, source)
        complaints = tuple(dict.fromkeys(known.complaints + source.complaints))
        sources[source.name] = Source(source.name, complaints, archives_wal=True, note=known.note or source.note)
    backups: dict[tuple[str, str], Backup] = {}
    for backup in found.backups:
        key = (backup.source, backup.name)
        # what show-backup says is more
        if key not in backups or backup.start:
            backups[key] = backup
    return Found(list(sources.values()), list(backups.values()), found.gaps)
