from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auditor.facts.backups import Backup, Backups
from auditor.facts.policy import BackupPolicy
from auditor.model import Gap, failed, passed, unproven
from checks.backups.recent_backup import recent_backup

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRESH = Backup("dump", "app.dump", NOW - 3 * HOUR, 139_664, True, format="custom 1.16", server_version="18.0")
BROKEN = replace(FRESH, name="cut.dump", taken_at=NOW - HOUR, good=False, problem="it ends inside its header")
NOT_GOOD = failed("cut.dump", "this backup is not good: it ends inside its header", source="dump")


def judge(*backups, max_age=24 * HOUR, sources=("dump files",), gaps=()):
    return list(recent_backup(Backups(sources, backups, NOW, gaps), BackupPolicy(max_age=max_age)))


def newest(judge_, message, age, taken_at, backups=1, limit=24.0):
    return judge_(
        "app.dump",
        f"the newest good backup is {message} h",
        age_h=age,
        max_age_h=limit,
        size_bytes=139_664,
        format="custom 1.16",
        taken_at=taken_at,
        backups=backups,
    )


def test_fresh():
    assert judge(FRESH) == [newest(passed, "3.0 h old, within 24", 3.0, "2026-11-24T15:00:00+00:00")]


def test_old():
    old = replace(FRESH, taken_at=NOW - 9 * 24 * HOUR)
    assert judge(old) == [newest(failed, "216.0 h old, beyond 24", 216.0, "2026-11-15T18:00:00+00:00")]


@pytest.mark.parametrize(
    ("age", "outcome"),
    [
        (24 * HOUR - timedelta(seconds=1), "pass"),
        (24 * HOUR, "pass"),
        (24 * HOUR + timedelta(microseconds=1), "fail"),
        (24 * HOUR + timedelta(seconds=1), "fail"),
    ],
)
def test_at_the_limit(age, outcome):
    [found] = judge(replace(FRESH, taken_at=NOW - age))
    assert found.outcome == outcome
    assert ("within" in found.message) == (outcome == "pass")


def test_minutes_are_told():
    [found] = judge(replace(FRESH, taken_at=NOW - timedelta(minutes=20)))
    assert (found.message, found.evidence["age_h"]) == ("the newest good backup is 0.3 h old, within 24 h", 0.33)


def test_the_policy_decides():
    assert judge(FRESH, max_age=timedelta(minutes=90)) == [
        newest(failed, "3.0 h old, beyond 1.5", 3.0, "2026-11-24T15:00:00+00:00", limit=1.5)
    ]


def test_the_newest_counts():
    older = replace(FRESH, name="older.dump", taken_at=NOW - 900 * HOUR)
    for order in ((FRESH, older), (older, FRESH)):
        assert judge(*order) == [newest(passed, "3.0 h old, within 24", 3.0, "2026-11-24T15:00:00+00:00", 2)]


def test_a_broken_one_that_is_newer_does_not_count():
    assert judge(BROKEN, FRESH) == [
        NOT_GOOD,
        newest(passed, "3.0 h old, within 24", 3.0, "2026-11-24T15:00:00+00:00", 2),
    ]


def test_only_broken_ones():
    assert judge(BROKEN) == [
        NOT_GOOD,
        failed("dump files", "there is no good backup", backups=1, sources=["dump files"]),
    ]


def test_none():
    assert judge(sources=("dump files", "pgBackRest")) == [
        failed("dump files, pgBackRest", "there is no good backup", backups=0, sources=["dump files", "pgBackRest"])
    ]


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=5)])
def test_clocks_may_differ_a_little(ahead):
    taken = NOW + ahead
    assert judge(replace(FRESH, taken_at=taken)) == [newest(passed, "0.0 h old, within 24", 0.0, taken.isoformat())]


AHEAD = replace(FRESH, name="ahead.dump", taken_at=NOW + timedelta(minutes=5, seconds=1))
NOBODY_KNOWS = unproven(
    "ahead.dump",
    "this backup is dated in the future, 2026-11-24 18:05 UTC: nobody can tell its age",
    "set the clocks, or the time of the file",
    source="dump",
    taken_at="2026-11-24T18:05:01+00:00",
)


def test_a_backup_from_the_future_is_not_recent():
    assert judge(AHEAD) == [NOBODY_KNOWS]


def test_a_backup_from_the_future_does_not_hide_the_newest():
    old = replace(FRESH, taken_at=NOW - 30 * HOUR)
    assert judge(AHEAD, old) == [
        NOBODY_KNOWS,
        newest(failed, "30.0 h old, beyond 24", 30.0, "2026-11-23T12:00:00+00:00", 2),
    ]


def test_gaps_only():
    assert judge(gaps=(Gap("pgBackRest", "the report cannot be read"),)) == []


def test_broken_ones_and_a_gap():
    assert judge(BROKEN, gaps=(Gap("pgBackRest", "the report cannot be read"),)) == [NOT_GOOD]
