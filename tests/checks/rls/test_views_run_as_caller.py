from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, PolicyColumn, Relation, Role, ViewEdge
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import Read, RowTrials
from auditor.model import Confidence, Gap, Outcome, failed, not_applicable, passed, unproven
from checks.rls.views_run_as_caller import views_run_as_caller

READERS = (Grant("anon", "SELECT"), Grant("authenticated", "SELECT"))
NOTES = Relation("public", "notes", "table", "postgres", True, rls=True)
VIEW = Relation("public", "v", "view", "postgres", True, grants=READERS)
INNER = Relation("core", "inner_v", "view", "postgres", False)
EDGE = ViewEdge("public.v", "public.notes")
CHAIN = (ViewEdge("public.v", "core.inner_v"), ViewEdge("core.inner_v", "public.notes"))
PASS = [passed("public.v", "reads no protected table with its owner's rights")]


def judge(view=VIEW, *others, table=NOTES, edges=(EDGE,), reads=(), public=(), roles=(), gaps=(), columns=()):
    relations = (view, table, *others)
    catalog = Catalog(("public",), "a test", "app", relations, (), columns, edges, roles=roles, gaps=gaps)
    trials = RowTrials((), tuple(Read(str(view), *read) for read in reads))
    return list(views_run_as_caller(catalog, trials, RlsPolicy(public_tables=public)))


def around(
    subject="public.v",
    definers=("public.v",),
    reads=("public.notes",),
    seen=(),
    deed="reads",
    readable=("anon", "authenticated"),
    writable=(),
):
    return failed(
        subject,
        f"{deed} {', '.join(reads)} with the rights of an owner, around row level security",
        confidence=Confidence.PROVEN if seen else Confidence.OBSERVED,
        remediation="\n".join(f"    alter view {definer} set (security_invoker = true);" for definer in definers),
        reads=list(reads),
        definer_views=list(definers),
        readable_by=list(readable),
        writable_by=list(writable),
        rows_seen_by=list(seen),
    )


def test_around():
    assert judge() == [around()]


def test_around_and_read():
    assert judge(reads=(("authenticated", True), ("anon", False))) == [around(seen=("authenticated",))]


@pytest.mark.parametrize("privilege", ["INSERT", "UPDATE", "DELETE"])
def test_around_by_writing_alone(privilege):
    view = replace(VIEW, grants=(Grant("authenticated", privilege),))
    assert judge(view) == [around(deed="writes", readable=(), writable=("authenticated",))]


def test_around_by_writing_some_columns():
    view = replace(VIEW, grants=(Grant("anon", "UPDATE", ("title",)),))
    assert judge(view) == [around(deed="writes", readable=(), writable=("anon",))]


def test_around_both_ways():
    view = replace(VIEW, grants=(*READERS, Grant("anon", "DELETE")))
    assert judge(view) == [around(deed="reads and writes", writable=("anon",))]


def test_a_filter_is_no_defence_where_nobody_could_try_it():
    view = replace(VIEW, grants=(Grant("anon", "UPDATE"),), asks_caller=True)
    assert judge(view, table=replace(NOTES, size_bytes=8192)) == [
        around(deed="writes", readable=(), writable=("anon",))
    ]


def test_as_the_caller():
    assert judge(replace(VIEW, security_invoker=True)) == PASS


def test_a_table_without_policies():
    assert judge(table=replace(NOTES, rls=False)) == PASS


def test_a_view_that_runs_as_its_caller_over_one_that_does_not():
    view = replace(VIEW, security_invoker=True)
    assert judge(view, INNER, edges=CHAIN) == [around(definers=("core.inner_v",))]


def test_a_view_that_does_not_over_one_that_runs_as_its_caller():
    assert judge(VIEW, replace(INNER, security_invoker=True), edges=CHAIN) == PASS


