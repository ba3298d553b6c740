from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import Read, RowTrials
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.rls.rls_enabled import rls_enabled

READ = (Grant("anon", "SELECT"), Grant("authenticated", "SELECT"))
OPEN = Relation("public", "notes", "table", "postgres", True, grants=(*READ, Grant("authenticated", "INSERT")))


def judge(*tables, schemas=("public",), public=(), gaps=(), reads=(), denied=()):
    catalog = Catalog(schemas, "a test", "app", tables, gaps=gaps)
    return list(rls_enabled(catalog, RowTrials((), reads, denied=denied), RlsPolicy(public_tables=public)))


def off(subject, readable=("anon", "authenticated"), writable=("authenticated",), **changes):
    evidence = {"columns": [], "rows_seen_by": [], "owner": "postgres", "part_of": [], "extension": ""}
    return failed(
        subject,
        "row level security is off",
        readable_by=list(readable),
        writable_by=list(writable),
        **{**evidence, **changes},
    )


def test_off():
    assert judge(OPEN) == [off("public.notes")]


def test_off_and_read():
    (found,) = judge(OPEN, reads=(Read("public.notes", "anon", True), Read("public.notes", "authenticated", False)))
    assert (found.message, found.confidence, found.evidence["rows_seen_by"]) == (
        "row level security is off: anon read rows",
        Confidence.PROVEN,
        ["anon"],
    )


@pytest.mark.parametrize("kind", ["table", "partitioned table"])
@pytest.mark.parametrize("forced", [True, False])
def test_on(kind, forced):
    table = replace(OPEN, kind=kind, rls=True, forced=forced)
    assert judge(table) == [passed("public.notes", "row level security is on", forced=forced)]


def test_on_and_proven_to_show_nothing():
    assert judge(replace(OPEN, rls=True), denied=("public.notes",)) == [
        passed(
            "public.notes",
            "row level security is on, and without a policy nobody sees a row",
            confidence=Confidence.PROVEN,
            forced=False,
        )
    ]


def test_what_is_said_to_show_nothing_does_not_excuse_a_table_without_rls():
    assert judge(OPEN, denied=("public.notes",)) == [off("public.notes")]


def test_off_on_the_root_of_partitions():
    assert judge(replace(OPEN, kind="partitioned table")) == [off("public.notes")]


def test_off_on_a_partition():
    leaf = replace(OPEN, parents=("public.all_notes",), partition=True)
    assert judge(leaf) == [off("public.notes", part_of=["public.all_notes"])]


@pytest.mark.parametrize("privilege", ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_any_right_of_any_api_role_counts(privilege, role):
    (found,) = judge(replace(OPEN, grants=(Grant(role, privilege),)))
    assert found.outcome == "fail"


def test_a_right_on_columns_counts():
    table = replace(OPEN, grants=(Grant("anon", "SELECT", ("id", "ssn")),))
    assert judge(table) == [off("public.notes", ("anon",), (), columns=["id", "ssn"])]


@pytest.mark.parametrize("grants", [(), (Grant("app", "SELECT"),), (Grant("anon", "REFERENCES"),)])
def test_off_and_out_of_reach(grants):
    assert judge(replace(OPEN, grants=grants)) == [
        passed("public.notes", "row level security is off, and no API role can reach the table")
    ]


def test_declared_public_and_read_only():
    assert judge(replace(OPEN, grants=READ), public=("public.countries", "public.notes")) == [
        passed("public.notes", "row level security is off, read-only and declared public", declared="public_tables")
    ]


def test_declared_public_and_writable_is_no_excuse():
    assert judge(OPEN, public=("public.notes",)) == [off("public.notes")]


def test_a_read_only_table_of_an_extension_is_information():
    (found,) = judge(replace(OPEN, grants=READ, extension="postgis"))
    assert found.outcome == "pass"
    assert "alter extension postgis set schema extensions;" in found.message


def test_a_writable_table_of_an_extension_fails_with_its_own_advice():
    (found,) = judge(replace(OPEN, extension="postgis"))
    assert found.outcome == "fail"
    assert "alter extension postgis set schema extensions;" in found.remediation


@pytest.mark.parametrize(
    ("schema", "name", "subject"),
    [
        ("public", "a.b", 'public."a.b"'),
        ("Odd", 'qu"ote', '"Odd"."qu""ote"'),
        ("public", "été", 'public."été"'),
        ("public", "order", 'public."order"'),
        ("public", "x" * 63, "public." + "x" * 63),
    ],
)
def test_hostile_names_are_quoted(schema, name, subject):
    (found,) = judge(replace(OPEN, schema=schema, name=name))
    assert found.subject == subject


def test_a_declared_name_does_not_cover_another_table():
    dotted = replace(OPEN, name="b.c", schema="a", grants=READ)
    (found,) = judge(dotted, public=("a.b.c",))
    assert found.outcome == "fail"
    (found,) = judge(dotted, public=('a."b.c"',))
    assert found.outcome == "pass"


def test_views_are_for_other_checks():
    assert judge(replace(OPEN, kind="view")) == [not_applicable("no tables in public")]


def test_tables_of_other_schemas_are_not_served():
    assert judge(replace(OPEN, exposed=False)) == [not_applicable("no tables in public")]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
