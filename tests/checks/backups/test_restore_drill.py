"""The checks on restore drills."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from auditor.facts.restore_drill import RestoreDrill, Trouble
from auditor.model import Confidence, Gap
from checks.backups.restore_drill import restore_drill
from tests.checks.backups.drills import ALONE, CHECKS, CUT, GOOD, NOW, UNDONE, judge, outcomes


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


def test_there_is_no_backup():
    first, *others = [judge(check, empty=("dump files",)) for check in CHECKS]
    assert [(finding.outcome, finding.subject) for finding in first] == [("fail", "dump files")]
    assert [finding.outcome for findings in others for finding in findings] == ["not-applicable"] * 6


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


def test_a_drill_can_be_saved_and_judged_later():
    saved = TypeAdapter(RestoreDrill).dump_python(RestoreDrill((GOOD, CUT), NOW), mode="json")
    assert TypeAdapter(RestoreDrill).validate_python(saved) == RestoreDrill((GOOD, CUT), NOW)


def test_a_database_that_is_declared_absent_is_not_compared():
    drill = replace(ALONE, uncompared="the checklist declares database absent", alone=True)
    assert [outcome for outcome, _ in (one for check in CHECKS for one in outcomes(check, drill))] == [
        "pass", "not-applicable", "not-applicable", "pass", "not-applicable", "not-applicable", "not-applicable",
    ]  # fmt: skip
