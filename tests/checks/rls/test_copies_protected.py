from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation, ViewEdge
from auditor.facts.policy import RlsPolicy
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.copies_protected import copies_protected

NOTES = Relation("public", "notes", "table", "postgres", True, rls=True)
COPY = Relation("public", "digest", "materialized view", "postgres", True, grants=(Grant("anon", "SELECT"),))
FOREIGN = replace(COPY, kind="foreign table")
EDGES = (ViewEdge("public.digest", "public.notes"),)
NOTHING = [not_applicable("the API serves no materialized view and no foreign table")]


def judge(*relations, edges=EDGES, public=(), gaps=()):
    catalog = Catalog(("public",), "a test", "app", relations, views=edges, gaps=gaps)
    return list(copies_protected(catalog, RlsPolicy(public_tables=public)))


def is_open(what, subject="public.digest", to=("anon",), protected=()):
    return failed(subject, f"{what}, open to {', '.join(to)}", reachable_by=list(to), protected=list(protected))


def test_a_copy_of_a_protected_table():
    assert judge(COPY, NOTES) == [is_open("is a copy of public.notes", protected=("public.notes",))]


def test_a_copy_of_two_through_a_view():
    view = Relation("core", "v", "view", "postgres", False, security_invoker=True)
    users = Relation("auth", "users", "table", "postgres", False)
    edges = (ViewEdge("public.digest", "core.v"), ViewEdge("core.v", "public.notes"), ViewEdge("core.v", "auth.users"))
    assert judge(COPY, NOTES, view, users, edges=edges) == [
        is_open("is a copy of auth.users, public.notes", protected=("auth.users", "public.notes"))
    ]


def test_a_copy_of_an_open_table():
    assert judge(COPY, replace(NOTES, rls=False)) == [passed("public.digest", "copies no protected table")]


@pytest.mark.parametrize("privilege", ["SELECT", "INSERT", "UPDATE", "DELETE"])
def test_a_foreign_table(privilege):
    assert judge(replace(FOREIGN, grants=(Grant("authenticated", privilege),))) == [
        is_open("is a foreign table, which no policy can protect", to=("authenticated",))
    ]


@pytest.mark.parametrize("relation", [COPY, FOREIGN])
def test_declared_public(relation):
    assert judge(relation, NOTES, public=("public.digest",)) == [
        passed("public.digest", "declared public", declared="public_tables")
    ]


@pytest.mark.parametrize(
    "changes", [{"grants": ()}, {"grants": (Grant("app", "SELECT"),)}, {"exposed": False}, {"kind": "view"}]
)
def test_what_is_not_judged(changes):
    assert judge(replace(COPY, **changes), NOTES) == NOTHING


def test_hostile_names_are_quoted_and_not_covered_by_another_declaration():
    relation = replace(FOREIGN, schema="a", name="b.c")
    what = "is a foreign table, which no policy can protect"
    assert judge(relation, public=("a.b.c",)) == [is_open(what, 'a."b.c"')]
    assert judge(relation, public=('a."b.c"',)) == [passed('a."b.c"', "declared public", declared="public_tables")]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
