"""Where policies look up who belongs to what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Function, PolicyColumn, RowPolicy
from auditor.facts.lookups import (
    Lookup,
    columns_that_decide,
    keys_looked_up,
    looked_up,
    memberships,
    named_by_functions,
    tables_looked_up,
)

POLICY = RowPolicy("public.notes", "p", "SELECT", True, ("authenticated",), "x", None, ("org_id",))


def column(name, table="core.members", **changes):
    return replace(PolicyColumn(table, name, "uuid", "uuid"), **changes)


def function(name, calls=(), reads=()):
    return Function(
        "core", name, "", "postgres", True, "stable", "sql", None, (), False, calls=tuple(calls), reads=tuple(reads)
    )


def catalog(*columns, policies=(), functions=()):
    return Catalog(("public",), "a test", "app", (), policies, columns=columns, functions=functions)


@pytest.mark.parametrize("user", ["user_id", "uid", "member", "profile_id", "auth_user_id", "userid", "owner_user"])
@pytest.mark.parametrize("tenant", ["org_id", "tenant", "organisation_id", "team_id", "workspace_slug", "account_id"])
def test_a_table_with_a_user_and_a_tenant(user, tenant):
    found = memberships(catalog(column(user), column(tenant)))
    assert found == {"core.members": Lookup("core.members", column(user), column(tenant))}


@pytest.mark.parametrize("columns", [("user_id",), ("org_id",), ("user_id", "note_id"), ("abuser_idx", "org_id")])
def test_other_tables(columns):
    assert memberships(catalog(*map(column, columns))) == {}


def test_a_foreign_key_to_the_users_says_more_than_a_name():
    key = column("id", refers_to_user=True)
    found = memberships(catalog(key, column("user_id"), column("org_id")))
    assert found["core.members"].user == key


def test_numbers_are_not_what_a_token_holds():
    assert memberships(catalog(column("user_id", type="bigint", category="N"), column("org_id"))) == {}


def test_functions_are_followed_and_end():
    functions = (
        function("first", calls=["core.second"]),
        function("second", calls=["core.first"], reads=["core.members"]),
        function("other"),
    )
    assert named_by_functions(catalog(functions=functions)) == {
        "core.first()": ("core.members",),
        "core.second()": ("core.members",),
        "core.other()": (),
    }


def test_what_a_policy_looks_up():
    policy = replace(POLICY, relations=("core.a",), functions=("core.f()", "auth.uid()"))
    assert looked_up(policy, {"core.f()": ("core.b",)}) == {"core.a", "core.b"}


def test_columns_that_decide():
    policy = replace(POLICY, looked_up=(("core.members", "user_id"),), functions=("core.mine()",))
    columns = (
        column("org_id", "public.notes"),
        column("user_id"),
        column("org_id"),
        column("tenant_id", "core.profiles"),
        column("id", "core.profiles"),
    )
    functions = (function("mine", reads=["core.profiles"]),)
    assert columns_that_decide(catalog(*columns, policies=(policy,), functions=functions)) == {
        "public.notes": {"org_id"},
        "core.members": {"user_id"},
        "core.profiles": {"tenant_id"},
    }


def test_tables_and_keys_that_others_look_up():
    policy = replace(
        POLICY,
        relations=("core.participants",),
        looked_up=(
            ("core.participants", "conversation_id"),
            ("core.participants", "user_id"),
            ("core.participants", "id"),
            ("core.participants", "kind"),
            ("public.notes", "org_id"),
        ),
    )
    columns = (
        column("conversation_id", "core.participants"),
        column("user_id", "core.participants"),
        column("id", "core.participants", unique=True),
        column("kind", "core.participants", type="text", category="S"),
        column("org_id", "public.notes"),
    )
    found = catalog(*columns, policies=(policy,))
    assert tables_looked_up(found) == {"core.participants"}
    assert keys_looked_up(found) == {"core.participants": {"conversation_id"}}
