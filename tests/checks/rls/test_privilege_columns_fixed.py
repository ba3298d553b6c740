from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Relation, Role, RowPolicy
from auditor.facts.columns import Columns, DelicateColumn
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.rls.privilege_columns_fixed import privilege_columns_fixed

PROFILES = Relation("public", "profiles", "table", "postgres", True, rls=True)
IS_ADMIN = DelicateColumn("public.profiles", "is_admin", "privilege", ("authenticated",), ("authenticated",))
OWN = RowPolicy("public.profiles", "own", "UPDATE", True, ("authenticated",), "(id = auth.uid())", None, ("id",))
NOTHING = [not_applicable("no column of an exposed table is named like a right")]


def judge(*policies, column=IS_ADMIN, table=PROFILES, roles=(), gaps=()):
    catalog = Catalog(("public",), "a test", "app", (table,), policies, roles=roles, gaps=gaps)
    return list(privilege_columns_fixed(Columns((column,), ()), catalog))


def writable(table="public.profiles", column="is_admin", by=("authenticated",)):
    return failed(
        table,
        f"{', '.join(by)} may update {column} in rows that they may update",
        confidence=Confidence.INFERRED,
        aspect=column,
        column=column,
        updatable_by=list(by),
    )


def fixed(table="public.profiles", column="is_admin"):
    return passed(table, f"{column} is not theirs to update", aspect=column)


@pytest.mark.parametrize("command", ["UPDATE", "ALL"])
@pytest.mark.parametrize("roles", [("authenticated",), ("public",), ("app", "authenticated")])
def test_by_grant_and_policy(command, roles):
    assert judge(replace(OWN, command=command, roles=roles)) == [writable()]


def test_by_a_policy_for_a_group_that_the_role_has_the_rights_of():
    user = Role("authenticated", False, False, False, False, ("everyone", "others"), ("everyone",))
    assert judge(replace(OWN, roles=("everyone",)), roles=(user,)) == [writable()]
    assert judge(replace(OWN, roles=("others",)), roles=(user,)) == [fixed()]


def test_by_grant_alone_where_there_is_no_rls():
    assert judge(table=replace(PROFILES, rls=False)) == [writable()]


@pytest.mark.parametrize("rls", [True, False])
def test_without_a_grant(rls):
    column = replace(IS_ADMIN, updatable_by=())
    assert judge(OWN, column=column, table=replace(PROFILES, rls=rls)) == [fixed()]


@pytest.mark.parametrize(
    "policy",
    [
        replace(OWN, columns=("id", "is_admin")),
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
    assert judge(replace(OWN, columns=("id", "is_admin")), replace(OWN, name="other")) == [writable()]


@pytest.mark.parametrize("changes", [{"kind": "sensitive"}, {"table": "public.gone"}])
def test_what_is_not_judged(changes):
    assert judge(column=replace(IS_ADMIN, **changes)) == NOTHING


def test_hostile_names():
    column = replace(IS_ADMIN, table='public."a.b"', column='Role"; --')
    policy = replace(OWN, table='public."a.b"')
    assert judge(policy, column=column, table=replace(PROFILES, name="a.b")) == [writable('public."a.b"', 'Role"; --')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(column=replace(IS_ADMIN, kind="sensitive"), gaps=(Gap("schema api", "it does not exist"),)) == []
