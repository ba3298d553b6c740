"""The newest dump has the tables of the live database."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import is_dump, no_backup, stamp
from auditor.facts.backups import Backup, Backups, DumpedTable, LiveTable, LiveTables
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_PROVIDERS_OWN = frozenset({
    "_analytics", "_realtime", "_supavisor", "cron", "extensions", "graphql", "graphql_public", "net", "pgbouncer",
    "pgsodium", "realtime", "supabase_functions", "vault",
})  # fmt: skip
"""Schemas that Supabase makes itself in every project."""


@check("BAK006", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("ISO27001-A.8.13",))
def dump_holds_live_tables(found: Backups, live: LiveTables) -> Iterator[Finding]:
    """The newest dump holds the rows of every table of the live database that has any.

    ## Why it matters
    `--schema=public` leaves out the users in `auth`, `--table` and `--exclude-table-data` what nobody remembers, and a
    dump from before a migration the tables that it made. What is not in the dump cannot be restored from it.

    ## How to fix it
    Dump the whole database, and once more after a migration:

        pg_dump --format=custom --file=app.dump "$DATABASE_URL"
    """
    usable = found.usable()
    dump = next((backup for backup in usable if is_dump(backup)), None)
    if dump is None:
        yield not_applicable("physical backups hold every table of the cluster") if usable else no_backup()
        return
    if dump.tables is None:
        yield unproven(
            dump.name, "which tables it holds could not be read", "restore it: `audit run --drill`", format=dump.format
        )
        return
    yield from _compare(dump, live)


def _compare(dump: Backup, live: LiveTables) -> Iterator[Finding]:
    dumped = {table.name: table for table in dump.tables or ()}
    wanted = [table for table in live.tables if table.name.split(".")[0] not in _PROVIDERS_OWN]
    if wanted and not any(table.name in dumped for table in wanted):
        yield failed(
            dump.name,
            f"it holds none of the {len(wanted)} tables of the live database: it is of something else",
            in_dump=sorted(dumped)[:20],
            live=[table.name for table in wanted][:20],
        )
        return
    missing = 0
    unknown = [table.name for table in wanted if _unknown(table, dumped.get(table.name))]
    if unknown:
        yield unproven(
            dump.name,
            f"it has no rows of {len(unknown)} table(s) that may hold some: the server's statistics do not count them",
            "run ANALYZE on the live database, and audit again",
            tables=unknown[:20],
        )
    for table in wanted:
        there = dumped.get(table.name)
        if table.partitioned or table.rows <= 0 or (there and there.has_data):
            continue
        missing += 1
        yield failed(
            table.name,
            f"the newest dump, {dump.name}, holds {'no rows of it' if there else 'nothing of it'}",
            live_rows=table.rows,
            dump=dump.name,
            dumped_at=stamp(dump.stop),
        )
    if not missing and not unknown:
        empty = [table.name for table in wanted if table.rows <= 0 and table.name not in dumped]
        yield passed(
            dump.name,
            f"it has a place for the rows of all {len(wanted)} tables" + (" that have any" if empty else ""),
            confidence=Confidence.PROVEN,
            tables=len(wanted),
            empty_and_missing=empty[:20],
            dumped_at=stamp(dump.stop),
        )


def _unknown(table: LiveTable, there: DumpedTable | None) -> bool:
    """Nobody can tell whether rows are missing: statistics are lost in a crash, an upgrade or a reset."""
    return table.rows < 0 and not table.partitioned and not (there and there.has_data)
