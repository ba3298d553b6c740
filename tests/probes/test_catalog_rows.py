"""Rows put together: what is missing, unknown or locked is never taken for harmless."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Grant, RowPolicy, ViewEdge
from auditor.model import Gap
from auditor.probes.catalog_rows import LOCKED, Assembly, CatalogRows

NOTES, OTHER, VIEW, FUNCTION = 1, 2, 3, 50
EMPTY = CatalogRows([], [], [], [], [], [], [], [], [], [], [])


def relation(oid, name, kind="r", grants=()):
    return ([oid], [name], "public", kind, "postgres", True, True, False, list(grants), [], False, False, "", 0)


def policy(*tables, using="(a = b)", functions=None, operators=None, relations=None, theirs=None, locked=False):
    alike = list(tables or (NOTES,))
    columns = ["owner", "owner"]
    return (alike, "p", "r", True, ["public"], using, None, locked, columns, functions, operators, relations, theirs)


def column(*tables, name="state", listed="", labels=None, default=""):
    return (list(tables), name, "S", "text", True, labels, listed, default, True, False, False, False, None, "")


def function(oid=FUNCTION, name="f", volatility="s", language="sql", text=""):
    return (oid, "core", name, "", "postgres", False, volatility, language, None, ["anon"], False, False, "", text, "")


def built(**rows):
    return Assembly(replace(EMPTY, **{"relations": [relation(NOTES, "notes"), relation(OTHER, "other")], **rows}))


def only(**changes):
    policies = [policy(**{k: v for k, v in changes.items() if k != "rows"})]
    (found,) = built(policies=policies, **changes.get("rows", {})).policies()
    return found


def test_a_policy():
    assert only() == RowPolicy("public.notes", "p", "SELECT", True, ("public",), "(a = b)", None, columns=("owner",))


def test_policies_that_are_alike_are_one_each():
    found = built(policies=[policy(OTHER, NOTES)]).policies()
    assert [one.table for one in found] == ["public.notes", "public.other"]
    assert replace(found[0], table="public.other") == found[1]


def test_a_policy_of_a_table_that_was_dropped_in_the_middle_is_gone():
    assert built(policies=[policy(99)]).policies() == ()


def test_a_function_that_is_not_known_is_not_harmless():
    found = only(functions=[999])
    assert found.functions == ("function 999",)
    assert found.risk == "it calls a function that the audit cannot look into"
    risky = only(functions=[FUNCTION], rows={"functions": [function(volatility="v")]})
    assert risky.functions == ("core.f()",)
    assert risky.risk == "it calls core.f(), which is volatile or not to be trusted"


def test_an_operator_is_its_function():
    rows = {"functions": [function(volatility="v")], "operators": [(70, FUNCTION, "===")]}
    assert only(operators=[70], rows=rows).risk == "it calls core.f(), which is volatile or not to be trusted"


def test_what_it_looks_up_by_name():
    # of the table as a whole, and of a column that was dropped in the middle, there is no name
    (found,) = built(policies=[policy(relations=[OTHER, OTHER], theirs=[None, "user_id"])]).policies()
    assert (found.relations, found.looked_up) == (("public.other",), (("public.other", "user_id"),))


def test_a_policy_whose_table_is_locked_is_there_and_never_run():
    parts = built(policies=[policy(using=None, locked=True)])
    (found,) = parts.policies()
    assert (bool(found.using), found.risk) == (True, LOCKED)
    assert parts.unread() == (Gap("public.notes", LOCKED, "try again later"),)


def test_a_view_whose_text_is_locked_is_never_read():
    parts = built(relations=[relation(VIEW, "seen", "v")])
    assert [one.risk for one in parts.relations()] == [LOCKED]
    assert parts.unread() == (Gap("public.seen", LOCKED, "try again later"),)


def test_views():
    rows = {
        "relations": [relation(NOTES, "notes"), relation(VIEW, "seen", "v")],
        "views": [(VIEW, NOTES), (VIEW, 12345)],
        "view_texts": [(VIEW, "select 1 where core.f() and auth.uid() = owner")],
        "view_functions": [(VIEW, FUNCTION)],
        "functions": [function(volatility="v")],
    }
    parts = built(**rows)
    assert parts.views() == (ViewEdge("public.seen", "public.notes"),)
    seen = parts.relations()[1]
    assert (seen.asks_caller, seen.calls) == (True, ("core.f()",))
    assert seen.risk == "it calls core.f(), which is volatile or not to be trusted"


def test_grants_on_columns_beside_those_on_the_table():
    parts = built(
        relations=[relation(NOTES, "notes", grants=["anon:SELECT", "a:b:INSERT"])],
        column_grants=[(NOTES, "anon", "SELECT", ["id"]), (NOTES, "anon", "UPDATE", ["id"])],
    )
    assert parts.relations()[0].grants == (
        Grant("anon", "SELECT"),
        Grant("a:b", "INSERT"),
        Grant("anon", "UPDATE", ("id",)),
    )


def test_columns_that_are_alike_are_one_each():
    found = built().columns([column(OTHER, NOTES, 99)])
    assert [(one.table, one.name) for one in found] == [("public.notes", "state"), ("public.other", "state")]


@pytest.mark.parametrize(
    ("labels", "listed", "expected"),
    [
        (["a", "b"], "", ("a", "b")),
        (None, "CHECK ((state = ANY (ARRAY['a'::text, 'it''s'::text])))", ("a", "it's")),
        (None, "CHECK ((length(state) < 5))", ()),
    ],
)
def test_the_values_of_a_column(labels, listed, expected):
    (found,) = built().columns([column(NOTES, listed=listed, labels=labels)])
    assert found.labels == expected


@pytest.mark.parametrize(
    ("expression", "default"),
    [
        ("'it''s'::text", "'it''s'"),
        ("''::character varying", "''"),
        ("'{}'::jsonb", "'{}'"),
        ("'{}'::text[]", "'{}'"),
        ("0", "0"),
        ("(-1.5)", "-1.5"),
        ("now()", "pg_catalog.now()"),
        ("", ""),
        ("now()::text", ""),
        ("('a' || b)", ""),
        ("core.sing()", ""),
        ("nextval('s'::regclass)", ""),
    ],
)
def test_the_default_of_a_column(expression, default):
    (found,) = built().columns([column(NOTES, default=expression)])
    assert found.default == default


def test_tables_of_which_every_column_counts():
    rows = {"functions": [function(text="select 1 from other")]}
    assert built(policies=[policy(functions=[FUNCTION])], **rows).looked_up() == [OTHER]
    assert built(policies=[policy(relations=[OTHER], theirs=[None])]).looked_up() == [OTHER]
    assert built(policies=[policy(using="f(notes.*)")]).looked_up() == [NOTES]
    assert built(policies=[policy()]).looked_up() == []


def test_a_function_by_what_it_reaches():
    rows = [
        function(name="uses", text="select core.g() from notes"),
        function(51, "g", text="select auth.jwt() -> 'user_metadata'"),
        function(52, "standard"),
    ]
    uses, g, standard = built(functions=rows, bodies=[(52, "select core.g()")]).functions([])
    assert (uses.calls, uses.reads) == (("core.g",), ("public.notes",))
    assert (standard.calls, standard.reads_user_metadata) == (("core.g",), True)
    assert uses.reads_user_metadata is g.reads_user_metadata is True


def called(text, arguments="", body=None, language="sql"):
    row = (FUNCTION, "core", "f", arguments, "postgres", False, "s", language, None, [], False, False, "", text, "")
    bodies = [] if body is None else [(FUNCTION, body)]
    (found,) = built(functions=[row], bodies=bodies).functions([column(NOTES, name="owner"), column(NOTES, name="org")])
    return found


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("select 1 from notes n where n.owner = auth.uid()", (("public.notes", "owner"),)),
        ("select 1 from notes where owner = $1 and org = $2", (("public.notes", "org"), ("public.notes", "owner"))),
        ("select 1 from others where owner = $1", ()),
        ("select * from notes where owner = $1", ()),
        ("select 1 from notes natural join x where owner = $1", ()),
        ("select 1 from notes where owner = $1 and role = 'super_admin'", ()),
    ],
)
def test_what_a_function_names_in_tables(text, named):
    assert called(text).looked_up == named


@pytest.mark.parametrize(
    ("text", "arguments", "shadowed"),
    [
        ("select 1 from m where m.org_id = org_id", "org_id uuid", "m.org_id = org_id"),
        ("select 1 from m where org_id=m.org_id", "org_id uuid", "org_id=m.org_id"),
        ("select 1 from m where m.org_id = org_id", "org uuid", ""),
        ("select 1 from m where m.org_id = f.org_id", "org_id uuid", ""),
        ("select 1 from m where m.org_id = _org_id", "_org_id uuid", ""),
    ],
)
def test_a_parameter_that_a_column_shadows(text, arguments, shadowed):
    assert called(text, arguments).shadowed == shadowed
    assert called(text, arguments, language="plpgsql").shadowed == ""
    assert called("", arguments, body="SELECT 1 FROM m WHERE (m.org_id = m.org_id)").shadowed == "m.org_id = m.org_id"


def test_what_a_view_asks_for_all_its_rows():
    text = "SELECT id FROM notes n WHERE (EXISTS ( SELECT 1 FROM m WHERE (m.user_id = ( SELECT auth.uid() AS uid))))"
    views = [relation(NOTES, "notes"), relation(VIEW, "v", "v")]
    *_, asking = built(relations=views, view_texts=[(VIEW, text)]).relations()
    assert asking.untied == ("( SELECT 1 FROM m WHERE (m.user_id = ( SELECT auth.uid() AS uid)))",)
    *_, blind = built(relations=views, view_texts=[(VIEW, text.replace("auth.uid()", "f()"))]).relations()
    assert blind.untied == ()
