"""Tries policies as strangers, on rows that exist only in the query, and looks at what strangers really read.

Every expression is evaluated in a read-only transaction, as the role, with the claims of its token (PostgreSQL
documentation, section 5.9). A policy that reaches something volatile, or something the audit cannot look into, is not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from auditor.errors import Unavailable
from auditor.facts.catalog import API_ROLES, Catalog, Relation
from auditor.facts.columns import Columns
from auditor.facts.row_trials import Read, Row, RowTrials, Trial, Write
from auditor.probes.keys import keyed_rows
from auditor.probes.memberships import real_rows
from auditor.probes.net.failures import Unreachable
from auditor.probes.net.pgerrors import LOCKED, TIMED_OUT, QueryFailed
from auditor.probes.net.postgres import Session, Transaction
from auditor.probes.personas import INVENTED, Persona, as_the_api
from auditor.probes.planned_writes import denied_relations, planned_writes
from auditor.probes.questions import Planner, Question
from auditor.probes.surfaces import Databases
from auditor.registry import probe

T = TypeVar("T")


class Refusal(NamedTuple):
    """Why a question could not be answered, and what would help."""

    reason: str
    hint: str = ""
    state: str = ""
    """PostgreSQL's code for it."""


Answer = bool | Refusal | None


_UNSAID = Refusal("it fails on a row with a real tenant; what the server says may name who it was, and is left out")

_NOTHING = Refusal("")
_UNREADABLE = ("22P02", "22007")
"""The SQLSTATEs of a text that is no number, no UUID, no date."""

BATCH = 200
"""Questions in one statement: each locks its tables until the end of the transaction."""
_STATEMENT_MS = 5_000
_LATER_MS = 1_000
"""For the parts of a batch that took too long: whoever is slow must not use up everybody's time."""

_DOMAINS = """
select distinct a.attrelid::pg_catalog.regclass::text
from pg_catalog.pg_attribute a
join pg_catalog.pg_type t on t.oid = a.atttypid and t.typtype = 'd'
where a.attnum > 0 and not a.attisdropped and (t.typnotnull or exists (
    select 1 from pg_catalog.pg_constraint k where k.contypid = t.oid))
"""


@probe(deadline=90.0)
async def row_trials(databases: Databases, catalog: Catalog, columns: Columns) -> RowTrials:
    """Every policy expression of the tables that the API serves, as each stranger; and what they really read."""
    trials: list[Trial] = []
    reads: list[Read] = []
    writes: list[Write] = []
    async with databases.for_audit().session() as session:
        real, unsampled = await real_rows(session, catalog)
        real += await keyed_rows(session, catalog, real)
        async with session.transaction(statement_timeout_ms=30_000) as transaction:
            domains = {str(name) for (name,) in await transaction.rows(_DOMAINS)}
        own = {column.table for column in columns.delicate if column.kind == "privilege"}
        planner = Planner(catalog, real, domains, own)
        for role in API_ROLES:
            trials += await _tried(session, catalog, planner, role)
            reads += await _read(session, catalog, role)
            writes += await planned_writes(session, catalog, role)
        denied = await denied_relations(session, catalog)
    missing = tuple(sorted(unsampled.items()))
    return RowTrials(tuple(trials), tuple(reads), tuple(writes), unsampled=missing, denied=denied)


async def _tried(session: Session, catalog: Catalog, planner: Planner, role: str) -> list[Trial]:
    trials: list[Trial] = []
    safe: dict[Persona, list[Question]] = defaultdict(list)
    for question in planner.questions(role):
        if why := question.policy.risk or planner.not_made(question.policy):
            if question.persona.who in INVENTED:
                continue  # the plain stranger's trial tells why
            trials.append(_trial(question, Refusal(why)))
        else:
            safe[question.persona].append(question)
    for persona, questions in safe.items():
        asked = list(dict.fromkeys(question.sql for question in questions))
        answers = dict(zip(asked, await _asked(session, catalog, persona, asked), strict=True))
        for question in questions:
            answer = answers[question.sql]
            if isinstance(answer, Refusal) and answer.state in _UNREADABLE and planner.reads_tokens(question.policy):
                answer = False  # what does not fit is the caller's token: whatever the row, the query fails
            trials.append(_trial(question, answer))
    return trials


