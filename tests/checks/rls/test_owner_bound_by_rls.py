from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Relation, Role
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.owner_bound_by_rls import owner_bound_by_rls

ANON = Role("anon", False, False, False, False)
USER = replace(ANON, name="authenticated")
APP = replace(ANON, name="app")
NOTES = Relation("public", "notes", "table", "postgres", True, rls=True)


def judge(*tables, roles=(ANON, USER, APP), gaps=()):
    return list(owner_bound_by_rls(Catalog(("public",), "a test", "app", tables, roles=roles, gaps=gaps)))


def exempt(owner, *roles, subject="public.notes"):
    what = f"{', '.join(roles)} owns it, and owners are exempt without FORCE"
    return failed(subject, what, owner=owner, roles=list(roles))


def bound(owner="postgres", *, forced=False):
    return passed("public.notes", "no API role is exempt as its owner", owner=owner, forced=forced)


@pytest.mark.parametrize("owner", ["postgres", "app"])
def test_somebody_else_owns_it(owner):
    assert judge(replace(NOTES, owner=owner)) == [bound(owner)]


@pytest.mark.parametrize("owner", ["anon", "authenticated"])
@pytest.mark.parametrize("kind", ["table", "partitioned table"])
def test_an_api_role_owns_it(owner, kind):
    assert judge(replace(NOTES, owner=owner, kind=kind)) == [exempt(owner, owner)]


def test_a_group_of_api_roles_owns_it():
    roles = (replace(USER, member_of=("owners",)), replace(ANON, member_of=("owners",)))
    assert judge(replace(NOTES, owner="owners"), roles=roles) == [exempt("owners", "anon", "authenticated")]


def test_a_group_of_another_role_owns_it():
    assert judge(replace(NOTES, owner="owners"), roles=(ANON, replace(APP, member_of=("owners",)))) == [bound("owners")]


def test_forced():
    assert judge(replace(NOTES, owner="anon", forced=True)) == [bound("anon", forced=True)]


@pytest.mark.parametrize("changes", [{"rls": False}, {"exposed": False}, {"kind": "view"}])
def test_what_is_not_judged(changes):
    assert judge(replace(NOTES, owner="anon", **changes)) == [not_applicable("no table has row level security")]


def test_hostile_names_are_quoted():
    assert judge(replace(NOTES, owner="anon", name="no;tes")) == [exempt("anon", "anon", subject='public."no;tes"')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
