"""Finds real keys that strangers may not see, so that rows which lead to them can be tried.

A task leads to its tenant by way of a project. A policy that asks whether the project exists says no to a key that the
audit makes up, and yes to every real one. Keys are read as real members and as the audit's role, and appear in no fact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from auditor.errors import Unavailable
from auditor.facts.catalog import PUBLIC, Catalog, PolicyColumn, Relation
from auditor.facts.database import quoted
from auditor.facts.lookups import looked_up, named_by_functions
from auditor.facts.row_trials import Row
from auditor.probes.net.failures import Unreachable
from auditor.probes.net.postgres import Session
from auditor.probes.personas import MEMBER, Persona, as_the_api
from auditor.probes.questions import RealRow
from auditor.probes.synthetic_rows import SyntheticRows, literal

_MOST_COLUMNS, _MOST_EYES, _MOST_KEYS = 50, 3, 20
_SAMPLE_MS = 2_000


async def keyed_rows(session: Session, catalog: Catalog, real: Sequence[RealRow]) -> list[RealRow]:
    """Foreign rows with a real key of a row that strangers do not see, for tables whose policies look something up.

    Args:
        session: the audit's own.
        catalog: policies and columns.
        real: rows for real members: with whose eyes keys are found.

    Raises:
        Unreachable: the connection is lost.
    """
    synthetic = SyntheticRows(catalog)
    members = {row.persona.user: row.persona for row in real if row.persona.who.startswith(MEMBER)}
    eyes = [None, *list(members.values())[:_MOST_EYES]]
    rows: list[RealRow] = []
    for column, target in list(_leading(catalog, synthetic))[:_MOST_COLUMNS]:
        seen: dict[str, None] = {}
        for persona in eyes:
            seen |= dict.fromkeys(await _seen(session, catalog, persona, column, ()))
        for role in target.roles_with("SELECT"):
            stranger = Persona(role)
            if hidden := await _hidden(session, catalog, stranger, column, list(seen)[:_MOST_KEYS]):
                made = synthetic.of(column.table, Row.FOREIGN)
                rows += [
                    RealRow(column.table, stranger, {**values, column.name: literal(hidden)}, Row.KEYED)
                    for values in made
                ]
    return rows


def _leading(catalog: Catalog, synthetic: SyntheticRows) -> Iterator[tuple[PolicyColumn, Relation]]:
    """Columns that lead to a table of which policies show strangers some rows, and what lies there."""
    relations = {str(relation): relation for relation in catalog.relations}
    risky = {policy.table for policy in catalog.policies if policy.risk}
    showing = {p.table for p in catalog.policies if p.command in ("ALL", "SELECT") and _for_strangers(p.roles)}
    functions = named_by_functions(catalog)
    looking = sorted({p.table for p in catalog.policies if looked_up(p, functions) and not p.risk})
    for table in looking:
        for column in synthetic.columns(table):
            target = relations.get(column.refers_to)
            shown = column.refers_to in showing - risky - {table}
            if target and shown and target.rls and column.names_somebody:
                yield column, target


def _for_strangers(roles: Collection[str]) -> bool:
    return not {PUBLIC, "anon", "authenticated"}.isdisjoint(roles)


async def _seen(
    session: Session, catalog: Catalog, persona: Persona | None, column: PolicyColumn, among: Sequence[str]
) -> list[str]:
    """Keys that somebody sees; none where the question fails."""
    key = quoted(column.refers_to_key)
    where = f"where {key} in ({', '.join(map(literal, among))})" if among else ""
    role, claims = (persona.role, persona.claims) if persona else (None, None)
    try:
        async with session.transaction(role, claims, statement_timeout_ms=_SAMPLE_MS) as transaction:
            if persona:
                await as_the_api(transaction, catalog, persona)
            found = await transaction.rows(
                f"select {key}::text from {column.refers_to} {where} limit {len(among) or _MOST_KEYS}"
            )
    except Unreachable:
        raise
    except Unavailable:
        return list(among)  # what could not be asked is not known to be hidden
    return [str(value) for (value,) in found]


async def _hidden(
    session: Session, catalog: Catalog, stranger: Persona, column: PolicyColumn, keys: Sequence[str]
) -> str:
    """A key that is there, and that a stranger does not see; empty when there is none."""
    seen = set(await _seen(session, catalog, stranger, column, keys)) if keys else set()
    return next((key for key in keys if key not in seen), "")
