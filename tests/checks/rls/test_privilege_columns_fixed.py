from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Relation, Role, RowPolicy
from auditor.facts.columns import Columns, DelicateColumn
from auditor.facts.row_trials import Row, RowTrials, Trial
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.rls.privilege_columns_fixed import privilege_columns_fixed

PROFILES = Relation("public", "profiles", "table", "postgres", True, rls=True)
IS_ADMIN = DelicateColumn("public.profiles", "is_admin", "privilege", ("authenticated",), ("authenticated",))
OWN = RowPolicy("public.profiles", "own", "UPDATE", True, ("authenticated",), "(id = auth.uid())", None, ("id",))
NOTHING = [not_applicable("no column of an exposed table is named like a right")]


def judge(*policies, column=IS_ADMIN, table=PROFILES, roles=(), gaps=(), trials=()):
    catalog = Catalog(("public",), "a test", "app", (table,), policies, roles=roles, gaps=gaps)
    return list(privilege_columns_fixed(Columns((column,), ()), catalog, RowTrials(tuple(trials))))


def said(using=None, check=None, policy="own", role="authenticated", **changes):
    """The trials of a policy on a row of the caller's own, of the sides that have an answer."""
    sides = (("using", using), ("check", check))
    found = [Trial("public.profiles", policy, role, side, a, row=Row.OWN) for side, a in sides if a is not None]
    return [replace(trial, **changes) for trial in found]


def settable(table="public.profiles", column="is_admin", by=("authenticated",), told="", proven=False):
    told = told or f"{', '.join(by)} may update {column}"
    return failed(
        table,
        f"{told}, in rows of their own",
        confidence=Confidence.PROVEN if proven else Confidence.INFERRED,
        aspect=column,
        column=column,
        settable_by=list(by),
    )


def fixed(table="public.profiles", column="is_admin"):
    return passed(table, f"{column} is not theirs to set", aspect=column)


@pytest.mark.parametrize("command", ["UPDATE", "ALL"])
@pytest.mark.parametrize("roles", [("authenticated",), ("public",), ("app", "authenticated")])
def test_by_grant_and_policy(command, roles):
    assert judge(replace(OWN, command=command, roles=roles)) == [settable()]


def test_by_a_policy_for_a_group_that_the_role_has_the_rights_of():
    user = Role("authenticated", False, False, False, False, ("everyone", "others"), ("everyone",))
    assert judge(replace(OWN, roles=("everyone",)), roles=(user,)) == [settable()]
    assert judge(replace(OWN, roles=("others",)), roles=(user,)) == [fixed()]


def test_by_grant_alone_where_there_is_no_rls():
    assert judge(table=replace(PROFILES, rls=False)) == [settable()]


@pytest.mark.parametrize("rls", [True, False])
def test_without_a_grant(rls):
    column = replace(IS_ADMIN, updatable_by=())
    assert judge(OWN, column=column, table=replace(PROFILES, rls=rls)) == [fixed()]


@pytest.mark.parametrize(
    "policy",
    [
        replace(OWN, check="((id = auth.uid()) AND (NOT is_admin))"),
        replace(OWN, using="((id = auth.uid()) AND (NOT is_admin))"),
        replace(OWN, command="SELECT"),
        replace(OWN, command="INSERT"),
        replace(OWN, roles=("service_role",)),
        replace(OWN, permissive=False),
        replace(OWN, using=None, check="true"),
        replace(OWN, table="public.notes"),
    ],
)
def test_no_policy_lets_them(policy):
    assert judge(policy) == [fixed()]


def test_one_policy_that_lets_them_is_enough():
    assert judge(replace(OWN, check="(NOT is_admin)"), replace(OWN, name="other")) == [settable()]


def test_reading_the_column_in_the_old_row_fixes_nothing_in_the_new_one():
    policy = replace(OWN, using="(NOT is_admin)", check="(id = auth.uid())", columns=("id", "is_admin"))
    assert judge(policy) == [settable()]


@pytest.mark.parametrize(
    ("check", "looks"),
    [
        ("(NOT is_admin)", True),
        ("(NOT profiles.is_admin)", True),
        ('("is_admin" = false)', True),
        ("(NOT is_administrator)", False),
        ("(NOT was_is_admin)", False),
    ],
)
def test_the_column_is_looked_for_as_a_word(check, looks):
    assert judge(replace(OWN, check=check)) == [fixed() if looks else settable()]


