from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Function, Grant, PolicyColumn, Relation, RowPolicy, ViewEdge
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import Row, RowTrials, Trial
from auditor.model import Confidence, Gap, failed, not_applicable, passed
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
    columns=("org_id",),
    relations=("public.members",),
)
NOTHING = [not_applicable("no policy looks up another table")]
PASS = [passed("public.projects", "policy members compares with the row", aspect="members")]


def judge(*policies, table=PROJECTS, trials=(), unsampled=(), public=(), gaps=(), **rest):
    catalog = Catalog(("public",), "a test", "app", (table,), policies, gaps=gaps, **rest)
    tried = RowTrials(tuple(trials), unsampled=unsampled)
    return list(membership_names_the_row(catalog, tried, RlsPolicy(public_tables=public)))


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


MEMBERS = (
    PolicyColumn("public.members", "user_id", "uuid", "uuid"),
    PolicyColumn("public.members", "org_id", "uuid", "uuid"),
)
"""The columns of a table that says who belongs to what."""


def said(*allowed, policy="members", table="public.projects"):
    """What real members are told of a row of another tenant, one after the other."""
    return [
        Trial(table, policy, "authenticated", "using", answer, row=Row.REAL, who=f"member {number}")
        for number, answer in enumerate(allowed, 1)
    ]


def open_to_members(policy="members", memberships=("public.members",)):
    return failed(
        "public.projects",
        f"policy {policy} opens a row of one tenant to members of another",
        confidence=Confidence.PROVEN,
        aspect=policy,
        policy=policy,
        memberships=list(memberships),
    )


def proven(policy="members"):
    return passed(
        "public.projects", f"policy {policy} compares with the row", confidence=Confidence.PROVEN, aspect=policy
    )


def test_every_member_sees_the_rows_of_another_tenant():
    assert judge(LOOKUP, trials=said(True, True), columns=MEMBERS) == [open_to_members()]


def test_no_member_sees_them():
    assert judge(LOOKUP, trials=said(False, False), columns=MEMBERS) == [proven()]


def test_a_member_who_sees_them_may_be_an_administrator():
    assert judge(LOOKUP, trials=said(True, False), columns=MEMBERS) == [proven()]


def test_a_member_of_whom_it_is_not_known_proves_nothing():
    assert judge(LOOKUP, trials=said(True, None), columns=MEMBERS) == PASS


def test_a_stranger_who_sees_a_real_tenant_is_no_member():
    stranger = Trial("public.projects", "members", "authenticated", "using", True, row=Row.REAL)
    assert judge(LOOKUP, trials=(stranger,), columns=MEMBERS) == PASS


def test_what_members_are_shown_outweighs_the_text():
    assert judge(where("(m.org_id = m.org_id)"), trials=said(True), columns=MEMBERS) == [open_to_members()]


def test_only_the_policy_that_lets_them_through_is_named():
    other = replace(LOOKUP, name="other")
    trials = (*said(True), *said(False, policy="other"))
    assert judge(LOOKUP, other, trials=trials, columns=MEMBERS) == [
        open_to_members(),
        passed("public.projects", "policy other compares with the row", aspect="other"),
    ]


def test_a_restrictive_policy_beside_it_counts():
    limit = replace(LOOKUP, name="limit", permissive=False, relations=())
    trials = (*said(True), *said(False, policy="limit"))
    assert judge(LOOKUP, limit, trials=trials, columns=MEMBERS) == [proven()]


def test_members_behind_a_function():
    function = Function("core", "mine", "", "postgres", True, "stable", "sql", "", (), False, reads=("public.members",))
    policy = replace(LOOKUP, using="mine()", relations=(), functions=("core.mine()",))
    rest = {"functions": (function,), "columns": MEMBERS}
    assert judge(policy, trials=said(True), **rest) == [open_to_members()]
    assert judge(policy, trials=said(False), **rest) == [proven()]
    assert judge(policy, trials=said(False), columns=MEMBERS) == NOTHING


def test_a_table_that_looks_itself_up_has_no_members_of_its_own():
    policy = replace(LOOKUP, relations=("public.projects",))
    columns = tuple(replace(column, table="public.projects") for column in MEMBERS)
    assert judge(policy, trials=said(True), columns=columns) == [open_to_members(memberships=())]


@pytest.mark.parametrize("trials", [(), said(False)])
def test_members_who_could_not_be_sampled_are_named_and_nothing_is_proven(trials):
    unsampled = (("public.members", "permission denied; grant select"), ("public.other", "never mind"))
    assert judge(LOOKUP, trials=trials, unsampled=unsampled, columns=MEMBERS) == [
        passed(
            "public.projects",
            "policy members compares with the row",
            aspect="members",
            not_tried_with_members_of={"public.members": "permission denied; grant select"},
        )
    ]


def test_declared_public_covers_reading_only():
    policy = replace(LOOKUP, command="SELECT")
    assert judge(policy, trials=said(True), columns=MEMBERS, public=("public.projects",)) == PASS
    assert judge(LOOKUP, trials=said(True), columns=MEMBERS, public=("public.projects",)) == [open_to_members()]


TENANT = "(EXISTS ( SELECT 1 FROM members m WHERE ((m.user_id = auth.uid()) AND (m.org_id = core.tenant()))))"
ANYTHING = replace(
    LOOKUP,
    columns=(),
    using="(EXISTS ( SELECT 1 FROM members m WHERE (m.user_id = auth.uid())))",
    looked_up=(("public.members", "user_id"),),
)


