from __future__ import annotations

from dataclasses import replace

from auditor.facts.policy import RateLimitPolicy
from auditor.facts.rate_limit import Constant, Spoof
from auditor.model import Confidence
from checks.rate_limiting.limit_not_spoofable import limit_not_spoofable
from tests.checks.rate_limiting.samples import (
    ATTEMPTS,
    BROKEN,
    HELD_BACK,
    LIMITED,
    SHARED,
    UNLIMITED,
    bursts,
    outcomes,
)


class TestNotSpoofable:
    def judge(self, burst, **policy):
        return list(limit_not_spoofable(bursts(burst), RateLimitPolicy(**policy)))

    PASSING = replace(LIMITED, spoofs=(Spoof("X-Forwarded-For", True), Spoof("X-Real-IP", False)))

    def test_none_passes(self):
        [found] = self.judge(LIMITED)
        assert (found.outcome, found.confidence) == ("pass", Confidence.PROVEN)
        assert found.message == "refused with 429, whatever address 2 headers claim"

    def test_one_passes(self):
        [found] = self.judge(self.PASSING)
        assert (found.outcome, found.confidence) == ("fail", Confidence.PROVEN)
        assert found.message == "refused with 429, and accepted with another address in X-Forwarded-For, twice"

    def test_nothing_is_concluded_from_a_private_peer(self):
        private = replace(self.PASSING, private_peer=True)
        assert outcomes(self.judge(private)) == "error"
        assert outcomes(self.judge(private, trust_private_peer=True)) == "fail"
        assert outcomes(self.judge(replace(LIMITED, private_peer=True))) == "pass"

    def test_not_all_were_tried(self):
        assert outcomes(self.judge(replace(LIMITED, spoofs_untried="the budget is used up"))) == "error"
        assert outcomes(self.judge(replace(self.PASSING, spoofs_untried="the budget is used up"))) == "fail"
        assert outcomes(self.judge(replace(LIMITED, spoofs=(), refills=True))) == "error"

    def test_no_header_no_limit(self):
        burst = replace(UNLIMITED, constant=Constant("X-Forwarded-For", 12, 11, 429))
        assert outcomes(self.judge(burst)) == "fail"
        assert outcomes(self.judge(replace(burst, private_peer=True))) == "error"

    def test_others(self):
        assert outcomes(self.judge(BROKEN)) == "error"
        for burst in (UNLIMITED, HELD_BACK, SHARED, ATTEMPTS):
            assert outcomes(self.judge(burst)) == "not-applicable"
