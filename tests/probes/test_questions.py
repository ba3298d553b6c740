"""What would be asked, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, PolicyColumn, Relation, Role, RowPolicy, ViewEdge
from auditor.facts.row_trials import Row
from auditor.probes.personas import ANONYMOUS, SECOND_FACTOR, STRANGER, Persona, strangers
from auditor.probes.questions import Planner, RealRow, last_name
from auditor.probes.synthetic_rows import OWNER

NOTES = Relation("public", "notes", "table", "postgres", True, rls=True, grants=(Grant("authenticated", "SELECT"),))
OWN = RowPolicy("public.notes", "own", "ALL", True, ("authenticated",), "(a = b)", "(c = d)", columns=("owner_id",))
OWNER_ID = PolicyColumn("public.notes", "owner_id", "uuid", "uuid", nullable=False)
FILES = Relation("storage", "objects", "table", "postgres", False, rls=True)


def planned(*policies, role="authenticated", tables=(NOTES,), roles=(), columns=(OWNER_ID,), views=(), **options):
    catalog = Catalog(("public",), "a test", "app", tables, policies, columns=columns, roles=roles, views=views)
    return Planner(catalog, **options).questions(role)


def told(questions):
    return [(q.policy.name, q.side, q.row, q.state, q.persona.who) for q in questions]


def test_both_sides_on_a_row_of_somebody_else():
    using, check = planned(OWN)
    assert told([using, check]) == [("own", "using", Row.FOREIGN, 0, ""), ("own", "check", Row.FOREIGN, 0, "")]
    assert using.sql == f"(select ((a = b))::boolean from (select '{OWNER}'::uuid as owner_id) as audited)"


@pytest.mark.parametrize(
    ("changes", "sides"),
    [({"check": None}, ["using"]), ({"using": None}, ["check"]), ({"using": None, "check": None}, [])],
)
def test_only_expressions_that_are_there(changes, sides):
    assert [question.side for question in planned(replace(OWN, **changes))] == sides


def test_restrictive_policies_are_tried_too():
    assert len(planned(OWN, replace(OWN, name="limit", permissive=False))) == 4


@pytest.mark.parametrize(
    ("roles", "role", "expected"),
    [
        (("public",), "authenticated", True),
        (("public",), "anon", False),
        (("anon",), "authenticated", False),
        (("everyone",), "authenticated", True),
        (("becomes",), "authenticated", False),
    ],
)
def test_policies_that_count(roles, role, expected):
    user = Role("authenticated", False, False, False, False, ("becomes", "everyone"), ("everyone",))
    assert bool(planned(replace(OWN, roles=roles), role=role, roles=(user,))) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "partitioned table"}, True),
        ({"grants": (Grant("authenticated", "INSERT"),)}, True),
        ({"grants": (Grant("authenticated", "SELECT", ("id",)),)}, True),
        ({"grants": ()}, False),
        ({"grants": (Grant("anon", "SELECT"),)}, False),
        ({"rls": False}, False),
        ({"exposed": False}, False),
        ({"kind": "view"}, False),
        ({"name": "other"}, False),
    ],
)
def test_tables_that_count(changes, expected):
    assert bool(planned(OWN, tables=(replace(NOTES, **changes),))) is expected


@pytest.mark.parametrize(("invoker", "expected"), [(True, True), (False, False)])
def test_a_table_behind_a_view_that_runs_as_its_caller(invoker, expected):
    grants = (Grant("authenticated", "SELECT"),)
    view = Relation("public", "seen", "view", "postgres", True, grants=grants, security_invoker=invoker)
    tables = (replace(NOTES, schema="core", exposed=False), view)
    policy, column = replace(OWN, table="core.notes"), replace(OWNER_ID, table="core.notes")
    views = (ViewEdge("public.seen", "core.notes"),)
    assert bool(planned(policy, tables=tables, columns=(column,), views=views)) is expected


def test_strangers_who_signed_in_in_other_ways():
    policy = replace(OWN, check=None, factors=True)
    assert [q.persona.who for q in planned(policy)] == ["", SECOND_FACTOR, ANONYMOUS]
    assert [p.who for p in strangers("anon", factors=True)] == [""]


def test_a_stranger_with_a_tenant_of_their_own_in_the_token():
    policy = replace(OWN, check=None, using="(((auth.jwt() -> 'app_metadata') ->> 'tenant_id') IS NOT NULL)")
    found = planned(policy)
    assert [(q.persona.who, dict(q.persona.claims)["app_metadata"]) for q in found] == [
        ("", {}),
        ("tenant in the token", {"tenant_id": STRANGER}),
        ("tenants in the token", {"tenant_id": [STRANGER]}),
    ]
    assert len(planned(replace(policy, using="((auth.jwt() ->> 'role') = 'admin')"))) == 1


def test_a_client_that_says_in_a_header_whose_rows_they_are():
    policy = replace(OWN, check=None, headers=("request.headers", "x-org"), using="(owner_id = core.header('x-b'))")
    asked, *_ = planned(policy)
    assert (asked.persona.who, asked.persona.headers) == ("tenant in a header", (("x-b", OWNER), ("x-org", OWNER)))
    assert len(planned(replace(policy, headers=()))) == 1
    by_number = replace(OWNER_ID, type="bigint", category="N")
    assert [value for _, value in planned(policy, columns=(by_number,))[0].persona.headers] == ["32011", "32011"]


@pytest.mark.parametrize(
    ("changes", "kind", "expected"),
    [
        ({}, {}, True),
        ({}, {"category": "N"}, True),
        ({}, {"category": "S"}, False),
        ({"columns": ("owner_id", "unknown")}, {}, False),
        ({"relations": ("public.members",)}, {}, False),
        ({"functions": ("auth.uid()",)}, {}, True),
        ({"functions": ("core.f()",)}, {}, False),
    ],
)
def test_what_can_make_something_of_the_token_alone(changes, kind, expected):
    policy = replace(OWN, **changes)
    catalog = Catalog(("public",), "a test", "app", (), (policy,), (replace(OWNER_ID, **kind),))
    assert Planner(catalog).reads_tokens(policy) is expected


def test_claims_of_strangers():
    plain, strong, anonymous = (dict(one.claims) for one in strangers("authenticated", factors=True))
    assert (plain["sub"], plain["aal"], plain["is_anonymous"]) == (STRANGER, "aal1", False)
    assert (strong["aal"], strong["is_anonymous"]) == ("aal2", False)
    assert (anonymous["aal"], anonymous["is_anonymous"], anonymous["email"]) == ("aal1", True, "")
    assert dict(Persona("anon").claims) == {"role": "anon"}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("SELECT", [("using", Row.FOREIGN), ("using", Row.OWNERLESS)]),
        ("UPDATE", [("using", Row.FOREIGN)]),
        ("ALL", [("using", Row.FOREIGN), ("using", Row.OWNERLESS)]),
    ],
)
def test_rows_without_an_owner_are_for_readers(command, expected):
    questions = planned(replace(OWN, command=command, check=None), columns=(replace(OWNER_ID, nullable=True),))
    assert [(q.side, q.row) for q in questions] == expected


def test_rows_in_somebody_elses_tenant_are_for_writers():
    policy = replace(OWN, command="INSERT", using=None, columns=("owner_id", "org_id"))
    columns = (OWNER_ID, replace(OWNER_ID, name="org_id"))
    assert [(q.side, q.row) for q in planned(policy, columns=columns)] == [
        ("check", Row.FOREIGN),
        ("check", Row.SHARED),
    ]


def test_own_rows_are_tried_where_they_are_asked_for():
    found = planned(replace(OWN, command="UPDATE"), own={"public.notes"})
    assert [(q.side, q.row) for q in found[2:]] == [("using", Row.OWN), ("check", Row.OWN)]


def test_real_rows_for_those_whom_they_are_made_for():
    member = Persona("authenticated", "member 1", OWNER)
    real = [
        RealRow("public.notes", member, {"owner_id": "'x'"}),
        RealRow("public.notes", Persona("anon"), {"owner_id": "'x'"}),
    ]
    *_, last = planned(replace(OWN, check=None), real=real)
    assert told([last]) == [("own", "using", Row.REAL, 0, "member 1")]
    assert last.sql == "(select ((a = b))::boolean from (select 'x'::uuid as owner_id) as audited)"


def test_files_in_every_bucket_that_a_policy_may_mean():
    policy = replace(
        OWN, table="storage.objects", using="(bucket_id = ANY (ARRAY['a'::text, 'b''s'::text]))", check=None,
        columns=("bucket_id",),
    )  # fmt: skip
    column = PolicyColumn("storage.objects", "bucket_id", "text", "S")
    found = planned(policy, tables=(FILES,), columns=(column,))
    assert [q.persona.who for q in found] == ["bucket 'a'", "bucket 'b''s'"]
    assert "'b''s'::text as bucket_id" in found[1].sql


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("public.notes", "notes"),
        ('public."a.b"', '"a.b"'),
        ('"a.b".c', "c"),
        ('"a.b"."c.d"', '"c.d"'),
        ('"a"".""b"."c"', '"c"'),
        ('"new\nline"."no\ntes"', '"no\ntes"'),
        ("notes", "notes"),
    ],
)
def test_last_name(table, name):
    assert last_name(table) == name


@pytest.mark.parametrize(
    ("schema", "name", "alias"),
    [("public", "notes", "notes"), ("public", "order", '"order"'), ("Odd", 'qu"ote.x; --', '"qu""ote.x; --"')],
)
def test_an_expression_that_names_its_table(schema, name, alias):
    table = replace(NOTES, schema=schema, name=name)
    policy = replace(OWN, table=str(table), using=f"(m.org = {alias}.org)", check=None)
    (found,) = planned(policy, tables=(table,), columns=(replace(OWNER_ID, table=str(table)),))
    assert found.sql.endswith(f"from (select '{OWNER}'::uuid as owner_id) as {alias})")


def test_alike_policies_of_many_tables_are_one_question():
    other = replace(NOTES, name="other")
    columns = (OWNER_ID, replace(OWNER_ID, table="public.other"))
    policies = [replace(OWN, table=table, check=None) for table in ("public.notes", "public.other")]
    assert len({q.sql for q in planned(*policies, tables=(NOTES, other), columns=columns)}) == 1


def test_a_policy_that_reads_no_column():
    (found,) = planned(replace(OWN, columns=(), check=None), columns=())
    assert found.sql == "(select ((a = b))::boolean from (select 1) as audited)"


def test_hostile_columns_are_quoted():
    columns = [
        PolicyColumn("public.notes", 'a"b_id', "text", "S", nullable=False),
        PolicyColumn("public.notes", "o'hara_id", "uuid", "uuid", nullable=False),
        PolicyColumn("public.notes", "order", "bigint", "N"),
    ]
    policy = replace(OWN, check=None, columns=tuple(column.name for column in columns))
    (found,) = planned(policy, columns=tuple(columns))
    assert found.sql == (
        "(select ((a = b))::boolean from (select "
        f'\'{OWNER}\'::text as "a""b_id", \'{OWNER}\'::uuid as "o\'hara_id", null::bigint as "order") as audited)'
    )


def test_a_whole_row_is_of_the_tables_own_type():
    policy = replace(OWN, using="is_mine(notes.*)", check=None, columns=())
    (found,) = planned(policy)
    assert found.sql == (
        "(select (is_mine(notes.*))::boolean from pg_catalog.jsonb_populate_record(null::public.notes, "
        f"pg_catalog.jsonb_build_object('owner_id', '{OWNER}'::text)) as notes)"
    )


def test_a_whole_row_with_a_domain_is_not_made():
    catalog = Catalog(("public",), "a test", "app", (NOTES,))
    policy = replace(OWN, using="is_mine(notes.*)")
    assert Planner(catalog).not_made(policy) == Planner(catalog, domains={"public.notes"}).not_made(OWN) == ""
    assert Planner(catalog, domains={"public.notes"}).not_made(policy) == (
        "it takes the whole row, which has a column of a domain whose rules the audit does not run"
    )
