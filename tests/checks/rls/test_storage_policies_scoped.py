from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, RowPolicy
from auditor.facts.row_trials import Row, RowTrials, Trial
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.rls.storage_policies_scoped import storage_policies_scoped

LIST = RowPolicy("storage.objects", "docs", "SELECT", True, ("authenticated",), "(a = b)", None, columns=("bucket_id",))
NOTHING = [not_applicable("storage.objects has no policy, or there is no storage")]


def judge(*policies, gaps=(), trials=()):
    catalog = Catalog(("public",), "a test", "app", (), policies, gaps=gaps)
    return list(storage_policies_scoped(catalog, RowTrials(tuple(trials))))


def said(allowed, bucket="'docs'", role="authenticated", side="using", policy="docs", **changes):
    """The trial of a policy on somebody else's file in a bucket."""
    return Trial("storage.objects", policy, role, side, allowed, who=f"bucket {bucket}", **changes)


def is_open(problem, policy, confidence=Confidence.OBSERVED):
    return failed(
        "storage.objects",
        f"policy {policy.name} {problem}",
        confidence=confidence,
        aspect=policy.name,
        policy=policy.name,
        command=policy.command,
        roles=list(policy.roles),
        columns=list(policy.columns),
    )


def scoped(name="docs"):
    return passed("storage.objects", f"policy {name} is scoped", aspect=name)


def untried(reason, role="authenticated"):
    return unproven(
        "storage.objects",
        f"policy docs could not be tried as {role}: {reason}",
        "declare the function stable if it is, or review the policy and waive this",
        aspect="docs",
    )


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
    policy = replace(LIST, command=command, roles=("public",), columns=("bucket_id", column), functions=("auth.uid()",))
    assert judge(policy) == [scoped()]


@pytest.mark.parametrize("command", ["ALL", "INSERT"])
@pytest.mark.parametrize("functions", [(), ("storage.foldername(text)",)])
def test_nobody_asks_who_uploads(command, functions):
    policy = replace(LIST, command=command, roles=("anon",), columns=("bucket_id", "name"), functions=functions)
    assert judge(policy) == [is_open("lets anon upload", policy)]
    asks = replace(policy, using=None, check="((current_setting('request.jwt.claims')::json ->> 'sub') = owner_id)")
    assert judge(asks) == [scoped()]


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


BY_NAME = replace(LIST, columns=("bucket_id", "name"), functions=("auth.uid()",))
"""Its text tells nothing: it looks at the file."""


def shown(deed, policy, role="authenticated", where="bucket 'docs'"):
    return is_open(f"lets {role} {deed} somebody else's file ({where})", policy, Confidence.PROVEN)


@pytest.mark.parametrize(
    ("command", "deed"), [("SELECT", "see"), ("UPDATE", "change"), ("DELETE", "delete"), ("ALL", "see and change")]
)
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_what_trials_show(command, deed, role):
    policy = replace(BY_NAME, command=command, roles=("public",))
    assert judge(policy, trials=[said(True, role=role)]) == [shown(deed, policy, role)]
    assert judge(policy, trials=[said(False, role=role)]) == [scoped()]
    assert judge(policy, trials=[said(None, role=role, reason="it calls f()")]) == [untried("it calls f()", role)]


def test_a_policy_that_is_never_true_needs_no_trial():
    assert judge(replace(BY_NAME, using="false"), trials=[said(None)]) == [scoped()]


def test_what_cannot_be_tried_and_another_policy_forbids():
    limit = replace(LIST, name="limit", permissive=False)
    assert judge(BY_NAME, limit, trials=[said(None), said(False, policy="limit")]) == [scoped()]


def test_an_upload_into_the_folder_of_somebody_else():
    policy = replace(BY_NAME, command="INSERT", using=None, check="(a = b)", roles=("authenticated",))
    assert judge(policy, trials=[said(True, side="check")]) == [shown("upload", policy)]
    assert judge(policy, trials=[said(False, side="check")]) == [scoped()]


def test_a_check_that_lets_an_update_through():
    """A file of one's own is moved into somebody else's folder."""
    policy = replace(BY_NAME, command="UPDATE", check="(a = b)")
    assert judge(policy, trials=[said(False), said(True, side="check")]) == [shown("change", policy)]


def test_every_bucket_that_is_open_is_told_once():
    trials = [said(True, "'b'"), said(True, "'a'"), said(True, "'a'", state=1), said(False, "'it''s'")]
    assert judge(BY_NAME, trials=trials) == [shown("see", BY_NAME, where="bucket 'a', bucket 'b'")]


def test_strangers_come_first():
    policy = replace(BY_NAME, roles=("public",))
    assert judge(policy, trials=[said(True), said(True, role="anon")]) == [shown("see", policy, "anon")]


def test_what_the_text_tells_comes_first():
    assert judge(LIST, trials=[said(True)]) == [is_open("lists the files of everyone", LIST)]


def test_a_restrictive_policy_keeps_the_file():
    limit = replace(LIST, name="limit", permissive=False)
    trials = [said(True), said(False, policy="limit")]
    assert judge(BY_NAME, limit, trials=trials) == [scoped()]
    trials = [said(True), said(True, policy="limit")]
    assert judge(BY_NAME, limit, trials=trials) == [shown("see", BY_NAME)]


def test_rows_of_another_kind_are_no_files_of_others():
    assert judge(BY_NAME, trials=[said(True, row=Row.OWN)]) == [scoped()]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"functions": ("public.may_upload()",)}, True),
        ({"functions": ("auth.uid()",)}, True),
        ({"functions": ("storage.foldername(text)",)}, False),
        ({"functions": ("storage.foldername(text)", "auth.role()")}, True),
        ({"check": "(current_setting('app.key'::text) = 'x'::text)"}, True),
        ({}, False),
    ],
)
def test_an_upload_that_asks_for_more_than_the_file(changes, expected):
    policy = replace(LIST, command="INSERT", using=None, check="(a = b)", roles=("anon",))
    policy = replace(policy, **changes)
    assert judge(policy) == [scoped() if expected else is_open("lets anon upload", policy)]


@pytest.mark.parametrize("signature", ["auth.uid()", "auth.role()"])
def test_to_ask_who_calls_scopes_no_listing(signature):
    policy = replace(LIST, functions=(signature,))
    assert judge(policy) == [is_open("lists the files of everyone", policy)]


@pytest.mark.parametrize("changes", [{"table": "public.objects"}, {"permissive": False}])
def test_what_is_not_judged(changes):
    assert judge(replace(LIST, **changes)) == NOTHING


def test_none():
    assert judge() == NOTHING


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
