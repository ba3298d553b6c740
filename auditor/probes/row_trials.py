"""Tries policies without writing a byte, and without needing a row.

A policy's expression is evaluated over a synthetic row built with ``jsonb_populate_record``: whatever names an
owner in it belongs to somebody else. That works on empty tables, and for rows that nobody could insert. Everything
happens in read-only transactions that are rolled back, in the role and with the claims of an API request.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from auditor.errors import Unavailable
from auditor.facts.catalog import API_ROLES, Catalog, Relation, RowPolicy
from auditor.facts.database import qualified
from auditor.facts.row_trials import Read, RowTrials, Trial
from auditor.probes import catalog_sql as sql
from auditor.probes.net.failures import Unreachable
from auditor.probes.net.postgres import Session, Transaction
from auditor.probes.surfaces import Databases
from auditor.registry import probe

T = TypeVar("T")

BATCH = 200
"""Questions in one statement: each locks its tables until the end of the transaction."""
_STATEMENT_MS = 5_000

STRANGER = "a0d17000-0000-4000-8000-00000000000a"
"""Who asks, when it is ``authenticated``: a user id that nobody has."""
OWNER = "b0b00000-0000-4000-8000-00000000000b"
"""To whom the synthetic row belongs."""
_OWNER_NUMBER = 2_000_000_011

_IDENTITY = re.compile(
    r"(?:^|_)(?:id|uid|uuid|owner|user|users|author|creator|created_by|tenant|org|organi[sz]ation|team|account|workspace"
    r"|company|customer|member|profile|email|sub|assignee|holder)(?:_|$)|_by$",
    re.IGNORECASE,
)
_CALLED = re.compile(r"(?<![\"\w.])([a-z_][a-z0-9_]*)\(")
_CLAIMS: dict[str, dict[str, Any]] = {
    "anon": {"role": "anon"},
    "authenticated": {
        "sub": STRANGER,
        "role": "authenticated",
        "aud": "authenticated",
        "email": "stranger@audit.invalid",
        "is_anonymous": False,
        "app_metadata": {},
        "user_metadata": {},
    },
}


@dataclass(frozen=True, slots=True)
class _Question:
    policy: RowPolicy
    side: str
    expression: str
    row: str
    """The synthetic row, as JSON."""

    @property
    def sql(self) -> str:
        name = _last_name(self.policy.table)
        literal = self.row.replace("'", "''")
        populated = (
            f"(select (pg_catalog.jsonb_populate_record(null::{self.policy.table}, '{literal}'::jsonb)).*) as {name}"
        )
        return f"(select ({self.expression})::boolean from {populated})"


def _last_name(table: str) -> str:
    """The quoted relation name of ``"a"."b.c"``: the schema's dots do not count."""
    match = re.fullmatch(r'(?:"(?:[^"]|"")*"|[^".]+)\.(.+)', table, re.DOTALL)
    return match[1] if match else table


@probe(deadline=90.0)
async def row_trials(databases: Databases, catalog: Catalog) -> RowTrials:
    """Every policy expression of the exposed tables, as anon and as a stranger; and what they really read."""
    trials: list[Trial] = []
    reads: list[Read] = []
    async with databases.for_audit().session() as session:
        async with session.transaction(statement_timeout_ms=30_000) as transaction:
            types = await _column_types(transaction)
            risky = {str(row[0]) for row in await transaction.rows(sql.VOLATILE_BUILTINS)}
            untrusted = {qualified(row[0]) for row in await transaction.rows(sql.UNTRUSTED_FUNCTIONS)}
        for role in API_ROLES:
            planned = _planned(catalog, role, types)
            safe = [q for q in planned if not _danger(q, risky, untrusted)]
            trials += [_refused(q, role, _danger(q, risky, untrusted)) for q in planned if q not in safe]
            try:
                trials += await _evaluate(session, catalog, role, safe)
                dangerous = {q.policy.table for q in planned if _danger(q, risky, untrusted)}
                reads += await _read(session, catalog, role, dangerous)
            except Unreachable:
                raise
            except Unavailable as unavailable:
                # a finding for each policy, not a gap for every check: what the catalogs say stands all the same
                reason = f"{unavailable.reason}; it takes: grant {role} to the audit's role"
                trials += [_refused(question, role, reason) for question in safe]
    return RowTrials(tuple(trials), tuple(reads))


