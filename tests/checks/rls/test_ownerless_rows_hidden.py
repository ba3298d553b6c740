from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, PolicyColumn, Relation, RowPolicy
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import Row, RowTrials, Trial
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.rls.ownerless_rows_hidden import ownerless_rows_hidden

NOTES = Relation("public", "notes", "table", "postgres", True, rls=True, grants=(Grant("authenticated", "SELECT"),))
OWN = RowPolicy("public.notes", "own", "SELECT", True, ("authenticated",), "(a = b)", None, columns=("owner",))
OWNER = PolicyColumn("public.notes", "owner", "uuid", "uuid")
HIDDEN = passed("public.notes", "rows without an owner are not shown to strangers", confidence=Confidence.PROVEN)
NOTHING = not_applicable("no table whose policies read a column for an owner that may be empty")


def said(ownerless, foreign=False, reason="", hint=""):
    trial = Trial("public.notes", "own", "authenticated", "using", foreign)
    return (trial, replace(trial, allowed=ownerless, reason=reason, hint=hint, row=Row.OWNERLESS))


def judge(*trials, table=NOTES, column=OWNER, public=(), gaps=()):
    catalog = Catalog(("public",), "a test", "app", (table,), (OWN,), columns=(column,), gaps=gaps)
    return list(ownerless_rows_hidden(catalog, RowTrials(trials), RlsPolicy(public_tables=public)))


def test_shown():
    assert judge(*said(True)) == [
        failed(
            "public.notes",
            "authenticated may read rows that name no owner",
            confidence=Confidence.PROVEN,
            roles=["authenticated"],
            policies=["own"],
        )
    ]


def test_hidden():
    assert judge(*said(False)) == [HIDDEN]


def test_a_table_that_is_open_is_told_by_another_check():
    assert judge(*said(True, foreign=True)) == [HIDDEN]


@pytest.mark.parametrize("hint", ["", "try again later"])
def test_what_could_not_be_tried_is_no_pass(hint):
    advice = hint or "declare the function stable if it is, or review the policy and waive this"
    message = "policy own could not be tried as authenticated: it fails"
    assert judge(*said(None, reason="it fails", hint=hint)) == [unproven("public.notes", message, advice)]


def test_declared_public():
    assert judge(*said(True), public=("public.notes",)) == [
        passed("public.notes", "declared public", declared="public_tables")
    ]


def test_an_owner_that_is_emptied_is_told_by_another_check():
    assert judge(*said(True), column=replace(OWNER, emptied=True)) == [NOTHING]


def test_no_such_row_was_made():
    assert judge(said(True)[0]) == [NOTHING]


@pytest.mark.parametrize("changes", [{"rls": False}, {"grants": ()}, {"exposed": False}])
def test_what_is_not_judged(changes):
    assert judge(*said(True), table=replace(NOTES, **changes)) == [NOTHING]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(table=replace(NOTES, rls=False), gaps=(Gap("x", "y"),)) == []
