"""Asks PostgreSQL what it would write, and what it would never touch: plans, as the role, that are not run.

An EXPLAIN takes the locks of the statement, and runs functions that are stable (PostgreSQL documentation, section
36.7): relations that reach something risky are left out, and a few share a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from auditor.facts.catalog import API_ROLES, Catalog, Relation
from auditor.facts.row_trials import Write
from auditor.probes.net.pgerrors import QueryFailed
from auditor.probes.net.postgres import Session
from auditor.probes.personas import Persona

T = TypeVar("T")

_BATCH = 200
_STATEMENT_MS = 1_000
_MOST, _MOST_RETRIED = 2_000, 20
_NEVER = "One-Time Filter: false"
"""What a plan says that reads nothing: no policy lets the role see a row."""

_SETTABLE = """
select distinct on (given.name) given.name, pg_catalog.quote_ident(a.attname)
from pg_catalog.unnest(%(names)s::pg_catalog.text[]) given(name)
join pg_catalog.pg_attribute a on a.attrelid = given.name::pg_catalog.regclass
where a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a'
  and pg_catalog.has_column_privilege(%(role)s, a.attrelid, a.attnum, 'UPDATE')
  and pg_catalog.pg_column_is_updatable(a.attrelid, a.attnum, false)
order by given.name, a.attnum
"""


@dataclass(frozen=True, slots=True)
class _Way:
    """A statement that is planned."""

    relation: Relation
    command: str
    sql: str


async def planned_writes(session: Session, catalog: Catalog, role: str) -> list[Write]:
    """What a role could write through relations that no policy guards.

    What cannot be planned is left out: the catalogs' word for it stands, and is not called proven.
    """
    open_ = [
        relation
        for relation in catalog.exposed("table", "partitioned table", "view")
        if not relation.rls and not relation.risk and relation.roles_with("INSERT", "UPDATE", "DELETE", among=(role,))
    ]
    columns = await _settable(session, role, [r for r in open_ if r.roles_with("UPDATE", among=(role,))])
    ways = [way for relation in open_ for way in _ways(relation, role, columns.get(str(relation), ""))]
    plans = await _plans(session, role, ways)
    return [Write(str(way.relation), role, way.command) for way, _ in plans]


async def denied_relations(session: Session, catalog: Catalog) -> tuple[str, ...]:
    """Tables with row level security and without any policy, of which PostgreSQL plans to show no API role a row."""
    guarded = {policy.table for policy in catalog.policies}
    shut = [
        relation
        for relation in catalog.exposed("table", "partitioned table")
        if relation.rls and not relation.risk and str(relation) not in guarded
    ]
    asked: set[str] = set()
    shown: set[str] = set()
    for role in API_ROLES:
        ways = [
            _Way(relation, "SELECT", f"explain select 1 from {relation}")  # noqa: S608  names come quoted
            for relation in shut
            if any(g.role == role and g.privilege == "SELECT" for g in relation.grants)
        ]
        answers = {str(way.relation): plan for way, plan in await _plans(session, role, ways)}
        asked |= {str(way.relation) for way in ways}
        shown |= {str(way.relation) for way in ways if _NEVER not in answers.get(str(way.relation), "")}
    return tuple(sorted(asked - shown))


def _ways(relation: Relation, role: str, column: str) -> Iterator[_Way]:
    """The statements are as small as can be: no value is computed, no row is looked for."""
    held = {privilege for privilege in ("INSERT", "DELETE") if relation.roles_with(privilege, among=(role,))}
    if "INSERT" in held:
        yield _Way(relation, "INSERT", f"explain insert into {relation} default values")
    if column:
        yield _Way(relation, "UPDATE", f"explain update {relation} set {column} = null")  # noqa: S608
    if "DELETE" in held:
        yield _Way(relation, "DELETE", f"explain delete from {relation}")  # noqa: S608


async def _settable(session: Session, role: str, relations: Sequence[Relation]) -> dict[str, str]:
    """A column of each relation that the role may set, where there is one."""
    if not relations:
        return {}
    names = [str(relation) for relation in relations]
    with suppress(QueryFailed):  # a table that was dropped since: then nothing is proven
        async with session.transaction(statement_timeout_ms=_STATEMENT_MS) as transaction:
            return {str(n): str(c) for n, c in await transaction.rows(_SETTABLE, {"names": names, "role": role})}
    return {}


async def _plans(session: Session, role: str, ways: Sequence[_Way]) -> list[tuple[_Way, str]]:
    found: list[tuple[_Way, str]] = []
    for start in range(0, min(len(ways), _MOST), _BATCH):
        batch = ways[start : start + _BATCH]
        try:
            found += await _planned(session, role, batch)
        except QueryFailed:
            for way in batch[:_MOST_RETRIED]:
                with suppress(QueryFailed):
                    found += await _planned(session, role, [way])
    return found


async def _planned(session: Session, role: str, ways: Sequence[_Way]) -> list[tuple[_Way, str]]:
    async with session.transaction(role, Persona(role).claims, statement_timeout_ms=_STATEMENT_MS) as transaction:
        return [(way, "\n".join(str(line) for (line,) in await transaction.rows(way.sql))) for way in ways]
