"""What several checks of backups say alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from auditor.facts.backups import SKEW, Archiving, Backup, Backups, Kind, Status
from auditor.model import Finding, not_applicable

PROVIDERS = ("Supabase", "RDS")
"""Who keeps and restores backups for the team."""
STALLED = timedelta(minutes=5)
"""So long a segment may wait for the archiver, or its next try."""
_SEGMENT_NAME = 24
_HISTORY = ".backup"


def no_backup() -> Finding:
    """There is nothing to look at, which is another check's finding."""
    return not_applicable("there is no good backup to look at, which recent-backup tells")


def hours(length: timedelta) -> float:
    """In hours, for evidence."""
    return round(max(length.total_seconds(), 0) / 3600, 2)


def lasting(length: timedelta) -> str:
    """For messages: ``45 s``, ``12 min``, ``3.0 h``, ``9.0 d``."""
    seconds = max(length.total_seconds(), 0)
    for unit, size, above in (("d", 86400, 3 * 86400), ("h", 3600, 3600), ("min", 60, 120)):
        if seconds >= above:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def stamp(moment: datetime | None) -> str:
    """For evidence."""
    return moment.isoformat() if moment else ""


def minutes(moment: datetime) -> str:
    """For messages: ``2026-11-24 18:00 UTC``."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def newest_by_source(backups: Iterable[Backup]) -> dict[str, Backup]:
    """The first backup of each source."""
    found: dict[str, Backup] = {}
    for backup in backups:
        found.setdefault(backup.source, backup)
    return found


def is_dump(backup: Backup) -> bool:
    """It is a file that pg_dump wrote."""
    return backup.kind is Kind.LOGICAL


def by_provider(backup: Backup) -> bool:
    """Only its provider can restore it."""
    return backup.source.split(" ")[0] in PROVIDERS


def ahead(found: Backups) -> tuple[Backup, ...]:
    """Backups that are dated in the future: nobody can tell their age."""
    return tuple(
        backup for backup in found.of_live() if backup.usable and backup.stop and backup.stop - found.looked_at > SKEW
    )


def undated(found: Backups) -> tuple[Backup, ...]:
    """Backups that could not be looked at."""
    return tuple(backup for backup in found.of_live() if backup.status is Status.UNREAD)


def backlog(archiving: Archiving, archived_to: str = "") -> int | None:
    """Segments that are full and not archived; None when the names do not tell.

    Names of segments are three numbers of eight hexadecimal digits: timeline, and two that count (PostgreSQL
    documentation, section 28.6).

    Args:
        archiving: the live server's.
        archived_to: the newest segment in the archive, where a tool says it.
    """
    size = archiving.segment_bytes
    current = _number(archiving.current_wal, size)
    done = [number for name in (archiving.last_wal, archived_to) if (number := _number(name, size)) is not None]
    if current is None or not done or max(done) > current:
        return None
    # where nothing of a segment is written yet, the server names the one before
    full = current if archiving.current_offset == 0 else current - 1
    waiting = max(full - max(done), 0)
    if archiving.last_wal.endswith(_HISTORY) and max(done) == _number(archiving.last_wal, size):
        # named after the segment that a backup began in, and archived behind the one that it ended in
        return 0 if waiting <= 1 else None
    return waiting


def _number(name: str, segment_bytes: int) -> int | None:
    digits = name[:_SEGMENT_NAME]
    if len(digits) < _SEGMENT_NAME or not set(digits) <= set("0123456789ABCDEF") or segment_bytes <= 0:
        return None
    return int(digits[8:16], 16) * (0x100000000 // segment_bytes) + int(digits[16:], 16)


def archived_to(found: Backups, archiving: Archiving) -> str:
    """The newest segment of this cluster's log in any archive that says so."""
    names = [
        source.archived_to
        for source in found.sources
        if source.archived_to and source.cluster and source.cluster == archiving.cluster
    ]
    return max(names, default="")


def is_failing(archiving: Archiving) -> bool:
    """The newest try to archive failed. How often earlier ones did says nothing about now."""
    failed, archived = archiving.last_failed_time, archiving.last_time
    return failed is not None and (archived is None or failed > archived)


def is_stalled(archiving: Archiving, archived_to: str = "") -> bool:
    """Full segments wait, and none has been archived for some time."""
    waits = archiving.oldest_waiting
    if archiving.waiting is not None:
        return bool(archiving.waiting and waits and archiving.asked_at - waits > STALLED)
    last = archiving.last_time
    return bool(backlog(archiving, archived_to)) and (last is None or archiving.asked_at - last > STALLED)
