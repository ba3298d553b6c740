from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, RowPolicy
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.storage_policies_scoped import storage_policies_scoped

LIST = RowPolicy("storage.objects", "docs", "SELECT", True, ("authenticated",), "(a = b)", None, columns=("bucket_id",))
NOTHING = [not_applicable("storage.objects has no policy, or there is no storage")]


def judge(*policies, gaps=()):
    return list(storage_policies_scoped(Catalog(("public",), "a test", "app", (), policies, gaps=gaps)))


def is_open(problem, policy):
    return failed(
        "storage.objects",
        f"policy {policy.name} {problem}",
        aspect=policy.name,
        policy=policy.name,
        command=policy.command,
        roles=list(policy.roles),
        columns=list(policy.columns),
    )


def scoped(name="docs"):
    return passed("storage.objects", f"policy {name} is scoped", aspect=name)


@pytest.mark.parametrize(
    ("command", "roles", "problem"),
    [
        ("INSERT", ("anon",), "lets anon upload"),
        ("INSERT", ("public",), "lets public upload"),
        ("INSERT", ("public", "anon"), "lets anon, public upload"),
        ("ALL", ("anon", "authenticated"), "lets anon upload"),
        ("ALL", ("authenticated",), "lists the files of everyone"),
        ("SELECT", ("authenticated",), "lists the files of everyone"),
        ("SELECT", ("anon",), "lists the files of everyone"),
        ("SELECT", ("public",), "lists the files of everyone"),
        ("UPDATE", ("authenticated",), "lets everyone change the files of others"),
        ("DELETE", ("public",), "lets everyone change the files of others"),
    ],
)
@pytest.mark.parametrize("columns", [("bucket_id",), ()])
def test_open(command, roles, problem, columns):
    policy = replace(LIST, command=command, roles=roles, columns=columns)
    assert judge(policy) == [is_open(problem, policy)]


@pytest.mark.parametrize("column", ["name", "owner", "owner_id", "path_tokens", "metadata", "user_metadata", "id"])
@pytest.mark.parametrize("command", ["ALL", "SELECT", "INSERT", "DELETE"])
def test_scoped_by_what_it_reads(column, command):
    assert judge(replace(LIST, command=command, roles=("public",), columns=("bucket_id", column))) == [scoped()]


def test_scoped_by_a_function():
    assert judge(replace(LIST, functions=("public.may_list(text)",))) == [scoped()]


def test_signed_in_users_may_upload():
    assert judge(replace(LIST, command="INSERT")) == [scoped()]


@pytest.mark.parametrize("command", ["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"])
def test_other_roles_do_not_count(command):
    assert judge(replace(LIST, command=command, roles=("service_role",))) == [scoped()]


def test_each_policy_by_itself():
    other = replace(LIST, name='Quo"ted', columns=("owner",))
    assert judge(LIST, other) == [is_open("lists the files of everyone", LIST), scoped('Quo"ted')]


@pytest.mark.parametrize("changes", [{"table": "public.objects"}, {"permissive": False}])
def test_what_is_not_judged(changes):
    assert judge(replace(LIST, **changes)) == NOTHING


def test_none():
    assert judge() == NOTHING


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
