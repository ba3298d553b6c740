from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation, Role, ViewEdge
from auditor.facts.view_paths import ViewPaths

NOTES = Relation("public", "notes", "table", "postgres", True, rls=True)
USERS = Relation("auth", "users", "table", "auth_admin", False)
TOP = Relation("public", "top", "view", "postgres", True)
MIDDLE = replace(TOP, name="middle")
BOTTOM = replace(TOP, name="bottom")
VIEWER = Role("viewer", False, False, False, False)


def invoker(view):
    return replace(view, security_invoker=True)


def materialized(view):
    return replace(view, kind="materialized view")


def paths(*relations, roles=(), edges=()):
    """A chain, each reading the next; or the edges given."""
    names = [str(relation) for relation in relations]
    edges = edges or pairwise(names)
    catalog = Catalog(("public",), "a test", "app", relations, views=tuple(ViewEdge(*e) for e in edges), roles=roles)
    return ViewPaths(catalog)


def definers(*chain, **rest):
    """The views whose owner reads the protected table, from the top of the chain."""
    return [str(view) for view, _ in paths(*chain, **rest).around_rls(chain[0])]


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ((TOP,), ["public.top"]),
        ((invoker(TOP),), []),
        ((invoker(TOP), MIDDLE), ["public.middle"]),
        ((TOP, MIDDLE), ["public.middle"]),
        # one that runs as its caller does so below one that does not
        ((TOP, invoker(MIDDLE)), []),
        ((TOP, MIDDLE, invoker(BOTTOM)), []),
        ((TOP, invoker(MIDDLE), BOTTOM), ["public.bottom"]),
        ((invoker(TOP), invoker(MIDDLE)), []),
        # a materialized view is filled as its owner, who is the caller of what is below
        ((materialized(TOP),), ["public.top"]),
        ((materialized(TOP), invoker(MIDDLE)), ["public.top"]),
        ((materialized(TOP), invoker(MIDDLE), invoker(BOTTOM)), ["public.top"]),
        ((materialized(TOP), MIDDLE), ["public.middle"]),
        ((materialized(TOP), MIDDLE, invoker(BOTTOM)), ["public.top"]),
        ((invoker(TOP), materialized(MIDDLE), invoker(BOTTOM)), ["public.middle"]),
        ((TOP, materialized(MIDDLE)), ["public.middle"]),
    ],
)
def test_whose_rights_apply(chain, expected):
    assert definers(*chain, NOTES) == expected


def test_around_rls_gives_each_pair_once_and_in_order():
    ledger = replace(NOTES, name="ledger")
    edges = [
        ("public.top", "public.notes"),
        ("public.top", "public.middle"),
        ("public.middle", "public.notes"),
        ("public.middle", "public.ledger"),
        ("public.top", "public.bottom"),
        ("public.bottom", "public.middle"),
    ]
    found = paths(TOP, MIDDLE, BOTTOM, NOTES, ledger, edges=edges).around_rls(TOP)
    assert found == ((MIDDLE, ledger), (MIDDLE, NOTES), (TOP, NOTES))


def test_a_table_reached_both_ways_counts_by_the_open_one():
    edges = [
        ("public.top", "public.middle"),
        ("public.top", "public.bottom"),
        ("public.middle", "public.notes"),
        ("public.bottom", "public.notes"),
    ]
    for order in (edges, edges[::-1]):
        walked = paths(TOP, MIDDLE, invoker(BOTTOM), NOTES, edges=order)
        assert walked.around_rls(TOP) == ((MIDDLE, NOTES),)


@pytest.mark.parametrize(
    ("role", "table", "expected"),
    [
        (VIEWER, NOTES, []),
        (replace(VIEWER, superuser=True), replace(NOTES, forced=True), ["public.top"]),
        (replace(VIEWER, bypass_rls=True), replace(NOTES, forced=True), ["public.top"]),
        (VIEWER, replace(NOTES, owner="viewer"), ["public.top"]),
        (VIEWER, replace(NOTES, owner="viewer", forced=True), []),
        (replace(VIEWER, member_of=("owners",), rights_of=("owners",)), replace(NOTES, owner="owners"), ["public.top"]),
        (replace(VIEWER, member_of=("owners",)), replace(NOTES, owner="owners"), []),
        (replace(VIEWER, name="another"), replace(NOTES, forced=True), ["public.top"]),
    ],
    ids=["bound", "superuser", "bypassrls", "owner", "forced", "owner by group", "may become it", "not listed"],
)
def test_only_an_owner_who_is_exempt_leads_around(role, table, expected):
    assert definers(replace(TOP, owner="viewer"), table, roles=(role,)) == expected


def test_a_table_without_rls_is_not_protected():
    assert definers(TOP, replace(NOTES, rls=False)) == []


def test_protected_is_found_on_every_path():
    edges = [
        ("public.top", "public.middle"),
        ("public.middle", "public.notes"),
        ("public.middle", "auth.users"),
        ("public.top", "public.plain"),
        ("public.top", "public.gone"),
    ]
    plain = replace(NOTES, name="plain", rls=False)
    walked = paths(TOP, invoker(MIDDLE), NOTES, USERS, plain, edges=edges)
    assert walked.protected(TOP) == (USERS, NOTES)
    assert walked.protected(NOTES) == ()


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ((TOP,), True),
        ((invoker(TOP),), False),
        ((invoker(TOP), MIDDLE), True),
        ((TOP, invoker(MIDDLE)), False),
        ((materialized(TOP), invoker(MIDDLE)), True),
    ],
)
def test_reads(chain, expected):
    assert paths(*chain, USERS).reads(chain[0], "auth.users") is expected
    granted = replace(USERS, grants=(Grant("anon", "SELECT"),))
    assert paths(*chain, granted).reads(chain[0], "auth.users") is True
    assert paths(*chain, USERS).reads(chain[0], "public.users") is False


def test_views_that_read_each_other_end():
    edges = [("public.top", "public.middle"), ("public.middle", "public.top"), ("public.top", "public.notes")]
    assert paths(TOP, MIDDLE, NOTES, edges=edges).around_rls(MIDDLE) == ((TOP, NOTES),)


def test_hostile_names_do_not_mix_up_schemas():
    one = replace(NOTES, schema="a", name="b.c")
    other = replace(NOTES, schema="a.b", name="c", rls=False)
    walked = paths(TOP, one, other, edges=[("public.top", '"a.b".c')])
    assert walked.around_rls(TOP) == ()
    assert paths(TOP, one, other, edges=[("public.top", 'a."b.c"')]).around_rls(TOP) == ((TOP, one),)
