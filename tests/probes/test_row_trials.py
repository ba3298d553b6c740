"""What is opened and what is left alone, without a server."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation, RowPolicy
from auditor.facts.row_trials import Read, Row, RowTrials, Trial, Write
from auditor.probes import row_trials
from auditor.probes.personas import INVENTED, Persona
from auditor.probes.questions import Question
from auditor.probes.row_trials import Refusal, _batches, _foreign, _read, _trial

NOTES = Relation("public", "notes", "table", "postgres", True, grants=(Grant("anon", "SELECT"),))
OWN = RowPolicy("public.notes", "own", "ALL", True, ("anon",), "(a = b)", None, columns=("owner",))


@pytest.mark.parametrize(
    ("answer", "allowed", "reason", "hint"),
    [
        (True, True, "", ""),
        (False, False, "", ""),
        (None, False, "", ""),  # null lets no row through
        (Refusal("it fails", "try again"), None, "it fails", "try again"),
    ],
)
def test_an_answer(answer, allowed, reason, hint):
    question = Question(OWN, "using", Row.OWN, 2, Persona("authenticated", "second factor"), "(true)")
    assert _trial(question, answer) == Trial(
        "public.notes", "own", "authenticated", "using", allowed, reason, hint, Row.OWN, 2, "second factor"
    )


def test_what_fails_for_a_real_member_does_not_say_who_it_was():
    question = Question(OWN, "using", Row.REAL, 2, Persona("authenticated", "member 1"), "(true)")
    said = _trial(question, Refusal("the query failed: no access for ann@example.com", "ask ann@example.com"))
    assert (said.allowed, said.reason, said.hint) == (
        None,
        "it fails on a row with a real tenant; what the server says may name who it was, and is left out",
        "",
    )


@pytest.mark.parametrize("who", INVENTED)
def test_a_claim_that_the_audit_made_up_opens_nothing_by_failing(who):
    question = Question(OWN, "using", Row.FOREIGN, 0, Persona("authenticated", who), "(true)")
    assert (_trial(question, Refusal("invalid input")).allowed, _trial(question, True).allowed) == (False, True)


def test_batches():
    assert [len(batch) for batch in _batches(list(range(row_trials.BATCH * 2 + 1)))] == [200, 200, 1]
    assert list(_batches([])) == []


@pytest.mark.parametrize(
    ("functions", "expected"), [((), False), (("auth.uid()", "auth.jwt()"), False), (("auth.uid()", "core.f()"), True)]
)
def test_functions_that_may_look_at_other_data(functions, expected):
    assert _foreign(functions) is expected


@pytest.mark.parametrize(
    ("table", "policy", "opened"),
    [
        ({}, {}, True),
        ({"rls": True}, {}, False),
        ({"rls": True}, {"relations": ("core.members",)}, True),
        ({"rls": True}, {"functions": ("core.is_member()",)}, True),
        ({"rls": True}, {"functions": ("core.f()",), "risk": "it is volatile"}, False),
        ({}, {"risk": "it is volatile"}, False),
        ({"risk": "it is volatile", "kind": "view"}, {}, False),
        ({"kind": "view"}, {}, True),
        ({"kind": "foreign table"}, {}, False),
        ({"exposed": False}, {}, False),
        ({"grants": ()}, {}, False),
        ({"grants": (Grant("authenticated", "SELECT"),)}, {}, False),
    ],
)
def test_what_is_opened(monkeypatch, table, policy, opened):
    async def answers(session, catalog, persona, questions):
        return [True] * len(questions)

    monkeypatch.setattr(row_trials, "_asked", answers)
    relation, policies = replace(NOTES, **table), (replace(OWN, **policy),)
    found = asyncio.run(_read(None, Catalog(("public",), "a test", "app", (relation,), policies), "anon"))
    assert found == [Read("public.notes", "anon", True)] * opened


def test_what_was_seen_and_written_by_relation():
    trials = RowTrials(
        (),
        (Read("a", "anon", True), Read("a", "authenticated", True), Read("b", "anon", False), Read("c", "anon", None)),
        (Write("a", "authenticated", "INSERT"), Write("a", "authenticated", "DELETE"), Write("a", "anon", "DELETE")),
    )
    assert trials.seen_by() == {"a": ["anon", "authenticated"]}
    assert trials.written_by() == {"a": ["anon", "authenticated"]}
    assert set(trials.reads_by_table()) == {"a", "b", "c"}
