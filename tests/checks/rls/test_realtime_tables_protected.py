from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Relation
from auditor.facts.policy import RlsPolicy
from auditor.model import Gap, failed, not_applicable, passed, unproven
from checks.rls.realtime_tables_protected import realtime_tables_protected

NOTES = Relation("public", "notes", "table", "postgres", True)


def judge(*published, table=NOTES, public=(), gaps=()):
    catalog = Catalog(("public",), "a test", "app", (table,), published=published, gaps=gaps)
    return list(realtime_tables_protected(catalog, RlsPolicy(public_tables=public)))


def unprotected(subject="public.notes"):
    return failed(subject, "is published by Realtime without row level security")


@pytest.mark.parametrize("exposed", [True, False])
@pytest.mark.parametrize("kind", ["table", "partitioned table"])
def test_published_without_rls(exposed, kind):
    assert judge("public.notes", table=replace(NOTES, exposed=exposed, kind=kind)) == [unprotected()]


def test_published_with_rls():
    assert judge("public.notes", table=replace(NOTES, rls=True)) == [
        passed("public.notes", "published, with row level security")
    ]


def test_declared_public():
    assert judge("public.notes", public=("public.notes",)) == [
        passed("public.notes", "published, and declared public", declared="public_tables")
    ]


def test_a_table_that_nobody_lists_is_no_pass():
    assert judge("core.ledger", "public.notes") == [
        unproven("core.ledger", "published, and the catalogs do not list it"),
        unprotected(),
    ]


def test_nothing_is_published():
    assert judge() == [not_applicable("the publication supabase_realtime is empty or not there")]


def test_hostile_names_are_quoted_and_not_covered_by_another_declaration():
    table = replace(NOTES, schema="a", name="b.c")
    assert judge('a."b.c"', table=table, public=("a.b.c",)) == [unprotected('a."b.c"')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
