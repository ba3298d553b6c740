"""Dumps are of the live database, and not of another one."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import is_dump, stamp
from auditor.facts.backups import Backups
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("BAK010", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("ISO27001-A.8.13",))
def backups_of_this_database(found: Backups) -> Iterator[Finding]:
    """A dump carries the name of the live database.

    ## Why it matters
    The name of a dump's file says what somebody typed; the name inside is that of the database which pg_dump was
    connected to, such as `postgres`, `template1` or the staging copy.

    ## How to fix it
    Give the job the connection of the application's database, `[env.*] database`, and look at {subject}:

        pg_restore --list FILE | head
    """
    named = [backup for backup in found.backups if is_dump(backup) and backup.database]
    if not named:
        yield not_applicable("no dump here says which database it is of")
        return
    names = sorted({backup.database for backup in named})
    if found.live is None:
        yield unproven(
            ", ".join(names),
            f"which database is live could not be asked: {found.live_unknown}",
            "name `auditor_database`, so that the audit can compare",
            dumps=len(named),
        )
        return
    mine = [backup for backup in named if backup.database == found.live.database]
    evidence: Evidence = {"live": found.live.database, "in_dumps": names, "dumps": len(mine)}
    newest = max(mine or named, key=lambda backup: stamp(backup.stop))
    if mine:
        yield passed(newest.name, f"it is of {found.live.database}, the live database", **evidence)
    else:
        yield failed(newest.name, f"it is of {newest.database}, and the live database is another one", **evidence)
