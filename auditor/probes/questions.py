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
from auditor.probes.personas import CLAIMANT, CLAIMANT_OF_MANY, HEADER, Persona, strangers
from auditor.probes.synthetic_rows import OWNER, SyntheticRows, Values, literal

OBJECTS = "storage.objects"
"""The files of Supabase Storage: a service of its own serves them, whatever schemas the API exposes."""
_KEY = re.compile(r"->>? '([^']+)'")
_TEXT = re.compile(r"'(?:[^']|'')*+'")
_MANY = re.compile(r"(?:_id)?s$")
"""How the name of a claim ends that holds several tenants."""
_MOST_BUCKETS = 10


_ROWS = (Row.FOREIGN, Row.FILLED, Row.CHOSEN, Row.OWNERLESS, Row.SHARED, Row.SPOOFED, Row.NAMED)


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
    row: Row = Row.REAL


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
        text = " ".join(f"{policy.using} {policy.check}" for policy in policies)
        claimed = _claimed(text)
        if claimed and role != "anon":
            personas = (*personas, *(Persona(role, who, claimed=claimed) for who in (CLAIMANT, CLAIMANT_OF_MANY)))
        yield from self._by_header(table, policies, text, role)
        for kind, made in self._rows.of_kinds(table).items():
            for state, values in enumerate(made):
                yield from self._asked(policies, Row.FOREIGN, state, [Persona(role, kind)], values)
        for row in (*_ROWS, *[Row.OWN] * (table in self._own)):
            who = personas if row is Row.FOREIGN else personas[:1]
            if row is Row.NAMED:
                who = (personas[0], *(persona for persona in personas if persona.who == CLAIMANT))
            for state, values in enumerate(self._rows.of(table, row)):
                yield from self._asked(policies, row, state, who, values)
        for state, real in enumerate(self._real.get(table, ())):
            if real.persona.role == role:
                yield from self._asked(policies, real.row, state, [real.persona], real.values)

    def _by_header(self, table: str, policies: list[RowPolicy], text: str, role: str) -> Iterator[Question]:
        """A foreign row, for a client who says in every header that the row is theirs."""
        named = {key for policy in policies for key in policy.headers[1:]}
        if not any(policy.headers for policy in policies):
            return
        named |= {found[1:-1] for found in _TEXT.findall(text)}  # what a helper is told to take out
        for state, values in enumerate(self._rows.without_secrets(table)):
            for owner in dict.fromkeys(self._rows.owners(table)):
                client = Persona(role, HEADER, headers=tuple((key, owner) for key in sorted(named)))
                yield from self._asked(policies, Row.FOREIGN, state, [client], values)

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

    def reads_tokens(self, policy: RowPolicy) -> bool:
        """Whether the only text that a policy can make something of is the caller's token.

        Its columns are read in their types, and it looks at no other data.
        """
        known = [self._columns.get((policy.table, name)) for name in policy.columns]
        typed = all(column is not None and column.category in ("uuid", "N", "B", "D", "E") for column in known)
        return typed and not policy.relations and all(name.startswith("auth.") for name in policy.functions)

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
    return tuple(sorted({key for key in _KEY.findall(text) if TENANT.search(_MANY.sub("", key))}))


def _sides(policy: RowPolicy, row: Row) -> Iterator[str]:
    """The sides that a kind of row tells something about."""
    reads, writes = policy.command in ("ALL", "SELECT"), policy.command != "SELECT"
    asked = {
        Row.OWNERLESS: reads,
        Row.OWN: writes,
        Row.CHOSEN: writes,
        Row.SPOOFED: policy.command == "ALL",
        Row.NAMED: reads,
    }
    if policy.using and asked.get(row, True):
        yield "using"
    if policy.check and row not in (Row.OWNERLESS, Row.NAMED):
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