def _trial(question: Question, answer: Answer) -> Trial:
    allowed, refusal = _verdict(answer)
    policy, persona = question.policy, question.persona
    if persona.who in INVENTED and refusal.reason:
        allowed, refusal = False, _NOTHING
    if question.row in (Row.REAL, Row.KEYED) and refusal.reason:
        refusal = _UNSAID
    return Trial(
        policy.table,
        policy.name,
        persona.role,
        question.side,
        allowed,
        refusal.reason,
        refusal.hint,
        question.row,
        question.state,
        persona.who,
    )


def _verdict(answer: Answer) -> tuple[bool | None, Refusal]:
    return (None, answer) if isinstance(answer, Refusal) else (bool(answer), Refusal(""))


async def _read(session: Session, catalog: Catalog, role: str) -> list[Read]:
    """Whether a row comes back, of each relation that the role may select from as a whole.

    Where a policy is a matter of the row and the caller alone, trials have said all: such tables are not opened.
    """
    risky = {policy.table for policy in catalog.policies if policy.risk}
    looking = {policy.table for policy in catalog.policies if policy.relations or _foreign(policy.functions)}
    relations = [
        relation
        for relation in catalog.exposed("table", "partitioned table", "view", "materialized view")
        if (not relation.rls or str(relation) in looking)
        and not relation.risk
        and str(relation) not in risky
        and any(g.role == role and g.privilege == "SELECT" for g in relation.grants)
    ]
    answers = await _asked(session, catalog, Persona(role), [_exists(relation) for relation in relations])
    verdicts = zip(relations, map(_verdict, answers), strict=True)
    return [Read(str(relation), role, found, refusal.reason) for relation, (found, refusal) in verdicts]


@lru_cache(maxsize=1024)
def _foreign(functions: tuple[str, ...]) -> bool:
    """Whether any of the functions may look at other data than the caller's token."""
    return any(not name.startswith("auth.") for name in functions)


def _exists(relation: Relation) -> str:
    """A constant, not a column: with column grants alone, ``select 1`` needs any one of them."""
    return f"exists (select 1 from {relation} limit 1)"


async def _asked(session: Session, catalog: Catalog, persona: Persona, questions: Sequence[str]) -> list[Answer]:
    """The answer to each question, as a persona."""
    answers: list[Answer] = []
    for batch in _batches(questions):
        try:
            async with session.transaction(
                persona.role, persona.claims, statement_timeout_ms=_STATEMENT_MS
            ) as transaction:
                await as_the_api(transaction, catalog, persona)
                answers += await _answers(transaction, batch)
        except Unreachable:
            raise
        except Unavailable as unavailable:
            # a finding for each policy, not a gap for every check: what the catalogs say stands all the same
            left = len(questions) - len(answers)
            return [*answers, *[Refusal(unavailable.reason, unavailable.hint)] * left]
    return answers


async def _answers(transaction: Transaction, questions: Sequence[str]) -> list[Answer]:
    """The answer to each question; a text for one that fails. Halves a batch that fails until the culprit is alone."""
    try:
        async with transaction.savepoint():
            (row,) = await transaction.rows(f"select {', '.join(questions)}")
            return list(row)
    except Unreachable:
        raise
    except Unavailable as failure:
        state = failure.sqlstate if isinstance(failure, QueryFailed) else ""
        if len(questions) == 1 and isinstance(failure, QueryFailed) and failure.refused:
            return [False]
        if len(questions) == 1:
            # what a policy's own query lacks, its callers lack: no right of the audit's would help
            return [Refusal(failure.reason, failure.hint if state in (TIMED_OUT, LOCKED) else "", state)]
        if state == TIMED_OUT:
            await transaction.rows("select pg_catalog.set_config('statement_timeout', %s, true)", (str(_LATER_MS),))
    middle = len(questions) // 2
    return [*await _answers(transaction, questions[:middle]), *await _answers(transaction, questions[middle:])]


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
