"""Supabase's own backups, by its Management API.

Source: the OpenAPI document of https://api.supabase.com, ``GET /v1/projects/{ref}/database/backups``.
"""

from __future__ import annotations

from typing import Any

from auditor.checklist.model import Supabase
from auditor.facts.backups import Backup, Kind, Source, Status
from auditor.probes.backups.reports import Found, epoch, moment, shaped
from auditor.probes.management import backups
from auditor.probes.net.http import Http

NAME = "Supabase"
_HOW = "GET /v1/projects/{ref}/database/backups"
_STATES = {
    "COMPLETED": Status.GOOD,
    "FAILED": Status.FAILED,
    "CANCELLED": Status.FAILED,
    "PENDING": Status.RUNNING,
    "IN_PROGRESS": Status.RUNNING,
}
_GONE = frozenset({"REMOVED", "ARCHIVED"})
POINT_IN_TIME = "point-in-time recovery"


async def ask(project: Supabase, http: Http) -> Found:
    """The backups of the project.

    Raises:
        Unavailable: no token, refused, or an answer of another shape.
    """
    return shaped(NAME, _HOW, read, await backups(project, http))


def read(answer: Any) -> Found:
    """What an answer says."""
    window = answer.get("physical_backup_data") or {}
    start, end = (window.get(f"{side}_physical_backup_date_unix") for side in ("earliest", "latest"))
    pitr = answer.get("pitr_enabled") is True and bool(end)
    source = Source(
        NAME,
        archives_wal=pitr,
        window_start=epoch(start) if pitr and start else None,
        window_end=epoch(end) if pitr else None,
        note="point-in-time recovery is on" if answer.get("pitr_enabled") is True else "no point-in-time recovery",
    )
    found = Found([source], [_backup(row) for row in answer["backups"] if row.get("status") not in _GONE])
    if source.window_end:
        found.backups.append(_made(POINT_IN_TIME, Status.GOOD, source.window_end, "", POINT_IN_TIME))
    return found


def _backup(row: dict[str, Any]) -> Backup:
    state = row["status"]
    status = _STATES.get(state, Status.UNREAD)
    problem = f"Supabase says {state} of it" if status in {Status.FAILED, Status.UNREAD} else ""
    return _made(f"backup {row['id']}", status, moment(row["inserted_at"]), problem, "")


def _made(name: str, status: Status, stop: Any, problem: str, format_: str) -> Backup:
    return Backup(
        NAME, name, Kind.SNAPSHOT, status, stop, 0, problem=problem, format=format_, where=NAME, off_host=True
    )
