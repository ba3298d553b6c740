"""What was restored has the live database's schema."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.restore_drill import Difference, Drill, RestoreDrill
from auditor.facts.restore_drill_verdicts import not_compared
from auditor.model import ALL, Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "BAK031",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CIS-Controls-8-11.5", "ISO27001-A.8.13"),
)
def restored_schema(found: RestoreDrill) -> Iterator[Finding]:
    """The restored backup has the tables, constraints, policies and functions of the live database.

    ## Why it matters
    What is not in the backup is lost with the server: a schema that `--schema` left out, a table that was made after
    the dump, a policy without which every tenant reads the others' rows.

    ## How to fix it
    Back up the whole database, without `--schema`, `--table` and `--exclude-*`, and back up again after each
    migration:

        pg_dump --format=custom --file=backups/app-$(date -u +%F).dump "$DATABASE_URL"
    """
    looked = [drill for drill in found.drills if drill.restored]
    for drill in looked:
        if not drill.compared:
            yield not_compared(drill, "its schema was not compared with the live database")
        else:
            yield from _judge(drill)
    if found.nothing:
        yield not_applicable("there is no backup to restore")
    elif not looked and not found.gaps:
        yield unproven(ALL, "no backup was restored, so there is no schema to compare", "see BAK030")


def _judge(drill: Drill) -> Iterator[Finding]:
    certain = [one for one in drill.differences if not one.doubt]
    doubtful = [one for one in drill.differences if one.doubt]
    if certain:
        count = drill.difference_count - len(doubtful)
        yield failed(
            drill.name,
            f"{'one thing differs' if count == 1 else f'{count} things differ'} from the live database",
            confidence=Confidence.PROVEN,
            differences=[_row(one) for one in certain],
            compared_objects=drill.objects,
        )
    for reason in dict.fromkeys(one.doubt for one in doubtful):
        rows = [_row(one) for one in doubtful if one.doubt == reason]
        yield unproven(
            drill.name,
            f"{len(rows)} of the live database's objects could not be compared: {reason}",
            "restore with the live server's version of PostgreSQL and its extensions, and a newer backup",
            aspect=reason,
            objects=rows,
        )
    if not drill.differences:
        yield passed(
            drill.name,
            f"{drill.objects} tables, columns, constraints, policies, functions ... are those of the live database",
            confidence=Confidence.PROVEN,
            compared_objects=drill.objects,
            live_version=drill.live_version,
            restored_with=drill.restored_with,
        )


def _row(one: Difference) -> dict[str, str]:
    return {"kind": one.kind, "name": one.name, "live": one.live, "restored": one.restored}