def test_tried_on_a_row_of_their_own():
    assert judge(OWN, trials=said(using=True)) == [settable(proven=True)]
    assert judge(OWN, trials=said(using=False)) == [fixed()]


@pytest.mark.parametrize("using", [True, False, None])
@pytest.mark.parametrize("check", [True, False, None])
def test_an_update_takes_both_sides(using, check):
    policy = replace(OWN, check="(id = auth.uid())")
    expected = fixed() if False in (using, check) else settable(proven=None not in (using, check))
    assert judge(policy, trials=said(using, check)) == [expected]


def test_a_restrictive_policy_keeps_them_off_their_own_row():
    limit = replace(OWN, name="limit", permissive=False)
    trials = (*said(using=True), *said(using=False, policy="limit"))
    assert judge(OWN, limit, trials=trials) == [fixed()]
    trials = (*said(using=True), *said(using=True, policy="limit"))
    assert judge(OWN, limit, trials=trials) == [settable(proven=True)]


def test_an_own_row_that_is_open_in_one_state_is_open():
    trials = (*said(using=False), *said(using=True, state=1))
    assert judge(OWN, trials=trials) == [settable(proven=True)]


def test_trials_on_rows_of_others_tell_nothing_of_own_ones():
    assert judge(OWN, trials=said(using=False, row=Row.FOREIGN)) == [settable()]


INSERT = replace(OWN, command="INSERT", using=None, check="(id = auth.uid())")
NEW = replace(IS_ADMIN, updatable_by=(), insertable_by=("authenticated",))


@pytest.mark.parametrize("policy", [INSERT, replace(INSERT, command="ALL"), replace(OWN, command="ALL")])
def test_in_a_new_row(policy):
    told = "authenticated may set in a new row is_admin"
    answer = {"check" if policy.check else "using": True}
    assert judge(policy, column=NEW) == [settable(told=told)]
    assert judge(policy, column=NEW, trials=said(**answer)) == [settable(told=told, proven=True)]
    assert judge(policy, column=NEW, trials=said(**dict.fromkeys(answer, False))) == [fixed()]


@pytest.mark.parametrize(
    "policy",
    [
        OWN,
        replace(INSERT, check="((id = auth.uid()) AND (NOT is_admin))"),
        replace(INSERT, check=None),
        replace(OWN, command="INSERT"),
        replace(INSERT, permissive=False),
    ],
)
def test_no_policy_lets_them_set_it_in_a_new_row(policy):
    assert judge(policy, column=NEW) == [fixed()]


def test_both_deeds_are_told_and_proven_only_together():
    column = replace(IS_ADMIN, updatable_by=("authenticated",), insertable_by=("anon",))
    policies = (OWN, replace(INSERT, name="new", roles=("anon",)))
    told = "authenticated may update is_admin; anon may set in a new row is_admin"
    both = ("anon", "authenticated")
    one, other = said(using=True), said(check=True, policy="new", role="anon")
    assert judge(*policies, column=column) == [settable(told=told, by=both)]
    assert judge(*policies, column=column, trials=one) == [settable(told=told, by=both)]
    assert judge(*policies, column=column, trials=other) == [settable(told=told, by=both)]
    assert judge(*policies, column=column, trials=(*one, *other)) == [settable(told=told, by=both, proven=True)]


def test_in_a_new_row_of_a_table_without_rls():
    told = "anon may set in a new row is_admin"
    column = replace(NEW, insertable_by=("anon",))
    assert judge(column=column, table=replace(PROFILES, rls=False)) == [settable(told=told, by=("anon",))]


def test_roles_are_told_in_order():
    column = replace(IS_ADMIN, updatable_by=("authenticated", "anon"))
    assert judge(replace(OWN, roles=("public",)), column=column) == [settable(by=("anon", "authenticated"))]
    open_table = replace(PROFILES, rls=False)
    assert judge(column=column, table=open_table) == [settable(by=("anon", "authenticated"))]


@pytest.mark.parametrize("changes", [{"kind": "sensitive"}, {"table": "public.gone"}])
def test_what_is_not_judged(changes):
    assert judge(column=replace(IS_ADMIN, **changes)) == NOTHING


def test_hostile_names():
    column = replace(IS_ADMIN, table='public."a.b"', column='Role"; --')
    policy = replace(OWN, table='public."a.b"')
    assert judge(policy, column=column, table=replace(PROFILES, name="a.b")) == [settable('public."a.b"', 'Role"; --')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(column=replace(IS_ADMIN, kind="sensitive"), gaps=(Gap("schema api", "it does not exist"),)) == []
