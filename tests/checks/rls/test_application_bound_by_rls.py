from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Relation, Role
from auditor.model import failed, passed, unproven
from checks.rls.application_bound_by_rls import application_bound_by_rls

APP = Role("app", False, False, True, False)
SERVICE = Role("service_role", False, True, False, False)
NOTES = Relation("public", "notes", "table", "postgres", True, rls=True)
BOUND = {"superuser": False, "bypass_rls": False, "member_of": []}


def judge(*roles, tables=(NOTES,), application="app"):
    return list(application_bound_by_rls(Catalog(("public",), "a test", application, tables, roles=roles)))


def exempt(**changes):
    return failed("app", "the application's role is exempt from row level security", **{**BOUND, **changes})


def owns(subject="public.notes", owner="app"):
    return failed(
        subject,
        "the application's role app owns it, and owners are exempt without FORCE",
        remediation=f"    alter table {subject} force row level security;",
        owner=owner,
    )


def bound():
    return passed("app", "the application's role is bound by row level security", **BOUND)


def test_bound():
    assert judge(APP) == [bound()]


def test_a_role_that_is_not_listed_is_no_pass():
    assert judge(SERVICE) == [unproven("app", "the database does not list the application's role")]


@pytest.mark.parametrize("attribute", ["superuser", "bypass_rls"])
def test_exempt_by_itself(attribute):
    assert judge(replace(APP, **{attribute: True})) == [exempt(**{attribute: True})]


@pytest.mark.parametrize("group", [SERVICE, replace(SERVICE, superuser=True, bypass_rls=False)])
def test_exempt_by_what_it_can_become(group):
    assert judge(replace(APP, member_of=("service_role",)), group) == [exempt(member_of=["service_role"])]


def test_a_group_that_is_bound_itself():
    assert judge(replace(APP, member_of=("readers", "unlisted")), replace(APP, name="readers")) == [bound()]


@pytest.mark.parametrize("kind", ["table", "partitioned table"])
def test_an_owner_is_exempt(kind):
    assert judge(APP, tables=(replace(NOTES, owner="app", kind=kind),)) == [owns()]


def test_an_owner_by_membership_is_exempt():
    role = replace(APP, member_of=("owners",))
    assert judge(role, tables=(replace(NOTES, owner="owners"),)) == [owns(owner="owners")]


def test_exempt_and_owner_are_two_findings():
    table = replace(NOTES, owner="app")
    assert judge(replace(APP, superuser=True), tables=(table,)) == [exempt(superuser=True), owns()]


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "app", "forced": True},
        {"owner": "app", "rls": False},
        {"owner": "app", "exposed": False},
        {"owner": "app", "kind": "view"},
    ],
)
def test_tables_where_owning_exempts_from_nothing(changes):
    assert judge(APP, tables=(replace(NOTES, **changes),)) == [bound()]


def test_a_table_of_an_api_role_is_for_another_check():
    role = replace(APP, member_of=("authenticated",))
    assert judge(role, tables=(replace(NOTES, owner="authenticated"),)) == [bound()]


def test_hostile_names_are_quoted():
    assert judge(APP, tables=(replace(NOTES, owner="app", name='no"tes; --'),)) == [owns('public."no""tes; --"')]
