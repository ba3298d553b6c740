"""What counts as a difference between two databases."""

from __future__ import annotations

import pytest

from auditor.facts.restore_drill import Difference, Skipped
from auditor.probes.restore_drill.catalog import Object, Sides, differences, plain_form
from auditor.probes.restore_drill.compare import _sides

TABLE = {("schema", "s"): Object("", "", False), ("table", "s.t"): Object("s", "", False)}
COLUMNS = {("columns", "s.t"): Object("s.t", '{"a": "integer", "b": "text"}', False)}
CHECK = ("constraint", "s.t ok")
SAME = Sides(same_major=True)


@pytest.mark.parametrize(
    ("live", "restored"),
    [
        (
            "CHECK (((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
            "CHECK (((status)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))",
        ),
        ("(a >= 0)", "a >= 0"),
        ("'x'::\"MyType\"", "'x'"),
        ("x::timestamp(3) without time zone", "x"),
    ],
)
def test_a_round_trip_is_no_difference(live, restored):
    assert plain_form(live) == plain_form(restored)


@pytest.mark.parametrize(("one", "other"), [("a > 0", "a > 1"), ("'a'::text", "'b'::text"), ("a AND b", "a OR b")])
def test_a_difference_is_one(one, other):
    assert plain_form(one) != plain_form(other)


def test_of_a_missing_table_not_its_parts_too():
    live = {**TABLE, **COLUMNS, CHECK: Object("s.t", "CHECK (a)", True)}
    assert differences(live, {}, SAME) == [Difference("schema", "s", "there", "missing")]
    restored = {("schema", "s"): TABLE["schema", "s"]}
    assert differences(live, restored, SAME) == [Difference("table", "s.t", "there", "missing")]


def test_columns():
    other = {("columns", "s.t"): Object("s.t", '{"a": "bigint", "c": "text"}', False)}
    assert differences({**TABLE, **COLUMNS}, {**TABLE, **other}, SAME) == [
        Difference("column", "s.t.a", "integer", "bigint"),
        Difference("column", "s.t.b", "text", "missing"),
        Difference("column", "s.t.c", "missing", "text"),
    ]


def test_definitions_that_may_hold_secrets_are_not_told():
    live = {**TABLE, ("policy", "s.t p"): Object("s.t", "using (x = 'hush')", True)}
    restored = {**TABLE, ("policy", "s.t p"): Object("s.t", "using (true)", True)}
    assert differences(live, restored, SAME) == [Difference("policy", "s.t p", "differs", "differs")]


def test_two_versions_word_expressions_differently():
    live, restored = ({**TABLE, CHECK: Object("s.t", text, True)} for text in ("CHECK (a)", "CHECK (b)"))
    doubt = "servers of two versions may word it differently"
    assert differences(live, restored, Sides(same_major=False)) == [
        Difference("constraint", "s.t ok", "CHECK (a)", "CHECK (b)", doubt)
    ]


def test_a_partition_may_be_newer():
    live = {**TABLE, ("table", "s.t_2027"): Object("s", "", True)}
    [found] = differences(live, TABLE, SAME)
    assert found.doubt == "it is a partition, and may be newer than the backup"


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ("EXTENSION pgaudit", ("extension", "pgaudit")),
        ("EVENT TRIGGER - watch postgres", ("event trigger", "watch")),
        ("EVENT TRIGGER watch", ("event trigger", "watch")),
        ("FOREIGN TABLE public Remote app", ("foreign table", 'public."Remote"')),
    ],
)
def test_what_the_backup_holds_and_the_drill_leaves_out(entry, key):
    sides = _sides([Skipped(entry, "", expected=True)], same_major=True)
    assert key in sides.held
    assert differences({key: Object("", "x", False)}, {}, sides) == []


def test_what_could_not_be_restored_here_explains_a_lack():
    sides = _sides([Skipped("CREATE TABLE s.t", 'type "vector" does not exist')], same_major=True)
    assert differences(TABLE, {("schema", "s"): TABLE["schema", "s"]}, sides) == [
        Difference("table", "s.t", "there", "missing", "the drill could not restore all of the backup here")
    ]


def test_privileges_that_a_drill_could_not_grant():
    granted = {**TABLE, ("privileges", "s.t"): Object("s.t", "app=SELECT", False)}
    lost = Difference("privileges", "s.t", "app=SELECT", "missing")
    assert differences(granted, TABLE, SAME) == [lost]
    sides = _sides([Skipped("GRANT SELECT ON TABLE s.t", 'role "x" does not exist', expected=True)], same_major=True)
    [found] = differences(granted, TABLE, sides)
    assert found.doubt == "the drill could not grant and revoke all of it here"


def test_of_a_missing_function_not_its_privileges_too():
    live = {
        ("function", "s.f()"): Object("s", "sql", False),
        ("privileges", "s.f()"): Object("s.f()", "public=EXECUTE", False),
    }
    assert differences(live, {}, SAME) == [Difference("function", "s.f()", "there", "missing")]
