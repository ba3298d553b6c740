"""What the probe would ask, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation, Role, RowPolicy
from auditor.probes.row_trials import OWNER, STRANGER, _Dangers, _foreign_row, _last_name, _planned, _Question

NOTES = Relation("public", "notes", "table", "postgres", True, rls=True, grants=(Grant("authenticated", "SELECT"),))
OWN = RowPolicy("public.notes", "own", "ALL", True, ("authenticated",), "(a = b)", "(c = d)", columns=("owner_id",))
USING = _Question(OWN, "using", "(a = b)", (f"'{OWNER}'::uuid as owner_id",))
CHECK = replace(USING, side="check", expression="(c = d)")
TYPES = {"public.notes": {"owner_id": ("uuid", "uuid")}}
UUID = ("uuid", "uuid")
TEXT = ("S", "text")
NUMBER = ("N", "bigint")


@pytest.mark.parametrize(
    ("column", "kind", "value"),
    [
        ("owner_id", UUID, f"'{OWNER}'::uuid"),
        ("whatever", UUID, f"'{OWNER}'::uuid"),
        ("owner_id", TEXT, f"'{OWNER}'::text"),
        ("owner_id", ("S", "character varying"), f"'{OWNER}'::character varying"),
        ("owner_id", NUMBER, "32011::bigint"),
        ("id", NUMBER, "32011::bigint"),
        ("created_by", TEXT, f"'{OWNER}'::text"),
        ("approved_by", NUMBER, "32011::bigint"),
        ("organisation_slug", TEXT, f"'{OWNER}'::text"),
        ("organization", TEXT, f"'{OWNER}'::text"),
        ("email", TEXT, f"'{OWNER}'::text"),
    ],
)
def test_a_column_that_names_somebody_names_somebody_else(column, kind, value):
    assert _foreign_row({column: kind}, (column,)) == (f"{value} as {column}",)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("status", TEXT),
        ("is_public", ("B", "boolean")),
        ("amount", NUMBER),
        ("identity", TEXT),
        ("paid", NUMBER),
        ("by", TEXT),
        ("owner_id", ("A", "uuid[]")),
        ("owner_since", ("D", "date")),
        ("owner_id", ("E", "public.owners")),
    ],
)
def test_what_names_nobody_is_null(column, kind):
    assert _foreign_row({column: kind}, (column,)) == (f"null::{kind[1]} as {column}",)


def test_every_column_that_the_policy_reads_is_there():
    assert _foreign_row({"owner_id": UUID, "org_id": UUID}, ("owner_id", "odd")) == (*USING.row, "null::text as odd")
    assert _foreign_row({"owner_id": UUID}, ()) == ()


@pytest.mark.parametrize(
    ("column", "sql"),
    [
        ("User_ID", '"User_ID"'),
        ("o'hara_id", '"o\'hara_id"'),
        ('quo"te_id', '"quo""te_id"'),
        ("a.b_id", '"a.b_id"'),
        ("x; drop table notes; --_id", '"x; drop table notes; --_id"'),
        ("new\nline_id", '"new\nline_id"'),
        ("été_id", '"été_id"'),
        ("user", '"user"'),
    ],
)
def test_hostile_columns_are_quoted(column, sql):
    assert _foreign_row({column: TEXT}, (column,)) == (f"'{OWNER}'::text as {sql}",)


def test_the_owner_is_not_the_stranger():
    assert OWNER != STRANGER


def planned(*policies, role="authenticated", table=NOTES, roles=(), types=TYPES):
    return _planned(Catalog(("public",), "a test", "app", (table,), policies, roles=roles), role, types)


def test_planned():
    assert planned(OWN) == [USING, CHECK]


@pytest.mark.parametrize(
    ("changes", "sides"),
    [({"check": None}, ["using"]), ({"using": None}, ["check"]), ({"using": None, "check": None}, [])],
)
def test_only_expressions_that_are_there(changes, sides):
    assert [question.side for question in planned(replace(OWN, **changes))] == sides


def test_restrictive_policies_are_tried_too():
    assert len(planned(OWN, replace(OWN, name="limit", permissive=False))) == 4


def test_without_known_types_the_row_is_null():
    row = ("null::text as owner_id",)
    assert planned(OWN, types={}) == [replace(USING, row=row), replace(CHECK, row=row)]


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
    assert bool(planned(OWN, table=replace(NOTES, **changes))) is expected


VOLATILE = {"nextval", "pg_notify"}
UNTRUSTED = {"public.log(text)", 'public."Odd"()'}


def never(name):
    return f"it calls {name}, which is volatile or not to be trusted, and is never run by the audit"


def dangers(*policies, views=None, texts=None, reads=None):
    return _Dangers(policies, views or {}, texts or {}, reads or {}, VOLATILE, UNTRUSTED)


def danger(expression="true", *functions, check=None):
    policy = replace(OWN, using=expression, check=check, functions=functions)
    return dangers(policy).of_policy(policy)


@pytest.mark.parametrize(
    "expression",
    [
        "true",
        None,
        "(auth.uid() = owner_id)",
        "(lower(a) = b)",
        "(a = 'nextval(x)'::text)",
        "(a = 'it''s nextval('::text)",
        "(nextval = 1)",
        '("nextval"(1) = 1)',
        "(my_nextval(1) = 1)",
    ],
)
def test_what_may_be_run(expression):
    assert danger(expression, "auth.uid()", "public.log(integer)") == ""


@pytest.mark.parametrize(
    "expression",
    [
        "(nextval('s'::regclass) > 0)",
        "((a = b) OR (nextval('s'::regclass) > 0))",
        "(( SELECT nextval('s'::regclass) AS nextval) > 0)",
        "((a = 'it''s'::text) AND (nextval('s'::regclass) > 0))",
        "((a = ''::text) AND (nextval('s'::regclass) > 0))",
    ],
)
def test_volatile_builtins_are_not_run(expression):
    assert danger(expression) == never("nextval()")
    assert danger(None, check=expression) == never("nextval()")


@pytest.mark.parametrize("function", sorted(UNTRUSTED))
def test_functions_that_are_not_to_be_trusted_are_not_run(function):
    assert danger("true", "auth.uid()", function) == never(function)


def test_a_policy_that_reads_a_dangerous_relation_is_dangerous_at_any_depth():
    logs = replace(OWN, table="public.logs", functions=("public.log(text)",))
    reader = replace(OWN, relations=("core.v",))
    sane = replace(OWN, table="public.sane", relations=("public.other",))
    found = dangers(reader, logs, sane, reads={"core.v": {"core.w"}, "core.w": {"public.logs"}})
    assert found.relations == dict.fromkeys(
        ("public.logs", "core.v", "core.w", "public.notes"), never("public.log(text)")
    )
    assert found.of_policy(reader) == never("public.log(text)")
    assert found.of_policy(sane) == ""


def test_one_policy_of_a_table_does_not_taint_the_others():
    bad = replace(OWN, name="bad", functions=("public.log(text)",))
    found = dangers(bad, OWN)
    assert found.of_policy(OWN) == ""
    assert found.relations == {"public.notes": never("public.log(text)")}


def test_views_are_dangerous_by_what_they_call():
    found = dangers(
        views={"public.a": {'public."Odd"()'}, "public.c": {"auth.uid()"}},
        texts={"public.a": " SELECT 1", "public.b": " SELECT pg_notify('a', 'b')", "public.c": " SELECT 'pg_notify('"},
        reads={"public.d": {"public.b"}, "public.e": {"public.d", "public.e"}},
    )
    assert found.relations == {
        "public.a": never('public."Odd"()'),
        "public.b": never("pg_notify()"),
        "public.d": never("pg_notify()"),
        "public.e": never("pg_notify()"),
    }


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
    assert _last_name(table) == name


@pytest.mark.parametrize(
    ("table", "alias"),
    [
        ("public.notes", "notes"),
        ('public."order"', '"order"'),
        ('"Odd"."qu""ote.x; --"', '"qu""ote.x; --"'),
        ('"a.b".c', "c"),
    ],
)
def test_sql(table, alias):
    question = replace(USING, policy=replace(OWN, table=table))
    assert question.sql == f"(select ((a = b))::boolean from (select '{OWNER}'::uuid as owner_id) as {alias})"


def test_sql_of_a_policy_that_reads_no_column():
    assert replace(USING, row=()).sql == "(select ((a = b))::boolean from (select 1) as notes)"


def test_sql_with_hostile_columns():
    row = _foreign_row({'a"b_id': TEXT, "o'hara_id": UUID, "order": NUMBER}, ('a"b_id', "o'hara_id", "order"))
    assert replace(USING, row=row).sql == (
        "(select ((a = b))::boolean from (select "
        f'\'{OWNER}\'::text as "a""b_id", \'{OWNER}\'::uuid as "o\'hara_id", null::bigint as "order") as notes)'
    )
