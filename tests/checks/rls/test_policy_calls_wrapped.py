from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Relation, RowPolicy
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.policy_calls_wrapped import policy_calls_wrapped

NOTES = Relation("public", "notes", "table", "postgres", True, rls=True)
OWN = RowPolicy("public.notes", "own", "SELECT", True, ("authenticated",), "(auth.uid() = owner_id)", None)
WRAPPED = "(( SELECT auth.uid() AS uid) = owner_id)"
PASS = [passed("public.notes", "policy own asks at most once", aspect="own")]


def judge(using, check=None, *, table=NOTES, gaps=()):
    policy = replace(OWN, table=str(table), using=using, check=check)
    return list(policy_calls_wrapped(Catalog(("public",), "a test", "app", (table,), (policy,), gaps=gaps)))


def bare(calls=1, subject="public.notes"):
    return failed(subject, "policy own asks who calls once a row", aspect="own", bare_calls=calls)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("(auth.uid() = owner_id)", 1),
        ("((auth.jwt() ->> 'org'::text) = org)", 1),
        ("((auth.role() = 'x'::text) AND (auth.email() = email))", 2),
        ("((current_setting('request.jwt.claims'::text))::json IS NOT NULL)", 1),
        ("((a = ( SELECT auth.uid() AS uid)) OR (b = auth.uid()))", 1),
        ("((b = auth.uid()) OR (a = ( SELECT auth.uid() AS uid)))", 1),
    ],
)
def test_bare(text, calls):
    assert judge(text) == [bare(calls)]


@pytest.mark.parametrize(
    "text",
    [
        WRAPPED,
        "(( SELECT (auth.jwt() ->> 'org'::text)) = org)",
        "((( SELECT current_setting('request.jwt.claims'::text) AS s))::json IS NOT NULL)",
        "(EXISTS ( SELECT 1 FROM m WHERE ((m.org = notes.org) AND (m.who = ( SELECT auth.uid() AS uid)))))",
        "(( SELECT COALESCE(auth.uid(), (auth.jwt() ->> 'sub'::text)::uuid) AS c) = owner_id)",
        "true",
        "(oauth.uid = owner_id)",
        None,
    ],
)
def test_wrapped_or_not_asking(text):
    assert judge(text) == PASS


def test_both_clauses_count():
    assert judge(WRAPPED, "(auth.uid() = owner_id)") == [bare()]
    assert judge("(auth.uid() = owner_id)", "(auth.uid() = owner_id)") == [bare(2)]
    assert judge(None, WRAPPED) == PASS


def test_hostile_names_are_quoted():
    assert judge("(auth.uid() = owner_id)", table=replace(NOTES, name="a.b")) == [bare(subject='public."a.b"')]


NOTHING = [not_applicable("no policy in an exposed schema")]


def test_a_table_that_is_not_served():
    assert judge("(auth.uid() = owner_id)", table=replace(NOTES, exposed=False)) == NOTHING


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    table = replace(NOTES, exposed=False)
    assert judge("(auth.uid() = owner_id)", table=table, gaps=(Gap("schema api", "it does not exist"),)) == []
