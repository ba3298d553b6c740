"""Nothing is wrong inside physical backups."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import is_dump, stamp
from auditor.facts.backups import Backup, Backups, Status
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("BAK002", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("ISO27001-A.8.13",))
def backups_without_errors(found: Backups) -> Iterator[Finding]:
    """No backup has errors inside that its tool noted and went on from.

    ## Why it matters
    pgBackRest finishes a backup of damaged pages, notes `error: true` beside it, and says `ok` of the stanza. What is
    restored from it, or from any backup that builds on it, has those pages too, and the live cluster has them now.

    ## How to fix it
    See which files are affected, repair the cluster, then make a full backup and expire {subject}:

        pgbackrest info --stanza=app --set=LABEL
        pgbackrest expire --stanza=app --set=LABEL
    """
    of_tools = [backup for backup in found.of_live() if not is_dump(backup)]
    said = [*_errors(of_tools), *_sound(of_tools)]
    yield from said or [not_applicable("no tool here notes errors inside its backups: a restore drill finds them")]


def _errors(backups: list[Backup]) -> Iterator[Finding]:
    for backup in backups:
        if backup.status is Status.DAMAGED:
            yield failed(
                backup.name,
                f"this backup is not sound: {backup.problem}",
                source=backup.source,
                kind=backup.kind.value,
                taken_at=stamp(backup.stop),
            )
        elif backup.status is Status.GOOD and backup.hint:
            yield unproven(backup.name, backup.hint, "make a full backup with a newer pgBackRest", source=backup.source)


def _sound(backups: list[Backup]) -> Iterator[Finding]:
    sound = [backup for backup in backups if _looked_inside(backup)]
    for source in sorted({backup.source for backup in sound}):
        mine = [backup for backup in sound if backup.source == source]
        yield passed(source, f"no errors inside {len(mine)} backups", backups=len(mine), newest=mine[-1].name)


def _looked_inside(backup: Backup) -> bool:
    return backup.source.startswith("pgBackRest") and backup.status is Status.GOOD and not backup.hint
