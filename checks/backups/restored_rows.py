"""What was restored has the live database's rows."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.policy import BackupPolicy
from auditor.facts.restore_drill import Drill, RestoreDrill, TableRows
from auditor.facts.restore_drill_verdicts import not_compared
from auditor.model import ALL, Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_FEW = 10
"""Rows by which a small table may differ, whatever part of it that is: they come and go."""
_SHOWN = 100
"""Tables that a pass tells of, the largest."""
_GRANT = "let the audit's role see all rows: grant pg_read_all_data, and bypassrls where row level security is on"


@check(
    "BAK032",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CIS-Controls-8-11.5", "ISO27001-A.8.13"),
)
def restored_rows(found: RestoreDrill, policy: BackupPolicy) -> Iterator[Finding]:
    """The restored tables have as many rows as the live ones.

    Rows that were made after the newest restored one are left out where a table has a time column for it.

    ## Why it matters
    `pg_dump --enable-row-security` as a role under row level security writes the rows that this role may see, perhaps
    none, and ends without an error.

    ## How to fix it
    Dump as the owner of the database or a superuser, without `--enable-row-security`. Where tables change that much
    between two backups, raise `[policy.backups] drill_row_tolerance`.
    """
    looked = [drill for drill in found.drills if drill.restored]
    for drill in looked:
        if not drill.compared:
            tables = [{"table": table.table, "restored": table.restored} for table in drill.rows]
            yield not_compared(drill, "its rows were not compared with the live database", tables=tables[:_SHOWN])
        else:
            yield from _judge(drill, policy)
    if found.nothing:
        yield not_applicable("there is no backup to restore")
    elif not looked and not found.gaps:
        yield unproven(ALL, "no backup was restored, so there are no rows to compare", "see BAK030")


def _judge(drill: Drill, policy: BackupPolicy) -> Iterator[Finding]:
    bad, doubtful, good = _sorted(drill, policy)
    verb = "differs" if len(bad) == 1 else "differ"
    if bad:
        yield failed(
            drill.name,
            f"{_tables(bad)} {verb} from the live database in rows beyond {policy.drill_row_tolerance:.0%}",
            confidence=Confidence.PROVEN,
            tables=[_row(table) for table in bad],
        )
    if doubtful:
        rows = [_row(table) for table in doubtful]
        yield unproven(drill.name, f"the rows of {_tables(doubtful)} cannot be judged", _GRANT, tables=rows)
    if drill.uncounted:
        uncounted = list(drill.uncounted)
        yield unproven(drill.name, "not all restored tables were counted", aspect="uncounted", tables=uncounted)
    if not drill.rows and not drill.uncounted:
        yield unproven(
            drill.name, "it has no table of the live database, so there are no rows to compare", "see BAK031"
        )
    elif not bad and not doubtful and not drill.uncounted:
        estimated = sum(not table.exact for table in good)
        said = f", {estimated} of them by the server's estimate" if estimated else ""
        yield passed(
            drill.name,
            f"{_tables(good)} have the rows of the live database{said}",
            confidence=Confidence.OBSERVED if estimated else Confidence.PROVEN,
            rows=sum(table.restored for table in good),
            tolerance=policy.drill_row_tolerance,
            tables=[_row(table) for table in sorted(good, key=lambda table: -table.restored)[:_SHOWN]],
        )


def _tables(tables: list[TableRows]) -> str:
    return "1 table" if len(tables) == 1 else f"{len(tables)} tables"


def _sorted(drill: Drill, policy: BackupPolicy) -> tuple[list[TableRows], list[TableRows], list[TableRows]]:
    bad: list[TableRows] = []
    doubtful: list[TableRows] = []
    good: list[TableRows] = []
    for table in drill.rows:
        if table.live is None:
            doubtful.append(table)
            continue
        difference = abs(table.live - table.restored)
        allowed = max(policy.drill_row_tolerance * max(table.live, table.restored), _FEW)
        if difference > allowed:
            # an estimate can be wrong by much, but not see rows where there are none
            sure = table.exact or (table.restored == 0 and table.live > _FEW)
            (bad if sure else doubtful).append(table)
        elif table.restored == 0 and (table.live or not table.exact):
            doubtful.append(table)  # rows that are new, or rows that were never in the backup
        else:
            good.append(table)
    return bad, doubtful, good


def _row(table: TableRows) -> dict[str, object]:
    return {
        "table": table.table,
        "restored": table.restored,
        "live": "unknown" if table.live is None else table.live,
        "how": "counted" if table.exact else f"estimate: {table.doubt}",
    }
