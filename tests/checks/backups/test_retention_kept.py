from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.backups import Kind, Source
from auditor.facts.policy import BackupPolicy
from checks.backups.retention_kept import retention_kept
from tests.checks.backups.making import CUT, DAY, DUMP, FULL, HOUR, LIVE, NOW, ages, found, said


def judge(*backups, **more):
    return said(retention_kept(found(*backups, **more), BackupPolicy()))


@pytest.mark.parametrize(("reach", "outcome"), [(8 * DAY, "pass"), (6 * DAY + HOUR, "pass"), (5 * DAY, "fail")])
def test_how_far_back(reach, outcome):
    """A week of daily backups reaches back six to seven days, whenever one looks."""
    assert [one for one, *_ in judge(*ages(DUMP, HOUR, reach))] == [outcome]


def test_what_it_says():
    assert judge(*ages(DUMP, HOUR, 4 * DAY)) == [
        ("fail", "app.dump-1", "backups reach back 4.0 d, and 7.0 d are promised")
    ]


def test_a_young_cluster():
    live = replace(LIVE, made_at=NOW - 2 * DAY)
    assert [one for one, *_ in judge(*ages(DUMP, HOUR, DAY + HOUR), live=live)] == ["pass"]
    assert [one for one, *_ in judge(*ages(DUMP, HOUR), live=live)] == ["fail"]


def test_what_does_not_reach_back():
    damaged = replace(CUT, stop=NOW - 9 * DAY)
    incremental = replace(FULL, kind=Kind.INCREMENTAL, stop=NOW - 9 * DAY)
    assert [one for one, *_ in judge(DUMP, damaged, incremental)] == ["fail"]


def test_a_window():
    source = Source("Supabase", archives_wal=True, window_start=NOW - 8 * DAY, window_end=NOW)
    assert [one for one, *_ in judge(DUMP, sources=(source,))] == ["pass"]


def test_nothing():
    assert [one for one, *_ in judge()] == ["not-applicable"]
