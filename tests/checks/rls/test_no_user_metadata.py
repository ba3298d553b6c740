from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Function, RowPolicy
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.no_user_metadata import no_user_metadata

POLICY = RowPolicy("public.notes", "admins", "SELECT", True, ("authenticated",), "is_admin()", None)
IS_ADMIN = Function("public", "is_admin", "", "postgres", True, "stable", "sql", "", ("authenticated",), True)
PASS = [passed("public.notes", "policy admins does not read user metadata", aspect="admins")]


def judge(*policies, functions=(), gaps=()):
    return list(no_user_metadata(Catalog(("public",), "a test", "app", (), policies, functions=functions, gaps=gaps)))


def trusts(way, table="public.notes"):
    return failed(table, f"policy admins trusts user metadata, {way}", aspect="admins", policy="admins", through=way)


@pytest.mark.parametrize(
    "text",
    [
        "(((auth.jwt() -> 'user_metadata'::text) ->> 'role'::text) = 'admin'::text)",
        "(( SELECT (users.raw_user_meta_data ->> 'role'::text) FROM auth.users WHERE (users.id = auth.uid())) = 'a')",
        "((auth.jwt() #>> '{user_metadata,role}'::text[]) = 'admin'::text)",
    ],
)
@pytest.mark.parametrize("clause", ["using", "check"])
def test_in_its_own_expression(text, clause):
    policy = replace(POLICY, **{"using": None, "check": None, clause: text})
    assert judge(policy) == [trusts("in its own expression")]


@pytest.mark.parametrize(
    "text",
    [
        "((auth.jwt() -> 'app_metadata'::text) ->> 'role'::text) = 'admin'",
        "(u.raw_app_meta_data ->> 'role') = 'admin'",
        None,
    ],
)
def test_what_users_cannot_write(text):
    assert judge(replace(POLICY, using=text)) == PASS


def test_through_a_function():
    policy = replace(POLICY, functions=("auth.uid()", "public.is_admin()"))
    assert judge(policy, functions=(replace(IS_ADMIN, reads_user_metadata=True),)) == [
        trusts("through public.is_admin()")
    ]


@pytest.mark.parametrize(
    "functions",
    [
        (),
        (IS_ADMIN,),
        (IS_ADMIN, replace(IS_ADMIN, arguments="n integer", reads_user_metadata=True)),
        (IS_ADMIN, replace(IS_ADMIN, schema="core", reads_user_metadata=True)),
    ],
)
def test_other_functions_do_not_count(functions):
    assert judge(replace(POLICY, functions=("public.is_admin()",)), functions=functions) == PASS


def test_hostile_names():
    function = replace(IS_ADMIN, name='is"admin', reads_user_metadata=True)
    policy = replace(POLICY, table='public."a.b"', functions=('public."is""admin"()',))
    assert judge(policy, functions=(function,)) == [trusts('through public."is""admin"()', 'public."a.b"')]


def test_none():
    assert judge() == [not_applicable("there is no policy")]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
