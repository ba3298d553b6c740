from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation, RowPolicy
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import RowTrials, Trial
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.rls.rows_of_others_hidden import rows_of_others_hidden

READERS = (Grant("anon", "SELECT"), Grant("authenticated", "SELECT"))
NOTES = Relation("public", "notes", "table", "postgres", True, rls=True, grants=READERS)
OWN = RowPolicy("public.notes", "own", "SELECT", True, ("authenticated",), "(a = b)", None, columns=("owner_id",))
EVERYBODY = replace(OWN, roles=("public",))
NOTHING = [not_applicable("no table with row level security that an API role may read")]


def judge(*policies, trials=(), table=NOTES, public=(), gaps=()):
    catalog = Catalog(("public",), "a test", "app", (table,), policies, gaps=gaps)
    return list(rows_of_others_hidden(catalog, RowTrials(trials), RlsPolicy(public_tables=public)))


def said(allowed, role="authenticated", policy="own", reason="", table="public.notes"):
    return Trial(table, policy, role, "using", allowed, reason)


def hidden(*roles, subject="public.notes"):
    return passed(subject, "a row of somebody else stays hidden", confidence=Confidence.PROVEN, roles=list(roles))


def seen(*roles, policies=("own",), subject="public.notes"):
    return failed(
        subject,
        f"{' and '.join(roles)} may read a row that belongs to somebody else",
        confidence=Confidence.PROVEN,
        roles=list(roles),
        policies=list(policies),
    )


def untried(role, reason, policy="own"):
    return unproven(
        "public.notes",
        f"policy {policy} could not be tried as {role}: {reason}",
        "declare the function stable if it is, or review the policy and waive this",
        aspect=role,
    )


def opens(*policies):
    return not_applicable(f"policy {', '.join(policies)} opens every row: see RLS002", "public.notes")


def test_hidden():
    assert judge(OWN, trials=(said(False),)) == [hidden("anon", "authenticated")]


def test_hidden_from_the_one_role_that_may_read():
    assert judge(OWN, trials=(said(False),), table=replace(NOTES, grants=READERS[:1])) == [hidden("anon")]


def test_without_a_policy_nobody_sees_anything():
    assert judge() == [hidden("anon", "authenticated")]


@pytest.mark.parametrize("command", ["SELECT", "ALL"])
def test_seen_by_one_role(command):
    assert judge(replace(OWN, command=command), trials=(said(True),)) == [seen("authenticated")]


def test_seen_by_both_through_different_policies():
    other = replace(OWN, name="anyone", roles=("anon",))
    assert judge(OWN, other, trials=(said(True), said(True, "anon", "anyone"))) == [
        seen("anon", "authenticated", policies=("anyone", "own"))
    ]


def test_a_restrictive_policy_hides_it_again():
    tenant = replace(OWN, name="tenant", permissive=False)
    assert judge(OWN, tenant, trials=(said(True), said(False, policy="tenant"))) == [hidden("anon", "authenticated")]


def test_what_could_not_be_tried_is_no_pass():
    trials = (said(None, reason="it calls f()"), said(None, "anon", reason="it fails"))
    assert judge(EVERYBODY, trials=trials) == [untried("anon", "it fails"), untried("authenticated", "it calls f()")]


def test_what_has_no_trial_is_no_pass():
    assert judge(OWN) == [untried("authenticated", "it was not tried")]


def test_seen_by_one_role_and_untried_as_the_other():
    trials = (said(None, reason="it calls f()"), said(True, "anon"))
    assert judge(EVERYBODY, trials=trials) == [seen("anon"), untried("authenticated", "it calls f()")]


def test_a_policy_that_opens_everything_is_for_another_check():
    assert judge(replace(OWN, columns=()), trials=(said(True),)) == [opens("own")]


def test_a_policy_that_opens_everything_does_not_hide_one_that_could_not_be_tried():
    wide = replace(OWN, name="wide", columns=())
    trials = (said(None, reason="it calls f()"), said(True, policy="wide"))
    assert judge(OWN, wide, trials=trials) == [untried("authenticated", "it calls f()"), opens("wide")]


def test_a_policy_that_opens_everything_does_not_hide_another():
    wide = replace(OWN, name="wide", columns=())
    assert judge(OWN, wide, trials=(said(True), said(True, policy="wide"))) == [seen("authenticated")]


def test_declared_public():
    assert judge(OWN, trials=(said(True),), public=("public.notes",)) == [
        passed("public.notes", "declared public", declared="public_tables")
    ]


def test_hostile_names_are_quoted_and_not_covered_by_another_declaration():
    table = replace(NOTES, schema="a", name="b.c")
    policy = replace(OWN, table='a."b.c"')
    trials = (said(True, table='a."b.c"'),)
    assert judge(policy, trials=trials, table=table, public=("a.b.c",)) == [seen("authenticated", subject='a."b.c"')]


@pytest.mark.parametrize(
    "changes",
    [{"rls": False}, {"exposed": False}, {"kind": "view"}, {"grants": ()}, {"grants": (Grant("anon", "INSERT"),)}],
)
def test_what_is_not_judged(changes):
    assert judge(OWN, trials=(said(True),), table=replace(NOTES, **changes)) == NOTHING


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(table=replace(NOTES, rls=False), gaps=(Gap("schema api", "it does not exist"),)) == []
