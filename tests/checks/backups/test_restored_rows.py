"""Differences of rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.restore_drill import TableRows
from checks.backups.restored_rows import restored_rows
from tests.checks.backups.drills import GOOD, judge, outcomes


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


def test_no_table_is_no_pass():
    assert outcomes(restored_rows, replace(GOOD, rows=())) == [
        ("error", "it has no table of the live database, so there are no rows to compare")
    ]


def test_the_tolerance_is_the_policys():
    drill = replace(GOOD, rows=(TableRows("public.t", 200, 300),))
    assert [one for one, _ in outcomes(restored_rows, drill, drill_row_tolerance=0.5)] == ["pass"]


def test_rows_that_were_not_counted():
    assert [one for one, _ in outcomes(restored_rows, replace(GOOD, uncounted=("public.t: no time",)))] == ["error"]
