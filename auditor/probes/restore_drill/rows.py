"""Counts the rows of tables, here and there, without being fooled by row level security."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import sql

from auditor.errors import Unavailable
from auditor.facts.restore_drill import TableRows
from auditor.probes.net.failures import Unreachable
from auditor.probes.net.session import Session, Transaction
from auditor.probes.restore_drill.catalog_sql import SAME_WORDS

LIVE_SECONDS = 30.0
"""For all counts of the live database together."""
STATEMENT_MS = 5000
"""For one of them; then the server's own estimate has to do."""
MOST_TABLES = 5000
_BATCH = 20
"""Small tables that are counted by one statement."""
_SMALL = 20_000
"""Rows, by the server's estimate."""

LARGE_OBJECTS = "pg_catalog.pg_largeobject_metadata"
"""A row for each large object; of a database that has none, nothing is told."""

TABLES = """
select pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname::text, c.relname::text,
       greatest(coalesce(s.n_live_tup, 0), c.reltuples::bigint, 0),
       pg_catalog.has_table_privilege(c.oid, 'select') and pg_catalog.has_schema_privilege(n.oid, 'usage'),
       pg_catalog.row_security_active(c.oid),
       coalesce((select a.attname::text from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and a.atttypid in ('pg_catalog.timestamptz'::pg_catalog.regtype, 'pg_catalog.timestamp'::pg_catalog.regtype)
          and pg_catalog.lower(a.attname) in (
              'created_at', 'inserted_at', 'createdat', 'created', 'date_created', 'created_on', 'creation_date',
              'createdon', 'insertedat', 'create_time', 'created_time', 'created_date')
          and pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')
        order by a.attnum limit 1), ''),
       pg_catalog.pg_relation_size(c.oid) = 0
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_stat_user_tables s on s.relid = c.oid
where c.relkind = 'r' and c.relpersistence <> 't'
  and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_catalog.pg_depend d where d.deptype = 'e' and d.objid = c.oid
                  and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
union all
-- what nothing but pg_dump --no-large-objects leaves out
select pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname::text, c.relname::text,
       greatest(c.reltuples::bigint, 0),
       pg_catalog.has_table_privilege(c.oid, 'select'), false, '', pg_catalog.pg_relation_size(c.oid) = 0
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid = 'pg_catalog.pg_largeobject_metadata'::pg_catalog.regclass
order by 4, 1
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and what may be known of it."""

    name: str
    """As SQL."""
    schema: str
    bare: str
    estimate: int
    readable: bool
    filtered: bool
    """Whether row level security hides rows from this role."""
    column: str
    """A time column that says when a row was made; empty: none."""
    empty: bool = False
    """Whether it takes no room at all: it has no rows, whoever asks."""

    def query(self, number: int, until: datetime | None = None) -> sql.Composed:
        """The number given, rows, and the newest time; of the rows that are not newer than the given time."""
        table, first = sql.Identifier(self.schema, self.bare), sql.Literal(number)
        if not self.column:
            return sql.SQL("select {}::int, count(*)::bigint, null::timestamptz from only {}").format(first, table)
        column = sql.Identifier(self.column)
        newest = sql.SQL("max({c}) filter (where {c} between '0001-01-02' and '9999-12-30')::timestamptz").format(
            c=column
        )
        counted: sql.Composable = sql.SQL("count(*)::bigint")
        if until is not None:
            before = sql.SQL("count(*) filter (where {c} is null or {c}::timestamptz <= {u})::bigint")
            counted = before.format(c=column, u=sql.Literal(until))
        return sql.SQL("select {}::int, {}, {} from only {}").format(first, counted, newest, table)


async def tables_of(transaction: Transaction) -> dict[str, Table]:
    """Every table with rows of its own, the smallest first."""
    await transaction.rows(SAME_WORDS)  # identifiers are quoted alike
    return {str(row[0]): Table(*row) for row in await transaction.rows(TABLES)}


