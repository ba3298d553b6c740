from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation, Role, RowPolicy
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import RowTrials, Trial
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.rls.policy_not_always_true import policy_not_always_true

GRANTS = tuple(Grant(role, word) for role in ("anon", "authenticated") for word in ("SELECT", "INSERT"))
NOTES = Relation("public", "notes", "table", "postgres", True, rls=True, grants=GRANTS)
OWN = RowPolicy(
    "public.notes", "own", "SELECT", True, ("authenticated",), "(auth.uid() = owner_id)", None, columns=("owner_id",)
)
EVERYONE = replace(OWN, using="true", columns=())
EVIDENCE = {"policy": "own", "command": "SELECT", "roles": ["authenticated"]}


def judge(*policies, trials=(), tables=(NOTES,), public=(), gaps=(), roles=()):
    catalog = Catalog(("public",), "a test", "app", tables, policies, roles=roles, gaps=gaps)
    return list(policy_not_always_true(catalog, RowTrials(trials), RlsPolicy(public_tables=public)))


def said(allowed, role="authenticated", side="using", policy="own", reason=""):
    return Trial("public.notes", policy, role, side, allowed, reason)


def opened(**changes):
    values = {"open_to": ["authenticated"], "clauses": ["using"], "using": "true", "with_check": None, **EVIDENCE}
    return failed(
        "public.notes",
        "policy own lets authenticated through for SELECT (using), whatever the row",
        confidence=changes.pop("confidence", Confidence.PROVEN),
        remediation="    alter policy own on public.notes using ((select auth.uid()) = owner_id);"
        "  -- owner_id: who owns the row",
        aspect="own",
        **{**values, **changes},
    )


def test_a_policy_that_compares_with_the_row():
    assert judge(OWN) == [passed("public.notes", "policy own looks at the row", aspect="own", **EVIDENCE)]


def test_using_true():
    assert judge(EVERYONE, trials=(said(True),)) == [opened()]


def test_using_true_is_seen_without_a_trial():
    assert judge(EVERYONE) == [opened(confidence=Confidence.OBSERVED)]


@pytest.mark.parametrize("text", ["(2 > 1)", "(auth.uid() IS NOT NULL)", "(true OR false)"])
def test_what_evaluation_shows(text):
    assert judge(replace(EVERYONE, using=text), trials=(said(True),)) == [opened(using=text)]


def test_what_is_closed_to_strangers():
    policy = replace(EVERYONE, using="( SELECT is_admin() AS is_admin)")
    assert judge(policy, trials=(said(False),)) == [
        passed(
            "public.notes",
            "policy own is closed to strangers",
            confidence=Confidence.PROVEN,
            aspect="own",
            **EVIDENCE,
        )
    ]


def test_what_could_not_be_tried_is_no_pass():
    policy = replace(EVERYONE, using="public.is_admin()")
    assert judge(policy, trials=(said(None, reason="it calls is_admin()"),)) == [
        unproven(
            "public.notes",
            "policy own looks at no row, and could not be tried: it calls is_admin()",
            "declare the function stable if it is, or review the policy and waive this",
            aspect="own",
            **EVIDENCE,
        )
    ]


def test_a_check_that_is_always_true():
    policy = replace(EVERYONE, command="INSERT", using=None, check="true")
    (found,) = judge(policy, trials=(said(True, side="check"),))
    assert (found.outcome, found.evidence["clauses"]) == ("fail", ["with check"])


def test_declared_public_covers_reading_only():
    (found,) = judge(EVERYONE, trials=(said(True),), public=("public.notes",))
    assert found == passed("public.notes", "policy own: declared public", aspect="own", **EVIDENCE)
    (found,) = judge(replace(EVERYONE, command="ALL"), trials=(said(True),), public=("public.notes",))
    assert found.outcome == "fail"


def test_a_restrictive_policy_may_narrow_it():
    tenant = replace(OWN, name="tenant", permissive=False)
    (found,) = judge(EVERYONE, tenant, trials=(said(True), said(False, policy="tenant")))
    assert found.outcome == "pass"
    (found,) = judge(EVERYONE, tenant, trials=(said(True), said(True, policy="tenant")))
    assert found.outcome == "fail"


@pytest.mark.parametrize("roles", [("anon",), ("public",), ("authenticated", "app")])
def test_roles_that_count(roles):
    (found,) = judge(replace(EVERYONE, roles=roles))
    assert found.outcome == "fail"


def test_a_group_that_an_api_role_is_a_member_of_counts():
    anon = Role("anon", False, False, False, False, member_of=("everyone",), rights_of=("everyone",))
    (found,) = judge(replace(EVERYONE, roles=("everyone",)), roles=(anon,))
    assert found.evidence["open_to"] == ["anon"]


def test_a_policy_for_what_is_not_granted_does_not_count():
    assert judge(replace(EVERYONE, command="DELETE")) == NOTHING
    assert judge(EVERYONE, tables=(replace(NOTES, grants=(Grant("anon", "SELECT"),)),)) == NOTHING


NOTHING = [not_applicable("no permissive policy for an API role on a table that they reach")]


@pytest.mark.parametrize(
    ("policy", "table"),
    [
        (replace(EVERYONE, roles=("service_role",)), NOTES),
        (replace(EVERYONE, permissive=False), NOTES),
        (EVERYONE, replace(NOTES, grants=())),
        (EVERYONE, replace(NOTES, exposed=False)),
        (EVERYONE, replace(NOTES, rls=False)),
    ],
)
def test_what_is_not_judged(policy, table):
    assert judge(policy, tables=(table,)) == NOTHING


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