def test_every_table_and_every_view_to_change_is_named():
    other = Relation("core", "ledger", "partitioned table", "postgres", False, rls=True)
    edges = (*CHAIN, ViewEdge("public.v", "core.ledger"))
    assert judge(VIEW, INNER, other, edges=edges) == [
        around(definers=("core.inner_v", "public.v"), reads=("core.ledger", "public.notes"))
    ]


def test_an_owner_who_is_bound_leads_around_nothing():
    bound = Role("viewer", False, False, False, False)
    assert judge(replace(VIEW, owner="viewer"), roles=(bound,)) == PASS


def test_declared_public():
    assert judge(public=("public.v",), reads=(("anon", True),)) == [
        passed("public.v", "declared public", declared="public_tables", reads=["public.notes"])
    ]


OWN = replace(VIEW, asks_caller=True)


def test_it_filters_by_the_caller():
    filled = replace(NOTES, size_bytes=8192)
    assert judge(OWN, table=filled, reads=(("anon", False), ("authenticated", False))) == [
        passed(
            "public.v",
            "runs with its owner's rights, but filters by the caller: a stranger reads nothing through it",
            confidence=Confidence.PROVEN,
            reads=["public.notes"],
        )
    ]


def test_a_filter_over_nothing_is_no_pass():
    assert judge(OWN, reads=(("anon", False), ("authenticated", False))) == [
        unproven(
            "public.v",
            "runs with its owner's rights and filters by the caller, and there is no row to try the filter on",
            "alter view public.v set (security_invoker = true);",
        )
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
    table = replace(NOTES, size_bytes=8192)
    assert judge(view, table=table, reads=reads) == [around()]


@pytest.mark.parametrize(
    "changes", [{"grants": ()}, {"grants": (Grant("app", "SELECT"),)}, {"exposed": False}, {"kind": "foreign table"}]
)
def test_what_is_not_judged(changes):
    assert judge(replace(VIEW, **changes)) == [not_applicable("the API serves no view")]


def test_hostile_names_are_quoted_and_not_covered_by_another_declaration():
    view = replace(VIEW, schema="a", name="b.c")
    edges = (ViewEdge('a."b.c"', "public.notes"),)
    assert judge(view, edges=edges, public=("a.b.c",)) == [around('a."b.c"', ('a."b.c"',))]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(replace(VIEW, grants=()), gaps=(Gap("schema api", "it does not exist"),)) == []


@pytest.mark.parametrize(
    ("version", "fix"),
    [
        (0, "    alter view public.around set (security_invoker = true);"),
        (150_001, "    alter view public.around set (security_invoker = true);"),
        (140_012, "    revoke all on public.around from anon, authenticated;"),
    ],
)
def test_what_an_old_server_does_not_know_is_no_advice(version, fix):
    table = Relation("public", "notes", "table", "postgres", True, rls=True)
    view = Relation("public", "around", "view", "postgres", True, grants=(Grant("anon", "SELECT"),))
    edges = (ViewEdge("public.around", "public.notes"),)
    catalog = Catalog(("public",), "a test", "app", (table, view), views=edges, server_version=version)
    (found,) = views_run_as_caller(catalog, RowTrials(()), RlsPolicy())
    assert found.remediation == fix


def test_a_view_that_asks_for_a_membership_of_anything():
    columns = tuple(PolicyColumn("core.members", name, "uuid", "uuid") for name in ("user_id", "org_id"))
    asked = "( SELECT 1 FROM core.members m WHERE (m.user_id = auth.uid()))"
    view = replace(VIEW, asks_caller=True, untied=(asked,))
    reads = [(role, False) for role in view.readable_by]
    (found,) = judge(view, reads=reads, columns=columns, table=replace(NOTES, size_bytes=1))
    assert (found.outcome, found.evidence["memberships"]) == (Outcome.FAIL, ["core.members"])
    told = replace(view, untied=(asked.replace("m.user_id", "m.org_id = core.tenant() AND m.user_id"),))
    (found,) = judge(told, reads=reads, columns=columns, table=replace(NOTES, size_bytes=1))
    assert found.outcome is Outcome.PASS
