"""Tries policies without writing a byte, and without needing a row.

A policy's expression is evaluated over a synthetic row built with ``jsonb_populate_record``: whatever names an
owner in it belongs to somebody else. That works on empty tables, and for rows that nobody could insert. Everything
happens in read-only transactions that are rolled back, in the role and with the claims of an API request.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from auditor.errors import Unavailable
from auditor.facts.catalog import API_ROLES, Catalog, Relation, RowPolicy
from auditor.facts.database import qualified, quoted
from auditor.facts.row_trials import Read, RowTrials, Trial
from auditor.probes import catalog_sql as sql
from auditor.probes.net.failures import Unreachable
from auditor.probes.net.postgres import Session, Transaction
from auditor.probes.surfaces import Databases
from auditor.registry import probe

T = TypeVar("T")
Types = dict[str, dict[str, tuple[str, str]]]

BATCH = 200
"""Questions in one statement: each locks its tables until the end of the transaction."""
_STATEMENT_MS = 5_000

STRANGER = "a0d17000-0000-4000-8000-00000000000a"
"""Who asks, when it is ``authenticated``: a user id that nobody has."""
OWNER = "b0b00000-0000-4000-8000-00000000000b"
"""To whom the synthetic row belongs."""
_OWNER_NUMBER = 32_011  # fits a smallint too

_IDENTITY = re.compile(
    r"(?:^|_)(?:id|uid|uuid|owner|user|users|author|creator|created_by|tenant|org|organi[sz]ation|team|account|workspace"
    r"|company|customer|member|profile|email|sub|assignee|holder)(?:_|$)|_by$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
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
    row: tuple[str, ...]
    """The synthetic row: one ``value as column`` for each column that the policy reads, in its base type."""

    @property
    def sql(self) -> str:
        name = _last_name(self.policy.table)
        return f"(select ({self.expression})::boolean from (select {', '.join(self.row) or '1'}) as {name})"


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
            dangers = await _dangers(transaction, catalog)
        for role in API_ROLES:
            planned = _planned(catalog, role, types)
            safe = [question for question in planned if not dangers.of_policy(question.policy)]
            trials += [_refused(q, role, why) for q in planned if (why := dangers.of_policy(q.policy))]
            try:
                trials += await _evaluate(session, catalog, role, safe)
                reads += await _read(session, catalog, role, dangers)
            except Unreachable:
                raise
            except Unavailable as unavailable:
                # a finding for each policy, not a gap for every check: what the catalogs say stands all the same
                reason = f"{unavailable.reason}; it takes: grant {role} to the audit's role"
                trials += [_refused(question, role, reason) for question in safe]
    return RowTrials(tuple(trials), tuple(reads))


async def _column_types(transaction: Transaction) -> Types:
    """Table to column to type category and base type, of the columns that policies read."""
    found: Types = defaultdict(dict)
    for table, column, category, base in await transaction.rows(sql.POLICY_COLUMNS):
        found[qualified(table)][column] = (category, base)
    return found


class _Dangers:
    """What the audit never runs, and what cannot be asked without running it.

    Args:
        policies: every policy, with the functions and relations that it uses.
        views: view to the functions that it calls.
        texts: view to its definition.
        reads: view to the relations that it reads.
        volatile: functions of PostgreSQL itself that are volatile.
        untrusted: functions of the database that are volatile, or name one that is.
    """

    def __init__(
        self,
        policies: Sequence[RowPolicy],
        views: dict[str, set[str]],
        texts: dict[str, str],
        reads: dict[str, set[str]],
        volatile: set[str],
        untrusted: set[str],
    ) -> None:
        self._volatile, self._untrusted = volatile, untrusted
        self.relations: dict[str, str] = {}
        for view, text in texts.items():
            if why := self._called(views.get(view, set()), text):
                self.relations[view] = why
        uses = list(reads.items())
        for policy in policies:
            if why := self._own(policy):
                self.relations.setdefault(policy.table, why)
            uses.append((policy.table, set(policy.relations)))
        self._spread(uses)

    def of_policy(self, policy: RowPolicy) -> str:
        """Why a policy must not be run; empty when it may."""
        return self._own(policy) or next(
            (self.relations[name] for name in policy.relations if name in self.relations), ""
        )

    def _own(self, policy: RowPolicy) -> str:
        return self._called(policy.functions, f"{policy.using or ''} {policy.check or ''}")

    def _called(self, functions: Iterable[str], text: str) -> str:
        names = [name for name in functions if name in self._untrusted]
        names += [f"{name}()" for name in _CALLED.findall(_without_literals(text)) if name in self._volatile]
        return (
            f"it calls {names[0]}, which is volatile or not to be trusted, and is never run by the audit"
            if names
            else ""
        )

    def _spread(self, uses: list[tuple[str, set[str]]]) -> None:
        """Whatever reads something dangerous is dangerous too, at any depth."""
        grew = True
        while grew:
            grew = False
            for name, read in uses:
                if name not in self.relations and (
                    behind := next((r for r in sorted(read) if r in self.relations), "")
                ):
                    self.relations[name] = self.relations[behind]
                    grew = True


async def _dangers(transaction: Transaction, catalog: Catalog) -> _Dangers:
    volatile = {str(row[0]) for row in await transaction.rows(sql.VOLATILE_BUILTINS)}
    untrusted = {qualified(row[0]) for row in await transaction.rows(sql.UNTRUSTED_FUNCTIONS)}
    views: dict[str, set[str]] = defaultdict(set)
    for view, function in await transaction.rows(sql.VIEW_FUNCTIONS):
        views[qualified(view)].add(qualified(function))
    texts = {qualified(view): str(text) for view, text in await transaction.rows(sql.VIEW_TEXTS)}
    reads: dict[str, set[str]] = defaultdict(set)
    for edge in catalog.views:
        reads[edge.view].add(edge.reads)
    return _Dangers(catalog.policies, views, texts, reads, volatile, untrusted)


def _planned(catalog: Catalog, role: str, types: Types) -> list[_Question]:
    reachable = {str(r): r for r in catalog.exposed("table", "partitioned table") if r.rls and role in r.reachable_by}
    inherited = next((r.rights_of for r in catalog.roles if r.name == role), ())
    return [
        _Question(policy, side, expression, _foreign_row(types.get(policy.table, {}), policy.columns))
        for policy in catalog.policies
        if policy.table in reachable and {role, "public", *inherited} & set(policy.roles)
        for side, expression in (("using", policy.using), ("check", policy.check))
        if expression
    ]


def _foreign_row(types: dict[str, tuple[str, str]], columns: Iterable[str]) -> tuple[str, ...]:
    """A row in which every column that names somebody names somebody else; the rest is null.

    Columns such as ``status`` or ``is_public`` stay null: a policy that opens rows by them does so on purpose. Base
    types instead of domains: a domain's own constraints are not what is tried, and might run anything.
    """
    values = []
    for column in columns:
        category, base = types.get(column, ("", "text"))
        value = "null"
        if category == "uuid" or (_IDENTITY.search(column) and category == "S"):
            value = f"'{OWNER}'"
        elif _IDENTITY.search(column) and category == "N":
            value = str(_OWNER_NUMBER)
        values.append(f"{value}::{base} as {quoted(column)}")
    return tuple(values)


def _without_literals(expression: str) -> str:
    """The expression without its string literals; a quote inside a quoted name begins none."""
    return _QUOTED.sub(lambda m: m[0] if m[0].startswith('"') else "''", expression)


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


async def _read(session: Session, catalog: Catalog, role: str, dangers: _Dangers) -> list[Read]:
    """Whether a row comes back, of each table that the role may select as a whole."""
    tables = [
        relation
        for relation in catalog.exposed("table", "partitioned table", "view", "materialized view")
        if str(relation) not in dangers.relations
        and any(g.role == role and g.privilege == "SELECT" for g in relation.grants)
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
