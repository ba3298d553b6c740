"""Samples real members, so that policies which look a membership up are tried with somebody who has one.

A stranger passes no membership lookup, sound or not. Only a member of one tenant shows whether it opens another's rows.
Identities are read as the audit's own role, used in the same run, and appear in no fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from auditor.errors import Unavailable
from auditor.facts.catalog import Catalog, PolicyColumn
from auditor.facts.database import quoted
from auditor.facts.lookups import Lookup, looked_up, memberships, named_by_functions
from auditor.facts.row_trials import Row
from auditor.probes.net.failures import Unreachable
from auditor.probes.net.postgres import Session
from auditor.probes.personas import MEMBER, Persona
from auditor.probes.questions import RealRow
from auditor.probes.synthetic_rows import OWNER, SyntheticRows, literal

MOST_MEMBERS = 3
"""Members to try each lookup with."""
_TELLING = 2
"""Members that it takes where the row names no tenant: one alone may be an administrator."""
_MOST_LOOKUPS = 50
_SAMPLE_ROWS = 500
_SAMPLE_MS = 2_000


async def real_rows(session: Session, catalog: Catalog) -> tuple[list[RealRow], dict[str, str]]:
    """Rows with real tenants, for tables whose policies look a membership up; and lookups that could not be sampled.

    Args:
        session: the audit's own.
        catalog: policies and columns.

    Raises:
        Unreachable: the connection is lost.
    """
    tables = memberships(catalog)
    functions = named_by_functions(catalog)
    used: dict[str, set[str]] = defaultdict(set)
    for policy in catalog.policies if tables else ():
        for relation in looked_up(policy, functions) & tables.keys() - {policy.table}:
            used[relation].add(policy.table)
    rows: list[RealRow] = []
    unsampled: dict[str, str] = {}
    for name in sorted(used)[:_MOST_LOOKUPS]:
        try:
            members = await _members(session, tables[name])
        except Unreachable:
            raise
        except Unavailable as unavailable:
            unsampled[name] = f"{unavailable.reason}; {unavailable.hint}"
            continue
        if not members:
            unsampled[name] = "it shows the audit's role no member"
        for table in sorted(used[name]):
            rows += _rows(catalog, table, tables[name], members)
    for name in sorted(used)[_MOST_LOOKUPS:]:
        unsampled[name] = f"only {_MOST_LOOKUPS} tables of memberships are sampled"
    return rows, unsampled


async def _members(session: Session, lookup: Lookup) -> list[tuple[str, str]]:
    user, tenant = quoted(lookup.user.name), quoted(lookup.tenant.name)
    async with session.transaction(statement_timeout_ms=_SAMPLE_MS) as transaction:
        rows = await transaction.rows(
            f"select {user}::text, {tenant}::text from {lookup.table}"
            f" where {user} is not null and {tenant} is not null limit {_SAMPLE_ROWS}"
        )
    return [(str(who), str(where)) for who, where in rows]


def _rows(catalog: Catalog, table: str, lookup: Lookup, members: list[tuple[str, str]]) -> Iterator[RealRow]:
    synthetic = SyntheticRows(catalog)
    columns = _tenant_columns(synthetic.columns(table), lookup.tenant)
    if not members:
        return
    tenants: dict[str, set[str]] = defaultdict(set)
    for user, tenant in members:
        tenants[user].add(tenant)
    every = sorted({tenant for _, tenant in members})
    if not columns and len(tenants) < _TELLING:
        return
    strangers = [Persona("authenticated"), Persona("anon")] if columns else []
    cases = [(persona, every[0]) for persona in strangers]
    for number, user in enumerate(sorted(tenants)[:MOST_MEMBERS], 1):
        others = [tenant for tenant in every if tenant not in tenants[user]]
        cases.append((Persona("authenticated", f"{MEMBER} {number}", user), others[0] if others else OWNER))
    for persona, tenant in cases:
        for values in synthetic.of(table, Row.FOREIGN):
            yield RealRow(table, persona, {**values, **dict.fromkeys(columns, literal(tenant))})


def _tenant_columns(columns: list[PolicyColumn], tenant: PolicyColumn) -> list[str]:
    """The columns of a table that hold what the lookup calls its tenant: by type, and by name where names tell."""
    alike = [c for c in columns if c.names_somebody and c.type == tenant.type]
    named = [c for c in alike if c.name == tenant.name or c.names_tenant]
    return [column.name for column in named or alike]
