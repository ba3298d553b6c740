"""Backups are kept on another machine than the database."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import newest_by_source, no_backup
from auditor.facts.backups import Backups
from auditor.facts.policy import BackupPolicy
from auditor.model import Finding, Level, Severity, failed, manual, not_applicable, passed
from auditor.registry import check


@check("BAK014", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CIS-Controls-8-11.4",))
def backups_off_host(found: Backups, policy: BackupPolicy) -> Iterator[Finding]:
    """At least one source keeps its backups elsewhere than on the database's machine.

    ## Why it matters
    A disk that dies, a machine that is stolen, deleted or encrypted takes the backups beside the database with it.

    ## How to fix it
    Copy them to a bucket or another machine, as a second repository of pgBackRest or by `rclone`, and name that place
    in `[env.*.backups]`. Where they already go there, say so with `[policy.backups] off_host = true`.
    """
    newest = newest_by_source(found.usable())
    if not newest:
        yield no_backup()
        return
    elsewhere = [backup for backup in newest.values() if backup.off_host]
    for backup in elsewhere:
        yield passed(backup.source, f"its backups are kept in {backup.where or 'another place'}", newest=backup.name)
    if elsewhere:
        return
    if policy.off_host:
        yield not_applicable("the checklist says that backups are kept on another machine")
        return
    for source, backup in newest.items():
        if backup.off_host is None:
            yield manual(
                source, "are these backups kept on another machine than the database? Nothing here tells",
                newest=backup.name, where=backup.where,
            )  # fmt: skip
        else:
            yield failed(source, "its backups lie on the machine of the database", newest=backup.name)
