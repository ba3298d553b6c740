"""What was restored is a backup of the live database, and no other."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.restore_drill import Drill, RestoreDrill
from auditor.facts.restore_drill_verdicts import not_compared
from auditor.model import ALL, Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "BAK035",
    level=Level.RECOMMENDED,
    severity=Severity.CRITICAL,
    references=("CIS-Controls-8-11.5", "ISO27001-A.8.13"),
)
def restored_identity(found: RestoreDrill) -> Iterator[Finding]:
    """The restored backup is of the live database.

    A physical backup has the cluster's system identifier; a dump has the name of its database, which another server's
    may have too: its rows and its schema tell more (BAK031, BAK032).

    ## Why it matters
    A backup job that still points at last year's server, or at staging, is green every night.

    ## How to fix it
    Point the backup job at the live server, and drill again.
    """
    looked = [drill for drill in found.drills if drill.restored]
    for drill in looked:
        yield _judge(drill)
    if found.nothing:
        yield not_applicable("there is no backup to restore")
    elif not looked and not found.gaps:
        yield unproven(ALL, "no backup was restored, so what it is of is not known", "see BAK030")


def _judge(drill: Drill) -> Finding:
    if not drill.live_database:
        return not_compared(drill, "the live database did not say what it is")
    if drill.cluster:
        same = drill.cluster == drill.live_cluster
        judge = passed if same else failed
        return judge(
            drill.name,
            f"it is a backup of {'the live cluster' if same else 'another cluster'}",
            confidence=Confidence.PROVEN,
            system_identifier=drill.cluster,
            live_system_identifier=drill.live_cluster,
        )
    if not drill.database:
        hint = "dump in the custom format, or with --create"
        return unproven(drill.name, "it does not say which database it is of", hint)
    same = drill.database == drill.live_database
    judge = passed if same else failed
    said = "as the live one is" if same else f"and the live one is {drill.live_database}"
    return judge(
        drill.name,
        f"it is a dump of a database named {drill.database}, {said}",
        confidence=Confidence.INFERRED if same else Confidence.OBSERVED,
        database=drill.database,
        live_database=drill.live_database,
    )
