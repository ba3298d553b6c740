from __future__ import annotations

from dataclasses import replace

from auditor.facts.backups import Kind, Source
from auditor.facts.policy import BackupPolicy
from checks.backups.pitr_window_kept import pitr_window_kept
from tests.checks.backups.making import DAY, DUMP, FULL, HOUR, LIVE, NOW, REPO, ages, found, said


def judge(*backups, promised=3 * DAY, **more):
    return said(pitr_window_kept(found(*backups, **more), BackupPolicy(pitr_window=promised)))


def test_kept():
    assert judge(*ages(FULL, HOUR, 4 * DAY)) == [("pass", REPO, "any moment of the last 4.0 d can be restored")]


def test_too_short():
    assert judge(*ages(FULL, HOUR)) == [
        ("fail", REPO, "any moment of the last 1.0 h can be restored, and 3.0 d are promised")
    ]


def test_a_young_cluster():
    assert [one for one, *_ in judge(*ages(FULL, DAY), live=replace(LIVE, made_at=NOW - DAY - HOUR))] == ["pass"]


def test_no_log():
    assert judge(*ages(DUMP, 9 * DAY)) == [
        ("fail", "point-in-time recovery", "3.0 d are promised, and no source here archives the log")
    ]


def test_only_full_ones_can_begin_it():
    old = replace(FULL, kind=Kind.DIFFERENTIAL, stop=NOW - 9 * DAY)
    assert [one for one, *_ in judge(FULL, old)] == ["fail"]


def test_a_window_of_the_provider():
    source = Source("RDS app", archives_wal=True, window_start=NOW - 7 * DAY, window_end=NOW)
    assert [one for one, *_ in judge(sources=(source,))] == ["pass"]


def test_nothing_is_promised():
    [(outcome, _, message)] = judge(FULL, promised=None)
    assert outcome == "not-applicable"
    assert message.endswith("; pgBackRest app can restore any moment since the oldest full backup")
    assert [one for one, *_ in judge(DUMP, promised=None)] == ["not-applicable"]
