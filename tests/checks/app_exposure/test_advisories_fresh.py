from __future__ import annotations

from datetime import timedelta

import pytest

from auditor.facts.next_build import NextBuild
from auditor.facts.policy import ExposurePolicy
from checks.app_exposure.advisories_fresh import advisories_fresh


@pytest.mark.parametrize(
    ("present", "age", "verdict"), [(True, 30, "pass"), (True, 31, "fail"), (False, 999, "not-applicable")]
)
def test_cases(present, age, verdict):
    policy = ExposurePolicy(advisories_max_age=timedelta(days=30))
    (finding,) = advisories_fresh(NextBuild("https://x", present, age_days=age), policy)
    assert str(finding.outcome) == verdict
