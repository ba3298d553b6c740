from __future__ import annotations

from dataclasses import replace

from auditor.facts.backups import Source
from auditor.facts.policy import BackupPolicy
from checks.backups.backup_schedule_kept import backup_schedule_kept
from tests.checks.backups.making import DAY, DUMP, HOUR, LIVE, MINUTE, NOW, ages, found, said


def judge(*lengths, **more):
    return said(backup_schedule_kept(found(*ages(DUMP, *lengths), **more), BackupPolicy()))


def test_every_day():
    late = [number * DAY + HOUR * (number % 2) for number in range(8)]
    assert judge(*late) == [("pass", "backup history", "8 backups, at most 25.0 h apart")]


def test_one_day_without():
    assert judge(HOUR, DAY + HOUR, 3 * DAY + HOUR, 4 * DAY + HOUR) == [
        ("fail", "backup history", "between 2026-11-21 17:00 UTC and 2026-11-23 17:00 UTC there is no backup")
    ]


def test_what_is_long_ago_does_not_count():
    assert [one for one, *_ in judge(*[n * DAY for n in range(9)], 30 * DAY)] == ["pass"]


def test_too_little_to_tell():
    for lengths in ([HOUR], [HOUR, HOUR + MINUTE, 2 * HOUR], [HOUR, DAY + HOUR]):
        assert [one for one, *_ in judge(*lengths)] == ["error"]


def test_all_long_ago():
    assert [one for one, *_ in judge(30 * DAY, 31 * DAY, 32 * DAY)] == ["error"]


def test_a_young_cluster():
    assert [one for one, *_ in judge(HOUR, live=replace(LIVE, made_at=NOW - DAY))] == ["not-applicable"]


def test_a_window():
    source = Source("Supabase", archives_wal=True, window_start=NOW - 8 * DAY, window_end=NOW)
    assert [one for one, *_ in judge(HOUR, sources=(source,))] == ["pass"]


def test_nothing():
    assert [one for one, *_ in judge()] == ["not-applicable"]
