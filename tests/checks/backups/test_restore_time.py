"""The time it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checks.backups.restore_time import restore_time
from tests.checks.backups.drills import GOOD, judge


@pytest.mark.parametrize(("seconds", "outcome"), [(2, "fail"), (3, "pass")])
def test_the_time_it_takes(seconds, outcome):
    [found] = judge(restore_time, GOOD, max_restore_time=timedelta(seconds=seconds))
    assert (found.outcome, found.evidence["recovery_s"], found.evidence["max_restore_s"]) == (outcome, 3.0, seconds)
