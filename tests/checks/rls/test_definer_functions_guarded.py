from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Function, RowPolicy
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.definer_functions_guarded import definer_functions_guarded

DUMP = Function("public", "dump", "n integer", "postgres", True, "stable", "sql", None, ("anon", "authenticated"), True)
INNER = replace(DUMP, schema="core", exposed=False)
LIST = replace(DUMP, name="list", arguments="", definer=False, calls=("core.dump",))
NOTHING = [not_applicable("API roles reach no SECURITY DEFINER function")]


def judge(*functions, policies=(), gaps=()):
    catalog = Catalog(("public",), "a test", "app", (), policies, functions=functions, gaps=gaps)
    return list(definer_functions_guarded(catalog))


def unguarded(subject="public.dump(n integer)", way="as RPC", roles=("anon", "authenticated"), fix="", used=False):
    return failed(
        subject,
        f"runs with the rights of postgres, reached {way} by {', '.join(roles)}, and does not ask who calls",
        remediation=fix,
        owner="postgres",
        executable_by=list(roles),
        way=way,
        used_by_policy=used,
    )


def test_as_rpc():
    assert judge(DUMP) == [unguarded()]


def test_as_rpc_by_one_role():
    assert judge(replace(DUMP, executable_by=("anon",))) == [unguarded(roles=("anon",))]


def test_through_a_function_that_is_rpc():
    assert judge(LIST, INNER) == [unguarded("core.dump(n integer)", "through public.list()")]


@pytest.mark.parametrize(
    "wrapper",
    [
        replace(LIST, exposed=False),
        replace(LIST, executable_by=()),
        replace(LIST, trigger=True),
        replace(LIST, calls=()),
        replace(LIST, calls=("core.dumps",)),
    ],
)
def test_wrappers_that_do_not_lead_there(wrapper):
    assert judge(wrapper, INNER) == NOTHING


@pytest.mark.parametrize(
    ("function", "subject", "way"),
    [(DUMP, "public.dump(n integer)", "as RPC"), (INNER, "core.dump(n integer)", "through public.list()")],
)
def test_one_that_asks_who_calls(function, subject, way):
    assert judge(LIST, replace(function, reads_caller=True)) == [passed(subject, f"reached {way}, and asks who calls")]


def test_one_that_a_policy_needs_has_its_own_advice():
    policy = RowPolicy("public.notes", "own", "SELECT", True, ("anon",), "dump(1)", None, functions=(DUMP.signature,))
    fix = (
        "A policy calls this function, so API roles must keep the right to execute it. Move it to a schema "
        "that the API does not serve: alter function public.dump(n integer) set schema private;"
    )
    assert judge(DUMP, policies=(policy,)) == [unguarded(fix=fix, used=True)]


@pytest.mark.parametrize(
    "changes",
    [{"definer": False}, {"trigger": True}, {"executable_by": ()}, {"extension": "pgcrypto"}, {"exposed": False}],
)
def test_what_is_not_reached(changes):
    assert judge(replace(DUMP, **changes)) == NOTHING


def test_hostile_names_are_quoted():
    function = replace(DUMP, name='Dump"; --', arguments="")
    assert judge(function) == [unguarded('public."Dump""; --"()')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
