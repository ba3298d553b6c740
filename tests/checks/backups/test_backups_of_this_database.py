from __future__ import annotations

from dataclasses import replace

from checks.backups.backups_of_this_database import backups_of_this_database
from tests.checks.backups.making import DUMP, FULL, found, said

OTHER = replace(DUMP, name="other.dump", database="staging")


def judge(*backups, **more):
    return said(backups_of_this_database(found(*backups, **more)))


def test_of_this_one():
    assert judge(DUMP, OTHER) == [("pass", "app.dump", "it is of app, the live database")]


def test_of_another_one():
    assert judge(OTHER) == [("fail", "other.dump", "it is of staging, and the live database is another one")]


def test_what_nobody_can_tell():
    assert [one for one, *_ in judge(DUMP, live=None)] == ["error"]
    assert [one for one, *_ in judge(replace(DUMP, database=""), FULL)] == ["not-applicable"]
