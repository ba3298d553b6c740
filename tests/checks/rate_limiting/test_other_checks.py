from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.policy import Rate, RateLimitPolicy
from auditor.facts.rate_limit import Constant, End, Slowdown, Spoof
from auditor.facts.rate_limit_auth import AuthLimit, AuthLimits
from auditor.facts.rate_limit_headers import Advertised
from auditor.model import Confidence
from checks.rate_limiting.announced_limits_enforced import announced_limits_enforced
from checks.rate_limiting.auth_limits_kept import auth_limits_kept
from checks.rate_limiting.limit_as_promised import limit_as_promised
from checks.rate_limiting.limit_not_spoofable import limit_not_spoofable
from checks.rate_limiting.refusals_are_429 import refusals_are_429
from checks.rate_limiting.refusals_say_when import refusals_say_when
from tests.checks.rate_limiting.samples import LIMITED, PER_MINUTE, UNLIMITED, bursts, outcomes

ATTEMPTS = replace(LIMITED, attempts=True, accepted=5, spoofs=())
BROKEN = replace(LIMITED, end=End.BROKEN, reason="answers 500 after 20 accepted requests")
HELD_BACK = replace(UNLIMITED, end=End.SLOWED, slowdown=Slowdown(1.0, 800.0, 200.0, 5.0))
SHARED = replace(LIMITED, end=End.SHARED, accepted=0)


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


@pytest.mark.parametrize(
    ("burst", "outcome"),
    [
        (LIMITED, "pass"),
        (SHARED, "pass"),
        (replace(LIMITED, refused_status=423), "pass"),
        (replace(LIMITED, refused_status=503, signal="503"), "fail"),
        (replace(LIMITED, refused_status=200, signal="another body"), "fail"),
        (replace(LIMITED, refused_status=0, signal="closed connections"), "fail"),
        (UNLIMITED, "not-applicable"),
        (HELD_BACK, "not-applicable"),
    ],
)
def test_refusals_are_429(burst, outcome):
    assert outcomes(refusals_are_429(bursts(burst))) == outcome


@pytest.mark.parametrize(
    ("burst", "outcome"),
    [
        (LIMITED, "pass"),
        (replace(LIMITED, retry_after="", retry_after_s=None), "fail"),
        (replace(LIMITED, retry_after="soon", retry_after_s=None), "fail"),
        (
            replace(
                LIMITED, retry_after="", retry_after_s=None, advertised=(Advertised("RateLimit", 100, 0, None, 60.0),)
            ),
            "pass",
        ),
        (replace(LIMITED, refused_status=0), "not-applicable"),
        (UNLIMITED, "not-applicable"),
    ],
)
def test_refusals_say_when(burst, outcome):
    assert outcomes(refusals_say_when(bursts(burst))) == outcome


@pytest.mark.parametrize(
    ("burst", "said", "outcome"),
    [
        (LIMITED, (), "not-applicable"),
        (LIMITED, (Advertised("RateLimit", None, 3),), "not-applicable"),
        (LIMITED, (Advertised("RateLimit", 100, 99, 60.0),), "pass"),
        (UNLIMITED, (Advertised("RateLimit", 100, 99, 60.0),), "fail"),
        (replace(UNLIMITED, accepted=150), (Advertised("RateLimit", 100, 99, 60.0),), "fail"),
        (UNLIMITED, (Advertised("RateLimit", 100, 99, 1.0),), "error"),
        (UNLIMITED, (Advertised("RateLimit", 1000, 999),), "error"),
        (UNLIMITED, (Advertised("RateLimit", 0, 0, 0.0),), "fail"),
    ],
)
def test_announced_limits_enforced(burst, said, outcome):
    assert outcomes(announced_limits_enforced(bursts(replace(burst, advertised=said)))) == outcome


class TestAuth:
    def test_without_a_token(self):
        assert outcomes(auth_limits_kept(AuthLimits(False))) == "error"

    def test_none(self):
        assert outcomes(auth_limits_kept(AuthLimits(True))) == "not-applicable"

    @pytest.mark.parametrize(("count", "outcome"), [(30, "pass"), (299, "pass"), (300, "fail"), (0, "error")])
    def test_each(self, count, outcome):
        [found] = auth_limits_kept(AuthLimits(True, (AuthLimit("verify", count),), True))
        assert (found.outcome, found.subject, found.evidence["captcha"]) == (outcome, "rate_limit_verify", True)