@dataclass(frozen=True, slots=True)
class Count:
    """The rows of a table."""

    rows: int | None
    newest: datetime | None = None
    exact: bool = True
    doubt: str = ""


async def count(
    session: Session,
    tables: Iterable[Table],
    until: Mapping[str, datetime],
    seconds: float,
    statement_ms: int = STATEMENT_MS,
) -> dict[str, Count]:
    """Count, as long as there is time; then, and where the role may not see all rows, take the server's estimate.

    Args:
        session: with the database.
        tables: the smallest first.
        until: leave out rows of a table that are newer than this.
        seconds: for all of them together.
        statement_ms: for one statement.
    """
    found: dict[str, Count] = {}
    countable: list[Table] = []
    for table in tables:
        if table.empty:
            found[table.name] = Count(0)
        elif not table.readable:
            found[table.name] = _estimate(table, "the role may not read it")
        elif table.filtered:
            found[table.name] = _estimate(table, "row level security hides rows from the role")
        else:
            countable.append(table)
    deadline = time.monotonic() + seconds
    for batch in _batches(countable):
        if time.monotonic() > deadline:
            found |= {table.name: _estimate(table, f"no time was left in {seconds:g} s") for table in batch}
        else:
            found |= await _counted(session, batch, until, statement_ms)
    return found


def _batches(tables: list[Table]) -> list[list[Table]]:
    small = [table for table in tables if table.estimate <= _SMALL]
    large = [[table] for table in tables if table.estimate > _SMALL]
    return [small[at : at + _BATCH] for at in range(0, len(small), _BATCH)] + large


async def _counted(session: Session, batch: list[Table], until: Mapping[str, datetime], ms: int) -> dict[str, Count]:
    try:
        return await _together(session, batch, until, ms)
    except Unreachable:
        raise
    except Unavailable as unavailable:
        if len(batch) == 1:
            return {batch[0].name: _estimate(batch[0], unavailable.reason)}
    found: dict[str, Count] = {}
    for table in batch:  # one of them spoils it for all
        found |= await _counted(session, [table], until, ms)
    return found


async def _together(session: Session, batch: list[Table], until: Mapping[str, datetime], ms: int) -> dict[str, Count]:
    asked = [table.query(number, until.get(table.name)) for number, table in enumerate(batch)]
    queries = sql.SQL(" union all ").join(asked)
    async with session.transaction(statement_timeout_ms=ms) as transaction:
        # so that a policy which hides rows is an error, and not a smaller number
        await transaction.rows("select pg_catalog.set_config('row_security', 'off', true)")
        await transaction.rows(SAME_WORDS)  # a timestamp without a zone is the same instant on both sides
        rows: list[tuple[Any, ...]] = await transaction.rows(queries)
    return {
        batch[number].name: Count(int(counted), newest.astimezone(UTC) if newest else None)
        for number, counted, newest in rows
    }


def _estimate(table: Table, why: str) -> Count:
    return Count(table.estimate, exact=False, doubt=why)


def compared(restored: Mapping[str, Count], live: Mapping[str, Count], tables: Mapping[str, Table]) -> list[TableRows]:
    """Both sides beside each other, for every table that both have."""
    return [
        TableRows(
            name,
            count_.rows or 0,
            live[name].rows,
            live[name].exact,
            live[name].doubt,
            tables[name].column if live[name].exact and count_.newest else "",
            count_.newest,
            live[name].newest,
        )
        for name, count_ in sorted(restored.items())
        if name in live and count_.exact and (name != LARGE_OBJECTS or count_.rows or live[name].rows)
    ]


def alone(restored: Mapping[str, Count], tables: Mapping[str, Table]) -> list[TableRows]:
    """What was restored, where there is nothing to hold it against."""
    return [
        TableRows(name, one.rows or 0, None, column=tables[name].column, newest_restored=one.newest)
        for name, one in sorted(restored.items())
        if one.exact and (name != LARGE_OBJECTS or one.rows)
    ]
