"""Plans what is asked: each policy expression, on each row that tells something, as each persona."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from auditor.facts.catalog import PUBLIC, TENANT, Catalog, RowPolicy
from auditor.facts.database import quoted
from auditor.facts.row_trials import Row
from auditor.facts.view_paths import served_tables
from auditor.probes.personas import CLAIMANT, Persona, strangers
from auditor.probes.synthetic_rows import OWNER, SyntheticRows, Values, literal

OBJECTS = "storage.objects"
"""The files of Supabase Storage: a service of its own serves them, whatever schemas the API exposes."""
_KEY = re.compile(r"->>? '([^']+)'")
_TEXT = re.compile(r"'(?:[^']|'')*+'")
_MOST_BUCKETS = 10


class Question(NamedTuple):
    """One expression on one row, as one persona."""

    policy: RowPolicy
    side: str
    row: Row
    state: int
    persona: Persona
    sql: str
    """A scalar that is true, false or null."""


@dataclass(frozen=True, slots=True)
class RealRow:
    """A row that names a real tenant, for somebody who is no member of it."""

    table: str
    persona: Persona
    values: Values


class Planner:
    """Plans the questions of a role.

    Args:
        catalog: policies, and the columns that they read.
        real: rows with real tenants.
        domains: tables with a column of a domain that has rules of its own: a whole row of them is not made.
        own: tables of which the caller's own row is tried too.
    """

    def __init__(
        self,
        catalog: Catalog,
        real: Iterable[RealRow] = (),
        domains: Collection[str] = (),
        own: Collection[str] = (),
    ) -> None:
        self._catalog = catalog
        self._rows = SyntheticRows(catalog)
        self._domains, self._own = domains, own
        self._columns = {(column.table, column.name): column for column in catalog.columns}
        self._real: dict[str, list[RealRow]] = defaultdict(list)
        for row in real:
            self._real[row.table].append(row)

    def questions(self, role: str) -> list[Question]:
        """What to ask as a role, of the tables with row level security that the API lets it reach."""
        served = {str(table) for table in served_tables(self._catalog) if table.rls and role in table.reachable_by}
        served.add(OBJECTS)
        names = {role, PUBLIC, *next((r.rights_of for r in self._catalog.roles if r.name == role), ())}
        by_table: dict[str, list[RowPolicy]] = defaultdict(list)
        for policy in self._catalog.policies:
            if policy.table in served and names & set(policy.roles):
                by_table[policy.table].append(policy)
        return [question for table, policies in by_table.items() for question in self._of_table(table, policies, role)]

    def _files(self, policies: list[RowPolicy], role: str) -> Iterator[Question]:
        """Somebody else's file, in each bucket that a policy of Supabase Storage may name: any text it holds."""
        text = " ".join(f"{policy.using} {policy.check}" for policy in policies)
        buckets = sorted({*_TEXT.findall(text)})[:_MOST_BUCKETS] or [f"'{OWNER}'"]
        (values, *_) = self._rows.of(OBJECTS, Row.FOREIGN) or [{}]
        for bucket in buckets:
            file = {**values, "bucket_id": bucket, "name": f"'{OWNER}/audit.png'"}
            yield from self._asked(policies, Row.FOREIGN, 0, [Persona(role, f"bucket {bucket}")], file)

    def _of_table(self, table: str, policies: list[RowPolicy], role: str) -> Iterator[Question]:
        if table == OBJECTS:
            yield from self._files(policies, role)
            return
        personas = strangers(role, factors=any(policy.factors for policy in policies))
        claimed = _claimed(" ".join(f"{policy.using} {policy.check}" for policy in policies))
        if claimed and role != "anon":
            personas = (*personas, Persona(role, CLAIMANT, claimed=claimed))
        for row in (Row.FOREIGN, Row.CHOSEN, Row.OWNERLESS, Row.SHARED, *[Row.OWN] * (table in self._own)):
            who = personas if row is Row.FOREIGN else personas[:1]
            for state, values in enumerate(self._rows.of(table, row)):
                yield from self._asked(policies, row, state, who, values)
        for state, real in enumerate(self._real.get(table, ())):
            if real.persona.role == role:
                yield from self._asked(policies, Row.REAL, state, [real.persona], real.values)

    def _asked(
        self, policies: list[RowPolicy], row: Row, state: int, personas: Iterable[Persona], values: Values
    ) -> Iterator[Question]:
        for policy in policies:
            for side in _sides(policy, row):
                sql = self._sql(policy, (policy.using if side == "using" else policy.check) or "", values)
                for persona in personas:
                    yield Question(policy, side, row, state, persona, sql)

    def _sql(self, policy: RowPolicy, expression: str, values: Values) -> str:
        name = last_name(policy.table)
        if takes_whole_row(expression, name):
            return _whole(policy.table, name, expression, values)
        columns = ", ".join(self._cell(policy.table, column, values) for column in policy.columns)
        # tables by the thousand have one policy: where it does not name its table, it is one question
        alias = name if f"{name}." in expression else "audited"
        return f"(select ({expression})::boolean from (select {columns or '1'}) as {alias})"

    def _cell(self, table: str, name: str, values: Values) -> str:
        """A value in its base type: a domain's own rules are not what is tried, and might run anything."""
        column = self._columns.get((table, name))
        return f"{values.get(name, 'null')}::{column.type if column else 'text'} as {quoted(name)}"

    def not_made(self, policy: RowPolicy) -> str:
        """Why no row can be made for a policy; empty when it can."""
        if policy.table not in self._domains:
            return ""
        name = last_name(policy.table)
        if any(takes_whole_row(text, name) for text in (policy.using, policy.check) if text):
            return "it takes the whole row, which has a column of a domain whose rules the audit does not run"
        return ""


@lru_cache(maxsize=1024)
def _claimed(text: str) -> tuple[str, ...]:
    """The claims for a tenant that expressions read. Tables by the thousand have the same."""
    return tuple(sorted({key for key in _KEY.findall(text) if TENANT.search(key)}))


def _sides(policy: RowPolicy, row: Row) -> Iterator[str]:
    """The sides that a kind of row tells something about."""
    reads, writes = policy.command in ("ALL", "SELECT"), policy.command != "SELECT"
    if policy.using and {Row.OWNERLESS: reads, Row.OWN: writes, Row.CHOSEN: writes}.get(row, True):
        yield "using"
    if policy.check and row is not Row.OWNERLESS:
        yield "check"


@lru_cache(maxsize=65_536)
def last_name(table: str) -> str:
    """The quoted relation name of ``"a"."b.c"``: the schema's dots do not count."""
    match = re.fullmatch(r'(?:"(?:[^"]|"")*"|[^".]+)\.(.+)', table, re.DOTALL)
    return match[1] if match else table


def takes_whole_row(expression: str, name: str) -> bool:
    """Whether an expression hands its row to a function: ``is_mine(notes.*)``."""
    return f"{name}.*" in expression


def _whole(table: str, name: str, expression: str, values: Mapping[str, str]) -> str:
    """A row of the table's own type. JSON becomes a value of each column as its text form would."""
    pairs = ", ".join(
        f"{literal(column)}, {value}" if value == "null" else f"{literal(column)}, {value}::text"
        for column, value in values.items()
    )
    row = f"pg_catalog.jsonb_populate_record(null::{table}, pg_catalog.jsonb_build_object({pairs}))"
    return f"(select ({expression})::boolean from {row} as {name})"
