from __future__ import annotations

from dataclasses import replace

from auditor.facts.backups import Release
from checks.backups.backup_before_release import backup_before_release
from tests.checks.backups.making import CUT, DUMP, FULL, HOUR, LISTED, MINUTE, NOW, found, said

READY = NOW - 4 * HOUR
SINCE = "since commit abc, 2026-11-24 14:00 UTC"


def judge(*backups, ready=READY):
    return said(backup_before_release(found(*backups), Release(ready, "commit abc")))


def test_begun_after_it():
    assert judge(DUMP) == [("pass", "app.dump", f"it was begun {SINCE}")]
    assert [one for one, *_ in judge(FULL)] == ["pass"]


def test_begun_before_it():
    """It ended after: what it holds is the state of its beginning."""
    early = replace(DUMP, start=READY - MINUTE)
    assert judge(early) == [("fail", "app.dump", f"no backup was begun {SINCE}")]
    assert [one for one, *_ in judge(early, FULL)] == ["pass"]


def test_none():
    assert judge() == [("fail", "commit abc", f"no backup was begun {SINCE}")]
    assert [one for one, *_ in judge(CUT)] == ["fail"]


def test_when_it_was_begun_is_not_known():
    assert [one for one, *_ in judge(replace(DUMP, start=None))] == ["error"]
    assert [one for one, *_ in judge(LISTED)] == ["error"]
    assert [one for one, *_ in judge(replace(DUMP, start=None, stop=READY - MINUTE))] == ["fail"]


def test_in_the_future():
    assert [one for one, *_ in judge(DUMP, ready=NOW + HOUR)] == ["error"]


def test_not_asked_for():
    assert [one for one, *_ in judge(DUMP, ready=None)] == ["not-applicable"]
