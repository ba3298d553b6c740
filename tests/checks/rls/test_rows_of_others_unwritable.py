from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, PolicyColumn, Relation, RowPolicy
from auditor.facts.row_trials import Row, RowTrials, Trial
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.rls.rows_of_others_unwritable import rows_of_others_unwritable

WRITERS = tuple(Grant("authenticated", command) for command in ("INSERT", "UPDATE", "DELETE"))
NOTES = Relation("public", "notes", "table", "postgres", True, rls=True, grants=WRITERS)
OWN = RowPolicy("public.notes", "own", "ALL", True, ("authenticated",), "(a = b)", "(a = b)", columns=("owner_id",))
HAND_OVER = "hand a row over to somebody else"
INSERT = "insert a row that belongs to somebody else"
CHANGE = "change a row that belongs to somebody else"
DELETE = "delete a row that belongs to somebody else"
NOTHING = [not_applicable("no table with row level security that an API role may write")]
PASS = [passed("public.notes", "a row of somebody else cannot be written", confidence=Confidence.PROVEN)]


def judge(*policies, trials=(), table=NOTES, gaps=(), columns=()):
    catalog = Catalog(("public",), "a test", "app", (table,), policies, gaps=gaps, columns=columns)
    return list(rows_of_others_unwritable(catalog, RowTrials(trials)))


def said(using=None, check=None, policy="own", role="authenticated", reason="", table="public.notes"):
    return (Trial(table, policy, role, "using", using, reason), Trial(table, policy, role, "check", check, reason))


def written(command, side, deed, role="authenticated", policies=("own",), subject="public.notes"):
    return failed(
        subject,
        f"{role} may {deed}",
        confidence=Confidence.PROVEN,
        aspect=f"{role} {command} {side}",
        role=role,
        command=command,
        clause="with check" if side == "check" else "using",
        policies=list(policies),
    )


def untried(command, side, deed, reason="it calls f()", role="authenticated"):
    return unproven(
        "public.notes",
        f"whether {role} may {deed} could not be tried: {reason}",
        "declare the function stable if it is, or review the policy and waive this",
        aspect=f"{role} {command} {side}",
    )


def test_closed():
    assert judge(OWN, trials=said(False, False)) == PASS


def test_without_a_policy_nobody_writes_anything():
    assert judge() == PASS


def test_open_in_every_way():
    assert judge(OWN, trials=said(True, True)) == [
        written("INSERT", "check", INSERT),
        written("UPDATE", "using", CHANGE),
        written("UPDATE", "check", HAND_OVER),
        written("DELETE", "using", DELETE),
    ]


def test_using_serves_where_there_is_no_check():
    found = judge(replace(OWN, check=None), trials=said(True)[:1])
    assert [finding.aspect.partition(" ")[2] for finding in found] == [
        "INSERT check",
        "UPDATE using",
        "UPDATE check",
        "DELETE using",
    ]


def test_a_tenant_hop():
    policy = replace(OWN, command="UPDATE")
    assert judge(policy, trials=said(False, True)) == [written("UPDATE", "check", HAND_OVER)]


def test_a_check_alone_hands_nothing_over():
    policy = replace(OWN, command="UPDATE", using=None)
    assert judge(policy, trials=said(check=True)[1:]) == PASS


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("INSERT", [written("INSERT", "check", INSERT)]),
        ("UPDATE", [written("UPDATE", "using", CHANGE), written("UPDATE", "check", HAND_OVER)]),
        ("DELETE", [written("DELETE", "using", DELETE)]),
    ],
)
def test_only_what_is_granted_counts(command, expected):
    table = replace(NOTES, grants=(Grant("authenticated", command),))
    assert judge(OWN, trials=said(True, True), table=table) == expected


def test_a_grant_on_columns_counts():
    table = replace(NOTES, grants=(Grant("authenticated", "INSERT", ("id",)),))
    assert judge(OWN, trials=said(False, True), table=table) == [written("INSERT", "check", INSERT)]


def test_each_role_by_itself():
    grants = (Grant("anon", "DELETE"), Grant("authenticated", "DELETE"))
    policy = replace(OWN, roles=("public",))
    trials = (*said(True, role="anon"), *said(False))
    assert judge(policy, trials=trials, table=replace(NOTES, grants=grants)) == [
        written("DELETE", "using", DELETE, role="anon")
    ]


def test_a_restrictive_policy_that_says_no():
    tenant = replace(OWN, name="tenant", permissive=False)
    assert judge(OWN, tenant, trials=(*said(True, True), *said(False, False, "tenant"))) == PASS