def asks_for_anything(table="public.members"):
    return failed(
        "public.projects",
        f"policy members asks {table} whether the caller is a member of anything, and not of what",
        confidence=Confidence.INFERRED,
        aspect="members",
        policy="members",
        memberships=[table],
    )


def test_a_membership_of_anything():
    assert judge(ANYTHING, columns=MEMBERS) == [asks_for_anything()]


def test_a_membership_of_anything_in_a_hostile_table():
    table = 'public."mem.bers"'
    columns = tuple(replace(column, table=table) for column in MEMBERS)
    policy = replace(ANYTHING, relations=(table,), looked_up=((table, "user_id"),))
    assert judge(policy, columns=columns) == [asks_for_anything(table)]


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"columns": ("org_id",), "using": LOOKUP.using}, MEMBERS),
        ({"looked_up": (("public.members", "org_id"), ("public.members", "user_id")), "using": TENANT}, MEMBERS),
        ({"looked_up": ()}, MEMBERS),
        ({"looked_up": (("public.other", "user_id"),)}, MEMBERS),
        ({}, (replace(MEMBERS[0], unique=True), MEMBERS[1])),
        ({}, MEMBERS[:1]),
        ({}, ()),
    ],
    ids=["reads its row", "reads the tenant", "reads nothing", "reads another", "one line a user", "no tenant", "none"],
)
def test_what_is_no_membership_of_anything(changes, columns):
    assert judge(replace(ANYTHING, **changes), columns=columns) == PASS


ANY = "(EXISTS ( SELECT 1 FROM members m WHERE (m.user_id = auth.uid())))"
OWN = "(owner_id = ( SELECT auth.uid() AS uid))"
OWNER = PolicyColumn("public.projects", "owner_id", "uuid", "uuid")


@pytest.mark.parametrize("using", [f"({OWN} OR {ANY})", f"(is_open AND {ANY})"])
def test_a_membership_of_anything_beside_the_row(using):
    policy = replace(ANYTHING, columns=("owner_id",), using=using)
    assert judge(policy, columns=(*MEMBERS, OWNER)) == [asks_for_anything()]


def test_a_restrictive_policy_opens_nothing():
    policy = replace(ANYTHING, columns=("owner_id",), using=f"({OWN} OR {ANY})", permissive=False)
    assert judge(policy, columns=(*MEMBERS, OWNER)) == PASS


@pytest.mark.parametrize("staff", ["staff", "super_admin"])
def test_a_member_of_anything_who_sees_own_rows_and_staff_that_sees_all(staff):
    policy = replace(ANYTHING, columns=("owner_id",), using=f"({OWN} AND {ANY})")
    assert judge(policy, columns=(*MEMBERS, OWNER)) == PASS
    role = ANY.replace("auth.uid()", f"auth.uid()) AND (m.role = '{staff}'::text")
    assert judge(replace(policy, using=f"({OWN} OR {role})"), columns=(*MEMBERS, OWNER)) == PASS


HELPER = Function("core", "helper", "org_id uuid", "postgres", True, "stable", "sql", None, (), False)
BY_HELPER = replace(
    LOOKUP, using="core.helper(org_id)", relations=(), looked_up=(), functions=("core.helper(org_id uuid)",)
)


def test_a_function_that_asks_for_a_membership_of_anything():
    helper = replace(HELPER, reads=("public.members",), looked_up=(("public.members", "user_id"),))
    assert judge(BY_HELPER, columns=MEMBERS, functions=(helper,)) == [asks_for_anything()]
    for fine in (replace(helper, name="is_staff"), replace(helper, looked_up=(*helper.looked_up, MEMBER_ORG))):
        policy = replace(BY_HELPER, functions=(fine.signature,), using=f"core.{fine.name}(org_id)")
        assert judge(policy, columns=MEMBERS, functions=(fine,)) == PASS


def test_a_function_whose_parameter_is_shadowed():
    helper = replace(HELPER, reads=("public.members",), shadowed="m.org_id = org_id")
    assert judge(BY_HELPER, columns=MEMBERS, functions=(helper,)) == [
        failed(
            "public.projects",
            "policy members calls a function that compares a column with itself, and not with its parameter: "
            "m.org_id = org_id",
            aspect="members",
            policy="members",
            comparisons=["m.org_id = org_id"],
        )
    ]


MEMBER_ORG = ("public.members", "org_id")


@pytest.mark.parametrize("schema", ["core", "public"])
def test_a_table_behind_a_view_that_runs_as_its_caller(schema):
    table = replace(PROJECTS, schema="core", exposed=False)
    view = Relation(schema, "v", "view", "postgres", True, grants=PROJECTS.grants, security_invoker=True)
    catalog = Catalog(
        (schema,),
        "a test",
        "app",
        (table, view),
        (replace(LOOKUP, table="core.projects"),),
        views=(ViewEdge(f"{schema}.v", "core.projects"),),
    )
    assert list(membership_names_the_row(catalog, RowTrials(()), RlsPolicy())) == [
        passed("core.projects", "policy members compares with the row", aspect="members")
    ]


def test_hostile_table_names():
    table = replace(PROJECTS, name="a.b")
    policy = replace(where("(m.a = m.a)"), table='public."a.b"')
    assert judge(policy, table=table) == [itself("m.a = m.a", subject='public."a.b"')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
