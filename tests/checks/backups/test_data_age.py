"""How new its rows are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from checks.backups.data_age import data_age
from tests.checks.backups.drills import GOOD, NOW, judge, outcomes


def test_old_data_in_a_new_file():
    old = replace(GOOD.rows[0], newest_restored=NOW - timedelta(days=300))
    [finding] = judge(data_age, replace(GOOD, rows=(old,)))
    assert (finding.outcome, finding.evidence["newest_live_in"]) == ("fail", "public.orders.created_at")


def test_no_time_column():
    assert [one for one, _ in outcomes(data_age, replace(GOOD, rows=()))] == ["not-applicable"]
