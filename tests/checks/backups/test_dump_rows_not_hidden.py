from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.backups import DumpedTable, LiveTable, LiveTables
from checks.backups.dump_rows_not_hidden import dump_rows_not_hidden
from tests.checks.backups.making import DUMP, FULL, HOUR, NOW, TABLES, found, said


def judge(dumped, live, *, since=None, inserted=None, secured=True):
    one = replace(DUMP, tables=(DumpedTable("public.tenants", dumped, has_data=dumped is not None),))
    inserted = live if inserted is None else inserted
    tables = LiveTable("public.tenants", live, partitioned=False, row_security=secured, inserted=inserted)
    return said(dump_rows_not_hidden(found(one), LiveTables("app", (tables,), since)))


def test_all_rows():
    assert judge(21, 21) == [("pass", "app.dump", "the rows of 1 tables with row level security are in it")]


def test_none_of_them():
    assert judge(0, 23) == [("fail", "public.tenants", "the newest dump, app.dump, holds 0 of its about 23 rows")]


@pytest.mark.parametrize(
    ("dumped", "live", "outcome"),
    [
        (0, 1, "fail"),
        (4, 10, "fail"),
        (5, 10, "pass"),
        (1, 9, "pass"),
        (30, 20, "pass"),
        (0, 0, "pass"),
        (20, 100, "fail"),
    ],
)
def test_some_of_them(dumped, live, outcome):
    assert [one for one, *_ in judge(dumped, live)] == [outcome]


def test_rows_that_came_since_the_dump():
    """The statistics began after it, and counted them."""
    later, before = NOW - HOUR, NOW - 5 * HOUR
    assert [one for one, *_ in judge(0, 23, since=later, inserted=23)] == ["pass"]
    assert [one for one, *_ in judge(0, 23, since=later, inserted=3)] == ["fail"]
    assert [one for one, *_ in judge(0, 23, since=before, inserted=23)] == ["fail"]


def test_a_table_that_was_empty():
    """The role sees the rows of another table with row level security: it is no wonder that a few came since."""
    tables = (DumpedTable("public.jobs", 0, has_data=True), DumpedTable("public.tenants", 21, has_data=True))
    for rows, outcome in ((3, "pass"), (30, "fail")):
        jobs = LiveTable("public.jobs", rows, partitioned=False, row_security=True, inserted=rows)
        live = LiveTables("app", (jobs, *TABLES.tables), None)
        found_ = said(dump_rows_not_hidden(found(replace(DUMP, tables=tables)), live))
        assert [one for one, *_ in found_] == [outcome]


def test_what_nobody_can_tell():
    assert [one for one, *_ in judge(None, 23)] == ["error"]  # the table is missing: another check's finding
    assert [one for one, *_ in judge(3, -1)] == ["error"]
    not_in_full = found(replace(DUMP, in_full=False))
    assert [one for one, *_ in said(dump_rows_not_hidden(not_in_full, TABLES))] == ["error"]


def test_what_is_not_asked():
    assert [one for one, *_ in judge(3, 3, secured=False)] == ["not-applicable"]
    assert [one for one, *_ in said(dump_rows_not_hidden(found(FULL), TABLES))] == ["not-applicable"]
    assert [one for one, *_ in said(dump_rows_not_hidden(found(), TABLES))] == ["not-applicable"]
