"""The checks on restore drills."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auditor.facts.policy import BackupPolicy
from auditor.facts.restore_drill import Difference, Drill, End, RestoreDrill, Skipped, TableRows, Timing, Trouble
from auditor.model import Confidence, Gap
from checks.backups.data_age import data_age
from checks.backups.nothing_skipped import nothing_skipped
from checks.backups.restore_drill import restore_drill
from checks.backups.restore_time import restore_time
from checks.backups.restored_identity import restored_identity
from checks.backups.restored_rows import restored_rows
from checks.backups.restored_schema import restored_schema

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
GOOD = Drill(
    "dump", "app.dump", End.RESTORED, taken_at=NOW, size_bytes=9, format="custom 1.14", database="app",
    restored_with="PostgreSQL 15.18 in /bin", contained=("no network",), timing=Timing(1.0, 2.0, 0.5),
    compared=True, live_database="app", live_cluster="7", live_version="15.18", objects=28,
    rows=(TableRows("public.orders", 200, 200, column="created_at", newest_restored=NOW, newest_live=NOW),),
)  # fmt: skip
CUT = Drill("dump", "app.dump", End.FAILED, "it is cut off")
UNDONE = Drill("dump", "app.dump", End.UNDONE, "the disk of /tmp is full", "free some")
ALONE = replace(GOOD, compared=False, uncompared="no answer", uncompared_hint="check it", live_database="")
CHECKS = (restore_drill, restored_schema, restored_rows, nothing_skipped, restore_time, restored_identity, data_age)


def judge(check, *drills, gaps=(), **policy):
    found = RestoreDrill(drills, NOW, gaps)
    wants = "policy" in check.__code__.co_varnames[: check.__code__.co_argcount]
    return list(check(found, BackupPolicy(**policy)) if wants else check(found))


def outcomes(check, *drills, **policy):
    return [(finding.outcome, finding.message) for finding in judge(check, *drills, **policy)]


def test_good():
    assert [outcome for check in CHECKS for outcome in outcomes(check, GOOD)] == [
        ("pass", "restored in 3.0 s: 1 tables, 200 rows"),
        ("pass", "28 tables, columns, constraints, policies, functions ... are those of the live database"),
        ("pass", "1 table have the rows of the live database"),
        ("pass", "all of it was restored"),
        ("not-applicable", "[policy.backups] names no max_restore_time; the restore took 3.0 s"),
        ("pass", "it is a dump of a database named app, as the live one is"),
        ("pass", "its newest row is 0.0 h older than the live database's, within 24 h"),
    ]


@pytest.mark.parametrize("drill", [CUT, UNDONE])
def test_nothing_passes_of_what_was_not_restored(drill):
    first, *others = [judge(check, drill) for check in CHECKS]
    assert [finding.outcome for finding in first] == ["fail" if drill is CUT else "error"]
    assert [finding.outcome for findings in others for finding in findings] == ["error"] * 6


def test_how_it_failed():
    [finding] = judge(restore_drill, CUT)
    assert (finding.message, finding.confidence) == ("it cannot be restored: it is cut off", Confidence.PROVEN)
    [finding] = judge(restore_drill, UNDONE)
    assert (finding.message, finding.remediation) == (
        "the drill could not be done: the disk of /tmp is full", "free some",
    )  # fmt: skip


def test_nothing_was_drilled():
    assert [finding.outcome for check in CHECKS for finding in judge(check)] == ["error"] * 7


def test_gaps_speak_for_themselves():
    assert [judge(check, gaps=(Gap("dump files", "none"),)) for check in CHECKS] == [[]] * 7


def test_statements_that_failed():
    [finding] = judge(restore_drill, replace(GOOD, troubles=(Trouble("TABLE a", "no"),), trouble_count=3))
    assert (finding.outcome, finding.message) == ("fail", "3 of its statements failed when it was restored")
    assert finding.evidence["failed_statements"] == [{"entry": "TABLE a", "error": "no"}]


def test_not_compared():
    assert [outcome for outcome, _ in (one for check in CHECKS for one in outcomes(check, ALONE))] == [
        "pass", "error", "error", "pass", "not-applicable", "error", "error",
    ]  # fmt: skip


def test_differences():
    certain = Difference("table", "public.a", "there", "missing")
    doubtful = Difference("policy", "public.b p", "differs", "differs", "two versions")
    drill = replace(GOOD, differences=(certain, doubtful), difference_count=2)
    first, second = judge(restored_schema, drill)
    assert (first.outcome, first.message) == ("fail", "one thing differs from the live database")
    assert first.evidence["differences"] == [
        {"kind": "table", "name": "public.a", "live": "there", "restored": "missing"}
    ]
    assert (second.outcome, second.message) == (
        "error", "1 of the live database's objects could not be compared: two versions",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("restored", "live", "exact", "outcome"),
    [
        (200, 215, True, "pass"),
        (200, 185, True, "pass"),
        (200, 300, True, "fail"),
        (300, 200, True, "fail"),
        (5, 14, True, "pass"),
        (0, 0, True, "pass"),
        (0, 23, True, "fail"),
        (0, 3, True, "error"),  # new since the backup, or hidden from it
        (0, 23, False, "fail"),  # an estimate sees no rows where there are none
        (0, 0, False, "error"),  # the silent zero
        (200, 205, False, "pass"),
        (200, 900, False, "error"),
        (200, None, False, "error"),
    ],
)
def test_rows(restored, live, exact, outcome):
    drill = replace(GOOD, rows=(TableRows("public.t", restored, live, exact),))
    assert [finding.outcome for finding in judge(restored_rows, drill)] == [outcome]


def test_the_tolerance_is_the_policys():
    drill = replace(GOOD, rows=(TableRows("public.t", 200, 300),))
    assert [one for one, _ in outcomes(restored_rows, drill, drill_row_tolerance=0.5)] == ["pass"]


def test_rows_that_were_not_counted():
    assert [one for one, _ in outcomes(restored_rows, replace(GOOD, uncounted=("public.t: no time",)))] == ["error"]


def test_what_was_left_out():
    on_purpose = Skipped("EVENT TRIGGER x", "a superuser", expected=True)
    for_want = Skipped("EXTENSION vector", "not installed here", "install it")
    assert outcomes(nothing_skipped, replace(GOOD, skipped=(on_purpose,))) == [
        ("pass", "all of it was restored but one part that a drill leaves out on purpose")
    ]
    [finding] = judge(nothing_skipped, replace(GOOD, skipped=(on_purpose, for_want)))
    assert (finding.outcome, finding.remediation, finding.evidence["not_restored"]) == (
        "error", "install it", [{"entry": "EXTENSION vector", "reason": "not installed here"}],
    )  # fmt: skip


@pytest.mark.parametrize(("seconds", "outcome"), [(2, "fail"), (3, "pass")])
def test_the_time_it_takes(seconds, outcome):
    [found] = judge(restore_time, GOOD, max_restore_time=timedelta(seconds=seconds))
    assert (found.outcome, found.evidence["recovery_s"], found.evidence["max_restore_s"]) == (outcome, 3.0, seconds)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"database": "staging"}, "fail"),
        ({"database": ""}, "error"),
        ({"cluster": "7"}, "pass"),
        ({"cluster": "8"}, "fail"),
    ],
)
def test_of_another_database(changes, outcome):
    assert [one for one, _ in outcomes(restored_identity, replace(GOOD, **changes))] == [outcome]


def test_old_data_in_a_new_file():
    old = replace(GOOD.rows[0], newest_restored=NOW - timedelta(days=300))
    [finding] = judge(data_age, replace(GOOD, rows=(old,)))
    assert (finding.outcome, finding.evidence["newest_live_in"]) == ("fail", "public.orders.created_at")


def test_no_time_column():
    assert [one for one, _ in outcomes(data_age, replace(GOOD, rows=()))] == ["not-applicable"]
