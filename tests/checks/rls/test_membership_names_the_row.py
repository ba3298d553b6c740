from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation, RowPolicy
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.membership_names_the_row import membership_names_the_row

PROJECTS = Relation("public", "projects", "table", "postgres", True, rls=True, grants=(Grant("anon", "SELECT"),))
LOOKUP = RowPolicy(
    "public.projects",
    "members",
    "ALL",
    True,
    ("authenticated",),
    "(EXISTS ( SELECT 1 FROM members m WHERE ((m.org_id = projects.org_id) AND (m.user_id = auth.uid()))))",
    None,
    relations=("public.members",),
)
NOTHING = [not_applicable("no policy looks up another table")]
PASS = [passed("public.projects", "policy members compares with the row", aspect="members")]


def judge(*policies, table=PROJECTS, gaps=()):
    return list(membership_names_the_row(Catalog(("public",), "a test", "app", (table,), policies, gaps=gaps)))


def where(condition):
    return replace(
        LOOKUP, using=f"(EXISTS ( SELECT 1 FROM members m WHERE ({condition} AND (m.user_id = auth.uid()))))"
    )


def itself(*comparisons, subject="public.projects", first=None):
    return failed(
        subject,
        f"policy members compares a column with itself: {first or comparisons[0]}",
        aspect="members",
        policy="members",
        comparisons=list(comparisons),
    )


def test_it_compares_with_the_row():
    assert judge(LOOKUP) == PASS


@pytest.mark.parametrize(
    "comparison",
    [
        "m.org_id = m.org_id",
        "(m.org_id)::text = (m.org_id)::text",
        'm."orgId" = m."orgId"',
        '"M x".org_id = "M x".org_id',
        '"m.n"."a.b" = "m.n"."a.b"',
        '"a""b".org_id = "a""b".org_id',
        'm."a""b" = m."a""b"',
        "m.été = m.été",
    ],
)
def test_it_compares_with_itself(comparison):
    assert judge(where(f"({comparison})")) == [itself(comparison)]


@pytest.mark.parametrize(
    "condition",
    [
        "(m.org_id = mm.org_id)",
        "(mm.org_id = m.org_id)",
        "(m.org = m.org_id)",
        "(x_m.a = m.a)",
        '(m."a" = m."A")',
        '("x""m".a = "m".a)',
        '(m.a = m."a")',
        "((m.org_id)::text = (p.org_id)::text)",
        "(m.org_id <> m.org_id)",
    ],
)
def test_what_only_looks_like_it(condition):
    assert judge(where(condition)) == PASS


def test_both_clauses_count_and_each_comparison_is_named_once():
    policy = replace(LOOKUP, using="((m.b = m.b) AND (m.b = m.b))", check="(m.a = m.a)")
    assert judge(policy) == [itself("m.a = m.a", "m.b = m.b", first="m.b = m.b")]
    assert judge(replace(LOOKUP, using=None, check="(m.a = m.a)")) == [itself("m.a = m.a")]


@pytest.mark.parametrize(
    ("policy", "table"),
    [
        (replace(LOOKUP, relations=()), PROJECTS),
        (replace(LOOKUP, table="core.other"), PROJECTS),
        (LOOKUP, replace(PROJECTS, grants=())),
        (LOOKUP, replace(PROJECTS, exposed=False)),
        (LOOKUP, replace(PROJECTS, kind="view")),
    ],
)
def test_what_is_not_judged(policy, table):
    assert judge(policy, table=table) == NOTHING


def test_hostile_table_names():
    table = replace(PROJECTS, name="a.b")
    policy = replace(where("(m.a = m.a)"), table='public."a.b"')
    assert judge(policy, table=table) == [itself("m.a = m.a", subject='public."a.b"')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
