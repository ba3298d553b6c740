"""Row level security has hidden no rows from the dump."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import is_dump, no_backup, stamp
from auditor.facts.backups import Backup, Backups, LiveTable, LiveTables
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_HALF = 0.5
_FEW = 10
"""Rows from which on a count can be compared: statistics are estimates."""


@check("BAK007", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("ISO27001-A.8.13",))
def dump_rows_not_hidden(found: Backups, live: LiveTables) -> Iterator[Finding]:
    """The newest dump has the rows of tables with row level security.

    ## Why it matters
    `pg_dump --enable-row-security` by a role under row level security exits with 0, and the dump holds only the rows
    that the role may see: often none. Without that option pg_dump stops with an error, which is better. The rows in
    the dump are counted, and compared with the server's statistics; what was inserted since the dump is allowed for
    where the statistics tell.

    ## How to fix it
    Dump as a role that sees every row, and without `--enable-row-security`:

        alter role backup bypassrls;
    """
    usable = found.usable()
    dump = next((backup for backup in usable if is_dump(backup)), None)
    if dump is None:
        yield not_applicable("physical backups know no row level security") if usable else no_backup()
        return
    secured = [table for table in live.tables if table.row_security and not table.partitioned]
    if not secured:
        yield not_applicable("no table has row level security")
        return
    if dump.tables is None or not dump.in_full:
        yield unproven(
            dump.name, "its rows could not be counted", "restore it: `audit run --drill`", format=dump.format
        )
        return
    yield from _compare(dump, secured, live)


def _compare(dump: Backup, secured: list[LiveTable], live: LiveTables) -> Iterator[Finding]:
    rows = {table.name: table.rows for table in dump.tables or () if table.has_data}
    seen = any(rows.get(table.name) and not _too_few(rows[table.name] or 0, table.rows) for table in secured)
    compared = 0
    hidden = 0
    for table in secured:
        dumped = rows.get(table.name)
        if dumped is None or table.rows < 0:
            continue
        compared += 1
        expected = table.rows - _since(dump, table, live)
        # a few rows of a table that was empty: where others are complete, they came after the dump
        young = seen and not dumped and expected < _FEW
        if _too_few(dumped, expected) and not young:
            hidden += 1
            yield failed(
                table.name,
                f"the newest dump, {dump.name}, holds {dumped} of its about {table.rows} rows",
                dump_rows=dumped,
                live_rows=table.rows,
                dump=dump.name,
                dumped_at=stamp(dump.stop),
            )
    if compared and not hidden:
        yield passed(
            dump.name,
            f"the rows of {compared} tables with row level security are in it",
            confidence=Confidence.PROVEN,
            tables=compared,
            rows=sum(rows.get(table.name) or 0 for table in secured),
            dumped_at=stamp(dump.stop),
        )
    elif not compared:
        yield unproven(dump.name, "the statistics say nothing of the tables with row level security", "run ANALYZE")


def _since(dump: Backup, table: LiveTable, live: LiveTables) -> int:
    """Rows that are younger than the dump, as far as the statistics can tell."""
    later = live.stats_reset and dump.stop and live.stats_reset > dump.stop
    return table.inserted if later else 0


def _too_few(dumped: int, expected: int) -> bool:
    return expected > 0 and (dumped == 0 or (expected >= _FEW and dumped < expected * _HALF))