def test_a_restrictive_policy_without_using_restricts_no_update():
    table = replace(NOTES, grants=WRITERS[1:2])
    policy = replace(OWN, command="UPDATE")
    tenant = replace(policy, name="tenant", permissive=False, using=None)
    trials = (*said(True, True), *said(check=False, policy="tenant")[1:])
    assert judge(policy, tenant, trials=trials, table=table) == [written("UPDATE", "using", CHANGE)]


def test_what_could_not_be_tried_is_no_pass():
    assert judge(OWN, trials=said(None, None, reason="it calls f()")) == [
        untried("INSERT", "check", INSERT),
        untried("UPDATE", "using", CHANGE),
        untried("UPDATE", "check", HAND_OVER),
        untried("DELETE", "using", DELETE),
    ]


def test_what_has_no_trial_is_no_pass():
    table = replace(NOTES, grants=WRITERS[:1])
    assert judge(OWN, table=table) == [untried("INSERT", "check", INSERT, "it was not tried")]


def test_a_policy_that_opens_everything_is_for_another_check():
    assert judge(replace(OWN, columns=()), trials=said(True, True)) == [
        not_applicable("policy own opens every row: see RLS002", "public.notes")
    ]


def test_a_policy_that_opens_everything_does_not_hide_another():
    table = replace(NOTES, grants=WRITERS[2:])
    wide = replace(OWN, name="wide", columns=())
    trials = (*said(True, True), *said(True, True, "wide"))
    assert judge(OWN, wide, trials=trials, table=table) == [written("DELETE", "using", DELETE)]


def test_hostile_names_are_quoted():
    table = replace(NOTES, name="a.b", grants=WRITERS[2:])
    policy = replace(OWN, table='public."a.b"')
    assert judge(policy, trials=said(True, True, table='public."a.b"'), table=table) == [
        written("DELETE", "using", DELETE, subject='public."a.b"')
    ]


SHARED = "insert a row of its own into somebody else's tenant"


def shared(allowed, side="check", reason=""):
    return Trial("public.notes", "own", "authenticated", side, allowed, reason, row=Row.SHARED)


@pytest.mark.parametrize(
    ("checked", "read", "expected"),
    [
        (True, False, [written("INSERT", "check", SHARED)]),
        (True, True, PASS),
        (False, None, PASS),
        (None, False, [untried("INSERT", "check", SHARED, "it fails")]),
        (True, None, [untried("INSERT", "check", SHARED, "it fails")]),
        (None, True, PASS),
    ],
)
def test_a_row_of_ones_own_in_the_tenant_of_another(checked, read, expected):
    table = replace(NOTES, grants=WRITERS[:1])
    columns = (PolicyColumn("public.notes", "org_id", "uuid", "uuid"),)
    trials = (*said(False, False), shared(checked, reason="it fails"), shared(read, "using", "it fails"))
    assert judge(OWN, trials=trials, table=table, columns=columns) == expected


@pytest.mark.parametrize(("command", "deed"), [("INSERT", INSERT), ("DELETE", DELETE)])
def test_a_row_that_leads_to_what_they_do_not_see(command, deed):
    table, side = replace(NOTES, grants=(Grant("authenticated", command),)), "using" if command == "DELETE" else "check"
    keyed = Trial("public.notes", "own", "authenticated", side, True, row=Row.KEYED)
    assert judge(OWN, trials=(*said(False, False), keyed), table=table) == [written(command, side, deed)]
    closed = replace(keyed, allowed=False)
    assert judge(OWN, trials=(*said(False, False), closed), table=table) == PASS


def test_a_row_in_the_name_of_somebody_else():
    table = replace(NOTES, grants=WRITERS[:2])

    def spoofed(allowed):
        return Trial("public.notes", "own", "authenticated", "check", allowed, "it fails", row=Row.SPOOFED)

    deed = "insert a row in the name of somebody else"
    assert judge(OWN, trials=(*said(False, False), spoofed(True)), table=table) == [written("INSERT", "check", deed)]
    assert judge(OWN, trials=(*said(False, False), spoofed(None)), table=table) == [
        untried("INSERT", "check", deed, "it fails")
    ]
    assert judge(OWN, trials=(*said(False, False), spoofed(False)), table=table) == PASS


@pytest.mark.parametrize(
    "changes",
    [
        {"rls": False},
        {"exposed": False},
        {"kind": "view"},
        {"grants": ()},
        {"grants": (Grant("anon", "SELECT"), Grant("anon", "TRUNCATE"))},
    ],
)
def test_what_is_not_judged(changes):
    assert judge(OWN, trials=said(True, True), table=replace(NOTES, **changes)) == NOTHING


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(table=replace(NOTES, rls=False), gaps=(Gap("schema api", "it does not exist"),)) == []
