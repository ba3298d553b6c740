"""Backups do not shrink all of a sudden."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import stamp
from auditor.facts.backups import Backup, Backups, Kind
from auditor.facts.policy import BackupPolicy
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_HALF = 0.5
_SMALL = 65_536
"""Bytes below which a size says nothing: the definitions alone take as much."""


@check("BAK005", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("ISO27001-A.8.13",))
def backup_size_steady(found: Backups, policy: BackupPolicy) -> Iterator[Finding]:
    """The newest backup is at least half as large as the one before it.

    ## Why it matters
    A backup that was cut off, or made by a role that no longer sees all rows, is smaller than its predecessor, and
    often that is all that shows from outside. In a listing of a bucket it is the only sign.

    ## How to fix it
    Compare what {subject} holds with the one before. When so much was deleted on purpose, the next backup settles it.
    """
    judged = 0
    for series in _series(found):
        newest, before = series[0], series[1]
        if found.looked_at - (newest.stop or found.looked_at) > policy.retention or before.size_bytes < _SMALL:
            continue  # a job that has ended is told by its age
        judged += 1
        share = newest.size_bytes / before.size_bytes
        percent = f"{share:.0%} of the size of {before.name}"
        judge = failed if share < _HALF else passed
        yield judge(
            newest.name,
            f"it has {'only ' if share < _HALF else ''}{percent}",
            confidence=Confidence.OBSERVED,
            size_bytes=newest.size_bytes,
            before_bytes=before.size_bytes,
            before=before.name,
            before_at=stamp(before.stop),
            source=newest.source,
        )
    if not judged:
        yield not_applicable("no two backups of the same kind can be compared yet")


def _series(found: Backups) -> list[list[Backup]]:
    """Series of two or more, each from the newest on."""
    series: dict[str, list[Backup]] = {}
    for backup in found.usable():
        # pgBackRest gives the size of the cluster for every kind, others that of what has changed
        whole = backup.kind is not Kind.INCREMENTAL or backup.source.startswith("pgBackRest")
        if backup.series and backup.size_bytes and whole:
            series.setdefault(backup.series, []).append(backup)
    return [mine for mine in series.values() if len(mine) > 1]
