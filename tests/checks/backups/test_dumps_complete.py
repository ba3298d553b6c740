from __future__ import annotations

from dataclasses import replace

from auditor.facts.backups import Status
from checks.backups.dumps_complete import dumps_complete
from tests.checks.backups.making import CUT, DAY, DUMP, FULL, HOUR, LISTED, NOW, found, outcomes, said

PARTIAL = replace(DUMP, status=Status.PARTIAL, problem="it holds no rows of any table")


def judge(*backups, **more):
    return said(dumps_complete(found(*backups, **more)))


def test_read_to_its_end():
    [one] = dumps_complete(found(DUMP))
    assert (one.outcome, one.confidence) == ("pass", "proven")
    assert (one.evidence["tables"], one.evidence["rows"]) == (2, 2021)


def test_cut_off():
    cut = ("fail", "cut.dump", "this dump is not good: it is cut off")
    assert judge(CUT) == [cut]
    assert judge(CUT, DUMP) == [cut, ("pass", "app.dump", "it was read to its end and is whole")]


def test_not_read_in_full():
    assert outcomes(dumps_complete(found(replace(DUMP, in_full=False)))) == ["error"]
    assert judge(LISTED) == [("error", "app/1.dump", "nobody has looked inside: only its name and size are known")]
    assert judge(replace(LISTED, encrypted=True))[0][2] == "nobody has looked inside: it is encrypted"


def test_only_the_newest_has_to_be_read_in_full():
    assert outcomes(dumps_complete(found(DUMP, replace(DUMP, in_full=False, stop=NOW - DAY)))) == ["pass"]


def test_unread():
    unread = replace(CUT, status=Status.UNREAD, problem="it cannot be read")
    assert judge(unread) == [("error", "cut.dump", "it cannot be read")]


def test_only_definitions():
    assert judge(PARTIAL) == [("fail", "app.dump", "this dump is no backup: it holds no rows of any table")]
    assert outcomes(dumps_complete(found(PARTIAL, replace(DUMP, stop=NOW - HOUR)))) == ["pass"]


def test_being_written():
    running = replace(CUT, status=Status.RUNNING)
    assert judge(running) == [("error", "cut.dump", "the only dump is being written now")]
    assert outcomes(dumps_complete(found(running, DUMP))) == ["pass"]


def test_of_another_database():
    assert outcomes(dumps_complete(found(replace(CUT, database="other")))) == ["not-applicable"]


def test_no_dumps():
    assert outcomes(dumps_complete(found(FULL))) == ["not-applicable"]
