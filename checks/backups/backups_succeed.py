"""The tools of backups are content."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import is_dump, stamp
from auditor.facts.backups import Backup, Backups, Source, Status
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("BAK003", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("ISO27001-A.8.13",))
def backups_succeed(found: Backups) -> Iterator[Finding]:
    """The newest backup of every tool and provider succeeded, and none of them reports an error.

    ## Why it matters
    A job that has begun to fail leaves its old backups where they are: they look fine for days. A failure that a later
    backup has made good does not count.

    ## How to fix it
    Run it by hand, and read what it says: `pgbackrest backup`, `barman backup`, `wal-g backup-push`, or the
    provider's dashboard.
    """
    said = [
        finding for source in found.sources if not _of_others(source, found) for finding in _of_source(source, found)
    ]
    yield from said or [not_applicable("nothing here tells of jobs that failed or succeeded")]


def _of_others(source: Source, found: Backups) -> bool:
    """One report may tell of several clusters; whether any is the live one is another check's question."""
    return bool(found.live and source.cluster and found.live.cluster and source.cluster != found.live.cluster)


def _mine(source: Source, found: Backups) -> list[Backup]:
    return [backup for backup in found.backups if backup.source == source.name and not is_dump(backup)]


def _of_source(source: Source, found: Backups) -> Iterator[Finding]:
    for number, complaint in enumerate(source.complaints):
        yield failed(source.name, complaint, aspect=str(number) if number else "")
    if source.unseen:
        yield unproven(
            source.name, source.unseen, "give `supabase.access_token` the right `backups_read`", aspect="unseen"
        )
    attempts = sorted(_mine(source, found), key=lambda backup: stamp(backup.start or backup.stop))
    good = [backup for backup in attempts if backup.status in {Status.GOOD, Status.DAMAGED}]
    last = attempts.index(good[-1]) if good else -1
    for backup in attempts[last + 1 :]:
        if backup.status is Status.FAILED:
            since = f"; the newest that succeeded is {good[-1].name}" if good else "; none has succeeded"
            yield failed(
                backup.name, f"{backup.problem}{since}", source=source.name, at=stamp(backup.start or backup.stop)
            )
        elif backup.status is Status.UNREAD:
            yield unproven(backup.name, backup.problem, "the audit does not know that state", source=source.name)
    settled = all(backup.status is Status.RUNNING for backup in attempts[last + 1 :])
    if good and settled and not source.complaints:
        failures = sum(backup.status is Status.FAILED for backup in attempts)
        yield passed(
            source.name,
            f"the newest backup, {good[-1].name}, succeeded",
            backups=len(attempts),
            failures_before=failures,
            taken_at=stamp(good[-1].stop),
            note=source.note,
        )
