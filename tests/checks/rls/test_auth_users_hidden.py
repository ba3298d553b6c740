from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation, ViewEdge
from auditor.facts.row_trials import Read, RowTrials
from auditor.model import Confidence, Gap, failed, passed
from checks.rls.auth_users_hidden import auth_users_hidden

USERS = Relation("auth", "users", "table", "auth_admin", False)
READERS = (Grant("anon", "SELECT"), Grant("authenticated", "SELECT"))
VIEW = Relation("public", "people", "view", "postgres", True, grants=READERS)
INNER = Relation("core", "u", "view", "postgres", False)
EDGE = ViewEdge("public.people", "auth.users")
HIDDEN = passed("auth.users", "no view that the API serves reads it")


def judge(view=VIEW, *others, edges=(EDGE,), reads=(), users=USERS, gaps=()):
    catalog = Catalog(("public",), "a test", "app", (view, *others, users), views=edges, gaps=gaps)
    return list(auth_users_hidden(catalog, RowTrials((), tuple(Read(str(view), *read) for read in reads))))


def shown(subject="public.people", readable=("anon", "authenticated"), seen=()):
    return failed(
        subject,
        f"shows auth.users to {', '.join(readable)}",
        confidence=Confidence.PROVEN if seen else Confidence.OBSERVED,
        readable_by=list(readable),
        rows_seen_by=list(seen),
    )


@pytest.mark.parametrize("kind", ["view", "materialized view"])
def test_shown(kind):
    assert judge(replace(VIEW, kind=kind)) == [shown()]


def test_shown_and_read():
    reads = (("authenticated", True), ("anon", True))
    assert judge(reads=reads) == [shown(seen=("anon", "authenticated"))]


def test_shown_through_a_view_in_a_closed_schema():
    edges = (ViewEdge("public.people", "core.u"), ViewEdge("core.u", "auth.users"))
    assert judge(replace(VIEW, security_invoker=True), INNER, edges=edges) == [shown()]


def test_a_materialized_view_is_filled_as_its_owner_whatever_it_reads():
    edges = (ViewEdge("public.people", "core.u"), ViewEdge("core.u", "auth.users"))
    inner = replace(INNER, security_invoker=True)
    assert judge(replace(VIEW, kind="materialized view"), inner, edges=edges) == [shown()]


def test_an_invoker_view_shows_only_what_its_caller_may_read():
    view = replace(VIEW, security_invoker=True)
    assert judge(view) == [HIDDEN]
    assert judge(view, users=replace(USERS, grants=READERS)) == [shown()]


@pytest.mark.parametrize(
    "view",
    [
        replace(VIEW, grants=()),
        replace(VIEW, grants=(Grant("app", "SELECT"),)),
        replace(VIEW, exposed=False),
        replace(VIEW, kind="table"),
    ],
)
def test_what_strangers_cannot_read(view):
    assert judge(view) == [HIDDEN]


def test_a_view_of_something_else():
    assert judge(edges=(ViewEdge("public.people", "public.users"),)) == [HIDDEN]


OWN = replace(VIEW, asks_caller=True)


def test_a_view_of_the_caller_alone():
    assert judge(OWN, reads=(("anon", False), ("authenticated", False))) == [
        passed("public.people", "reads auth.users, and shows a stranger nothing", confidence=Confidence.PROVEN)
    ]


@pytest.mark.parametrize(
    ("view", "reads"),
    [
        (VIEW, (("anon", False), ("authenticated", False))),
        (OWN, ()),
        (OWN, (("anon", False),)),
        (OWN, (("anon", False), ("authenticated", None))),
    ],
    ids=["does not ask", "never read", "one role was not tried", "one role's question failed"],
)
def test_nothing_seen_is_no_proof(view, reads):
    assert judge(view, reads=reads) == [shown()]


def test_hostile_names_are_quoted():
    view = replace(VIEW, name="peo.ple")
    assert judge(view, edges=(ViewEdge('public."peo.ple"', "auth.users"),)) == [shown('public."peo.ple"')]


def test_a_gap_is_no_all_clear():
    assert judge(edges=(), gaps=(Gap("schema api", "it does not exist"),)) == []
