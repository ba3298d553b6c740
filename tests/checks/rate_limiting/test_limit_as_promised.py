from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.policy import Rate, RateLimitPolicy
from auditor.model import Confidence
from checks.rate_limiting.limit_as_promised import limit_as_promised
from tests.checks.rate_limiting.samples import (
    ATTEMPTS,
    BROKEN,
    HELD_BACK,
    LIMITED,
    PER_MINUTE,
    SHARED,
    UNLIMITED,
    bursts,
    outcomes,
)


class TestAsPromised:
    def judge(self, burst, limit=PER_MINUTE):
        return list(limit_as_promised(bursts(burst), RateLimitPolicy(limit=limit)))

    @pytest.mark.parametrize(
        ("accepted", "seconds", "outcome", "confidence"),
        [
            (100, 1.2, "pass", Confidence.PROVEN),
            (102, 1.2, "pass", Confidence.PROVEN),
            (103, 1.2, "fail", Confidence.OBSERVED),
            (200, 1.2, "fail", Confidence.OBSERVED),
            (201, 1.2, "fail", Confidence.PROVEN),
            (120, 12, "pass", Confidence.PROVEN),
            (121, 12, "error", Confidence.OBSERVED),
        ],
    )
    def test_limited(self, accepted, seconds, outcome, confidence):
        [found] = self.judge(replace(LIMITED, accepted=accepted, seconds=seconds))
        assert (found.outcome, found.confidence) == (outcome, confidence)

    def test_much_stricter(self):
        [found] = self.judge(replace(LIMITED, accepted=20))
        assert (found.outcome, "much stricter" in found.message) == ("pass", True)
        [found] = self.judge(replace(LIMITED, accepted=20, earlier=40))
        assert "much stricter" not in found.message

    def test_others(self):
        assert outcomes(self.judge(UNLIMITED)) == "fail"
        assert outcomes(self.judge(replace(UNLIMITED, accepted=200))) == "error"
        assert outcomes(self.judge(BROKEN)) == "error"
        assert outcomes(self.judge(SHARED)) == outcomes(self.judge(ATTEMPTS)) == "not-applicable"
        assert outcomes(self.judge(LIMITED, None)) == "not-applicable"

    @pytest.mark.parametrize(("limit", "outcome"), [(Rate(5, 1), "pass"), (Rate(100, 60), "fail")])
    def test_held_back(self, limit, outcome):
        assert outcomes(self.judge(HELD_BACK, limit)) == outcome
        assert outcomes(self.judge(replace(HELD_BACK, slowdown=None), limit)) == "error"
