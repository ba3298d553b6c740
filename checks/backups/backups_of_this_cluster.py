"""Backups are of the live cluster, and not of another one."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import newest_by_source, stamp
from auditor.facts.backups import Backup, Backups
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("BAK009", level=Level.RECOMMENDED, severity=Severity.CRITICAL, references=("ISO27001-A.8.13",))
def backups_of_this_cluster(found: Backups) -> Iterator[Finding]:
    """Physical backups carry the system identifier of the live cluster.

    ## Why it matters
    After a move to another server the job often goes on with the old one: backups are fresh, archiving works, and none
    of it is of the data in use. Each cluster has an identifier of its own, from `initdb`, and tools keep it.

    ## How to fix it
    Point the tool at the cluster in use; after an upgrade, let it know the new one:

        pgbackrest --stanza=app stanza-upgrade
    """
    marked = [backup for backup in found.backups if backup.cluster and (backup.usable or found.other_cluster(backup))]
    newest = newest_by_source(sorted(marked, key=lambda backup: stamp(backup.stop), reverse=True))
    # a repository may hold stanzas of several clusters: one of them has to be the live one
    tools = {source.split(" ")[0] for source, backup in newest.items() if not found.other_cluster(backup)}
    for source, backup in sorted(newest.items()):
        if not (found.other_cluster(backup) and source.split(" ")[0] in tools):
            yield _judge(source, backup, found)
    if not newest:
        yield not_applicable("no backup here says which cluster it is of")


def _judge(source: str, backup: Backup, found: Backups) -> Finding:
    if found.live is None or not found.live.cluster:
        return unproven(
            source,
            f"which cluster is live could not be asked: {found.live_unknown or 'its identifier is hidden'}",
            "name `auditor_database`; grant execute on function pg_control_system() to its role",
            backup_cluster=backup.cluster,
        )
    evidence: Evidence = {
        "backup_cluster": backup.cluster,
        "live_cluster": found.live.cluster,
        "live_made_at": stamp(found.live.made_at),
        "backup": backup.name,
        "taken_at": stamp(backup.stop),
    }
    if found.other_cluster(backup):
        return failed(source, "its newest backup is of another cluster than the live one", **evidence)
    return passed(source, "its newest backup is of the live cluster", confidence=Confidence.PROVEN, **evidence)
