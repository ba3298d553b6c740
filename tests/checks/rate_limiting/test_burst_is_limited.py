from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.policy import Rate, RateLimitPolicy
from auditor.facts.rate_limit import Choice, Constant, End, Scope, Slowdown
from auditor.model import Confidence, failed, passed, unproven
from checks.rate_limiting.burst_is_limited import burst_is_limited
from tests.checks.rate_limiting.samples import LIMITED, PER_MINUTE, UNLIMITED, bursts, outcomes


def judge(*found, limit=None):
    return list(burst_is_limited(bursts(*found), RateLimitPolicy(limit=limit)))


def message(*found, limit=None) -> str:
    [one] = judge(*found, limit=limit)
    return one.message


def test_limited():
    assert judge(LIMITED) == [
        passed(
            "GET /api/list",
            "refused with 429 after 100 accepted in 1.2 s from one address",
            confidence=Confidence.PROVEN,
            sent_requests=127,
            accepted_requests=100,
            burst_s=1.23,
            refused_status=429,
            budget_requests=210,
            earlier_requests=0,
            unsteady_answers=0,
            scope="unknown",
            burst=[
                {"from_s": 0.0, "accepted": 60, "refused": 0, "chart": "=" * 20},
                {"from_s": 0.6, "accepted": 40, "refused": 4, "chart": "=" * 14 + "xx"},
            ],
        )
    ]


def test_what_is_known_of_the_limiter_is_told():
    burst = replace(LIMITED, scope=Scope.PER_ROUTE, other_route="/api/me", earlier=12, choice=Choice.DOCUMENT)
    assert message(burst) == (
        "refused with 429 after 100 accepted in 1.2 s from one address, while /api/me is not; the audit had sent 12 "
        "other requests to this host before; no endpoint is declared, the audit chose this one from the OpenAPI "
        "document"
    )
    assert "and so is /api/me" in message(replace(LIMITED, scope=Scope.SHARED, other_route="/api/me"))
    assert "health page" in message(replace(LIMITED, choice=Choice.HEALTH))
    assert "again and again" in message(replace(LIMITED, refills=True))


def test_shared():
    burst = replace(LIMITED, end=End.SHARED, other_route="GET /a", accepted=0, sent=1, timeline=())
    assert message(burst) == (
        "refused with 429 right after the burst to GET /a: one limiter counts for both, and it was not burst twice"
    )
    assert [one.confidence for one in judge(burst)] == [Confidence.OBSERVED]


def test_held_back():
    burst = replace(UNLIMITED, end=End.SLOWED, slowdown=Slowdown(1.2, 801.0, 200.4, 4.98))
    assert message(burst) == (
        "holds answers back instead of refusing: 4.98 a second, each after 801 ms; the first took 1 ms, and single "
        "ones afterwards 200 ms"
    )
    assert outcomes(judge(burst, replace(burst, slowdown=None))) == "pass pass"


def test_broken():
    burst = replace(LIMITED, end=End.BROKEN, reason="answers 500 after 20 accepted requests")
    assert outcomes(judge(burst)) == "error"
    assert message(burst).startswith("answers 500 after 20 accepted requests: that is no refusal")


def test_not_limited():
    [found] = judge(UNLIMITED, limit=PER_MINUTE)
    assert (found.outcome, found.confidence) == ("fail", Confidence.PROVEN)
    assert found.message == "no limit met in 206 requests in 1.2 s (167/s) from one address; 100/minute is promised"
    assert judge(replace(UNLIMITED, seconds=0.0))[0] == failed(
        "GET /api/list",
        "no limit met in 206 requests from one address",
        confidence=Confidence.PROVEN,
        **{**found.evidence, "burst_s": 0.0},
    )


@pytest.mark.parametrize(
    ("accepted", "seconds", "limit", "outcome"),
    [
        (200, 2, PER_MINUTE, "error"),
        (201, 2, PER_MINUTE, "fail"),
        (201, 60, PER_MINUTE, "error"),
        (301, 60, PER_MINUTE, "fail"),
        (20, 0.5, Rate(10, 1), "error"),
        (21, 0.5, Rate(10, 1), "fail"),
        (146, 14.6, Rate(10, 1), "error"),
        (59, 1, None, "error"),
        (60, 1, None, "fail"),
    ],
)
def test_what_proves_that_there_is_no_limit(accepted, seconds, limit, outcome):
    assert outcomes(judge(replace(UNLIMITED, accepted=accepted, seconds=seconds), limit=limit)) == outcome


def test_the_budget_that_it_takes():
    assert judge(replace(UNLIMITED, accepted=146), limit=PER_MINUTE) == [
        unproven(
            "GET /api/list",
            "no limit met in 146 requests in 1.2 s (118/s), and the promised 100/minute may let 200 through, however "
            "it counts",
            "raise [policy.rate_limiting] max_requests to 205, or run nearer to the server",
            sent_requests=210,
            accepted_requests=146,
            burst_s=1.23,
            refused_status=None,
            budget_requests=210,
            earlier_requests=0,
            unsteady_answers=0,
            scope="unknown",
        )
    ]


def test_requests_that_claim_an_address_prove_nothing_about_others():
    claiming = Constant("X-Forwarded-For", 35, 31)
    assert outcomes(judge(replace(UNLIMITED, accepted=90, constant=claiming))) == "error"


def test_no_header_no_limit():
    burst = replace(UNLIMITED, accepted=121, constant=Constant("X-Forwarded-For", 12, 11, 429))
    assert "110 requests" in message(burst)
    assert message(burst).endswith("; with one X-Forwarded-For it refuses after 11: no header, no limit")


@pytest.mark.parametrize("status", [401, 403, 422])
def test_clients_without_access_prove_nothing(status):
    assert outcomes(judge(replace(UNLIMITED, baseline_status=status))) == "error"


@pytest.mark.parametrize(("status", "outcome"), [(401, "fail"), (422, "error")])
def test_attempts(status, outcome):
    burst = replace(UNLIMITED, accepted=10, attempts=True, baseline_status=status)
    assert outcomes(judge(burst, limit=Rate(4, 60))) == outcome
    assert outcomes(judge(burst, limit=PER_MINUTE)) == outcomes(judge(burst)) == "error"


def test_the_health_page():
    assert outcomes(judge(replace(UNLIMITED, choice=Choice.HEALTH))) == "error"


def test_unsteady():
    assert outcomes(judge(replace(UNLIMITED, unsteady=10), replace(UNLIMITED, unsteady=110))) == "fail error"
