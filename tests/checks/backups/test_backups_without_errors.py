from __future__ import annotations

from dataclasses import replace

from auditor.facts.backups import Status
from checks.backups.backups_without_errors import backups_without_errors
from tests.checks.backups.making import CUT, DAY, DUMP, FULL, REPO, ages, found, said

BAD = replace(FULL, name="bad", status=Status.DAMAGED, problem="pgBackRest found page errors in it")


def judge(*backups):
    return said(backups_without_errors(found(*backups)))


def test_sound():
    assert judge(*ages(FULL, DAY, 2 * DAY)) == [("pass", REPO, "no errors inside 2 backups")]


def test_page_errors():
    """Fresh, and finished with status ok."""
    assert judge(FULL, BAD) == [
        ("fail", "bad", "this backup is not sound: pgBackRest found page errors in it"),
        ("pass", REPO, "no errors inside 1 backups"),
    ]


def test_one_that_does_not_say():
    assert judge(replace(FULL, hint="pgBackRest does not say")) == [("error", FULL.name, "pgBackRest does not say")]


def test_tools_that_do_not_look_inside():
    for one in (replace(FULL, source="barman app"), DUMP, CUT):
        [(outcome, _, _)] = judge(one)
        assert outcome == "not-applicable"
