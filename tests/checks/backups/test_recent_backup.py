from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.facts.backups import Kind, Source, Status
from auditor.facts.policy import BackupPolicy
from auditor.model import Confidence, Gap, failed, passed, unproven
from checks.backups.recent_backup import recent_backup
from tests.checks.backups.making import (
    CUT,
    DAY,
    DUMP,
    DUMPS,
    ELSEWHERE,
    FULL,
    HOUR,
    LISTED,
    NOW,
    REPO,
    ages,
    found,
    outcomes,
    said,
)

UNREAD = replace(DUMP, name="new.dump", status=Status.UNREAD, problem="its archive version is 1.17", hint="update",
                 stop=NOW - HOUR)  # fmt: skip


def judge(*backups, max_age=24 * HOUR, **more):
    return list(recent_backup(found(*backups, **more), BackupPolicy(max_age=max_age)))


def test_fresh():
    assert judge(DUMP) == [
        passed(
            "app.dump",
            "the newest good backup is 3.0 h old, within 24 h",
            confidence=Confidence.OBSERVED,
            age_h=3.0,
            max_age_h=24.0,
            size_bytes=139_664,
            kind="logical",
            format="custom 1.14",
            source=DUMPS,
            started_at="2026-11-24T14:59:00+00:00",
            taken_at="2026-11-24T15:00:00+00:00",
            backups=1,
        )
    ]


@pytest.mark.parametrize(
    ("age", "outcome"),
    [
        (24 * HOUR - timedelta(seconds=1), "pass"),
        (24 * HOUR, "pass"),
        (24 * HOUR + timedelta(microseconds=1), "fail"),
        (9 * DAY, "fail"),
        (timedelta(minutes=-4), "pass"),
    ],
)
def test_its_age(age, outcome):
    [one] = judge(*ages(DUMP, age))
    assert one.outcome == outcome
    assert ("within" in one.message) == (outcome == "pass")


def test_the_newest_of_all_sources_counts():
    assert [one.subject for one in judge(*ages(DUMP, 9 * DAY), FULL, *ages(LISTED, 5 * HOUR))] == [FULL.name]


def test_a_listing_is_called_one():
    [one] = judge(LISTED)
    assert (one.outcome, one.confidence) == ("pass", Confidence.INFERRED)
    assert one.message == "the newest backup in the listing is 3.0 h old, within 24 h"


@pytest.mark.parametrize(
    "other",
    [
        CUT,
        replace(DUMP, status=Status.PARTIAL),
        replace(DUMP, status=Status.RUNNING),
        replace(FULL, status=Status.FAILED),
        replace(FULL, status=Status.DAMAGED),
        replace(DUMP, database="other"),
        replace(FULL, cluster=ELSEWHERE),
    ],
)
def test_what_does_not_count(other):
    assert outcomes(judge(other)) == ["fail"]
    assert outcomes(judge(other, *ages(DUMP, 9 * DAY))) == ["fail"]


def test_nothing():
    assert judge(sources=(Source(DUMPS), Source(REPO))) == [
        failed(
            "dump files, pgBackRest app",
            "there is no good backup",
            backups=0,
            of_others=0,
            sources=[DUMPS, REPO],
            not_good=[],
        )
    ]


def test_nothing_good():
    assert judge(CUT, replace(DUMP, database="other")) == [
        failed(
            "dump files",
            "there is no good backup of this database",
            backups=2,
            of_others=1,
            sources=[DUMPS],
            not_good=[{"name": "cut.dump", "status": "damaged", "problem": "it is cut off"}],
        )
    ]


def test_what_could_not_be_read_may_be_one():
    assert judge(UNREAD) == [
        unproven("new.dump", "nobody can tell whether this backup is good: its archive version is 1.17", "update")
    ]
    [one] = judge(UNREAD, *ages(DUMP, 2 * DAY))
    assert (one.outcome, one.evidence["unread"]) == ("error", ["new.dump"])
    assert outcomes(judge(UNREAD, DUMP)) == ["pass"]
    assert outcomes(judge(replace(UNREAD, stop=NOW - 3 * DAY), *ages(DUMP, 2 * DAY))) == ["fail"]


def test_a_source_that_tells_nothing():
    """The engine makes an error of the gap."""
    assert judge(gaps=(Gap(REPO, "no report"),), sources=(Source(REPO),)) == []
    assert outcomes(judge(DUMP, gaps=(Gap(REPO, "no report"),))) == ["pass"]


def test_in_the_future():
    [ahead] = ages(DUMP, -HOUR)
    assert judge(ahead) == [
        unproven(
            "app.dump-0",
            "this backup is dated in the future, 2026-11-24 19:00 UTC: nobody can tell its age",
            "set the clocks, or the time of the file",
            source=DUMPS,
            taken_at="2026-11-24T19:00:00+00:00",
        )
    ]
    assert outcomes(judge(ahead, DUMP)) == ["error", "pass"]


def test_each_database_when_nobody_knows_which_is_live():
    other = replace(ages(DUMP, 9 * DAY)[0], database="other")
    assert said(judge(DUMP, other, live=None)) == [
        ("pass", "app.dump", "the newest good backup of app is 3.0 h old, within 24 h"),
        ("fail", "app.dump-0", "the newest good backup of other is 216.0 h old, beyond 24 h"),
    ]
    assert outcomes(judge(DUMP, replace(other, database=""), live=None)) == ["pass"]


def test_each_server_when_nobody_knows_which_is_live():
    """barman and RDS tell of all of theirs, and not which cluster each is."""
    one = replace(FULL, source="barman app", name="fresh", cluster="")
    other = replace(ages(one, 9 * DAY)[0], source="barman billing", name="old")
    assert [(o, name) for o, name, _ in said(judge(one, other))] == [("pass", "fresh"), ("fail", "old")]
    assert [name for _, name, _ in said(judge(one, other, DUMP))] == ["app.dump"]
    assert [name for _, name, _ in said(judge(one, other, *ages(DUMP, 3 * DAY)))] == ["fresh", "old"]
    assert outcomes(judge(one)) == ["pass"]


def test_incremental_ones_count():
    assert outcomes(judge(replace(FULL, kind=Kind.INCREMENTAL))) == ["pass"]