async def _column_types(transaction: Transaction) -> dict[str, dict[str, str]]:
    """Table to column to type category, of the columns that policies read."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, category in await transaction.rows(sql.POLICY_COLUMNS):
        found[qualified(table)][column] = category
    return found


def _planned(catalog: Catalog, role: str, types: dict[str, dict[str, str]]) -> list[_Question]:
    reachable = {str(r): r for r in catalog.exposed("table", "partitioned table") if r.rls and role in r.reachable_by}
    inherited = next((r.inherits for r in catalog.roles if r.name == role), ())
    return [
        _Question(policy, side, expression, _foreign_row(types.get(policy.table, {}), policy.columns))
        for policy in catalog.policies
        if policy.table in reachable and {role, "public", *inherited} & set(policy.roles)
        for side, expression in (("using", policy.using), ("check", policy.check))
        if expression
    ]


def _foreign_row(types: dict[str, str], columns: Iterable[str]) -> str:
    """A row in which every column that names somebody names somebody else; the rest is null.

    Columns such as ``status`` or ``is_public`` stay null: a policy that opens rows by them does so on purpose.
    """
    values: dict[str, object] = {}
    for column in columns:
        category = types.get(column, "")
        if category == "uuid":
            values[column] = OWNER
        elif _IDENTITY.search(column) and category in ("S", "N"):
            values[column] = OWNER if category == "S" else _OWNER_NUMBER
    return json.dumps(values)


def _danger(question: _Question, volatile: set[str], untrusted: set[str]) -> str:
    """Why the expression must not be run; empty when it may."""
    for function in question.policy.functions:
        if function in untrusted:
            return f"it calls {function}, which is volatile or not to be trusted, and is never run by the audit"
    for name in _CALLED.findall(_without_literals(question.expression)):
        if name in volatile:
            return f"it calls {name}(), which is volatile, and is never run by the audit"
    return ""


def _without_literals(expression: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", expression)


def _refused(question: _Question, role: str, reason: str) -> Trial:
    return Trial(question.policy.table, question.policy.name, role, question.side, None, reason)


async def _evaluate(session: Session, catalog: Catalog, role: str, questions: Sequence[_Question]) -> list[Trial]:
    trials: list[Trial] = []
    for batch in _batches(questions):
        async with session.transaction(role, _CLAIMS[role], statement_timeout_ms=_STATEMENT_MS) as transaction:
            await _search_path(transaction, catalog)
            answers = await _answers(transaction, [question.sql for question in batch])
        trials += [
            Trial(q.policy.table, q.policy.name, role, q.side, *_verdict(answer))
            for q, answer in zip(batch, answers, strict=True)
        ]
    return trials


def _verdict(answer: bool | str | None) -> tuple[bool | None, str]:
    return (None, answer) if isinstance(answer, str) else (bool(answer), "")


async def _search_path(transaction: Transaction, catalog: Catalog) -> None:
    """As PostgREST sets it: helper functions without a search_path of their own rely on it."""
    path = ", ".join('"' + schema.replace('"', '""') + '"' for schema in (*catalog.schemas, "extensions"))
    await transaction.rows("select pg_catalog.set_config('search_path', %s, true)", (path,))


async def _answers(transaction: Transaction, questions: Sequence[str]) -> list[bool | str | None]:
    """The answer to each question; a text for one that fails. Halves a batch that fails until the culprit is alone."""
    try:
        async with transaction.savepoint():
            (row,) = await transaction.rows(f"select {', '.join(questions)}")
            return list(row)
    except Unreachable:
        raise
    except Unavailable as failure:
        if len(questions) == 1:
            return [failure.reason]
    middle = len(questions) // 2
    return [*await _answers(transaction, questions[:middle]), *await _answers(transaction, questions[middle:])]


async def _read(session: Session, catalog: Catalog, role: str, dangerous: set[str]) -> list[Read]:
    """Whether a row comes back, of each table that the role may select as a whole."""
    tables = [
        relation
        for relation in catalog.exposed("table", "partitioned table", "view", "materialized view")
        if str(relation) not in dangerous and any(g.role == role and g.privilege == "SELECT" for g in relation.grants)
    ]
    reads: list[Read] = []
    for batch in _batches(tables):
        async with session.transaction(role, _CLAIMS[role], statement_timeout_ms=_STATEMENT_MS) as transaction:
            await _search_path(transaction, catalog)
            answers = await _answers(transaction, [_exists(relation) for relation in batch])
        reads += [Read(str(table), role, *_verdict(answer)) for table, answer in zip(batch, answers, strict=True)]
    return reads


def _exists(relation: Relation) -> str:
    """A constant, not a column: with column grants alone, ``select 1`` needs any one of them."""
    return f"exists (select 1 from {relation} limit 1)"


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
