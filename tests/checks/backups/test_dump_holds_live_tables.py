from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.backups import DumpedTable, LiveTable, LiveTables
from checks.backups.dump_holds_live_tables import dump_holds_live_tables
from tests.checks.backups.making import DUMP, FULL, LISTED, TABLES, found, said


def judge(*backups, more=()):
    return said(dump_holds_live_tables(found(*backups), LiveTables("app", (*TABLES.tables, *more), None)))


def table(name, rows, partitioned=False):
    return LiveTable(name, rows, partitioned=partitioned, row_security=False, inserted=0)


def test_all():
    assert judge(DUMP) == [("pass", "app.dump", "it has a place for the rows of all 2 tables")]


def test_one_is_missing():
    assert judge(DUMP, more=[table("auth.users", 5)]) == [
        ("fail", "auth.users", "the newest dump, app.dump, holds nothing of it")
    ]


def test_one_without_its_rows():
    there = replace(DUMP, tables=(*DUMP.tables, DumpedTable("public.logs", None, has_data=False)))
    assert judge(there, more=[table("public.logs", 5)]) == [
        ("fail", "public.logs", "the newest dump, app.dump, holds no rows of it")
    ]


@pytest.mark.parametrize(
    "one",
    [
        table("public.new", 0),
        table("public.prices", 50, partitioned=True),
        table("realtime.messages", 7),
        table("vault.secrets", 7),
    ],
)
def test_what_need_not_be_there(one):
    assert [outcome for outcome, *_ in judge(DUMP, more=[one])] == ["pass"]


def test_what_nobody_has_counted():
    """A crash or a reset takes the statistics; an empty table is told by its size."""
    told = "it has no rows of 1 table(s) that may hold some: the server's statistics do not count them"
    assert judge(DUMP, more=[table("public.logs", -1)]) == [("error", "app.dump", told)]
    there = replace(DUMP, tables=(*DUMP.tables, DumpedTable("public.logs", None, has_data=True)))
    assert [outcome for outcome, *_ in judge(there, more=[table("public.logs", -1)])] == ["pass"]


def test_of_something_else():
    [(outcome, name, message)] = judge(replace(DUMP, tables=(DumpedTable("public.x", 1, has_data=True),)))
    assert (outcome, name) == ("fail", "app.dump")
    assert message == "it holds none of the 2 tables of the live database: it is of something else"


def test_what_nobody_can_tell():
    assert [outcome for outcome, *_ in judge(LISTED)] == ["error"]
    assert [outcome for outcome, *_ in judge(replace(DUMP, tables=None))] == ["error"]
    assert [outcome for outcome, *_ in judge(FULL)] == ["not-applicable"]
    assert [outcome for outcome, *_ in judge()] == ["not-applicable"]
