from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.policy import Rate, RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts
from auditor.model import Confidence, Gap, failed, passed, unproven
from checks.rate_limiting.burst_is_limited import burst_is_limited

UNLIMITED = Burst("GET /api/list", 200, 150, 146, 1.234)
LIMITED = replace(UNLIMITED, sent=111, accepted=100, refused_status=429, confirmed=True, retry_after="60")
PER_MINUTE = Rate(100, 60)


def judge(*bursts, limit=None, gaps=()):
    return list(burst_is_limited(Bursts(bursts, gaps), RateLimitPolicy(limit=limit)))


def evidence(burst):
    return {
        "sent_requests": burst.sent,
        "accepted_requests": burst.accepted,
        "burst_s": 1.23,
        "refused_status": burst.refused_status,
    }


@pytest.mark.parametrize("status", [429, 503, 403, 423])
def test_refused(status):
    burst = replace(LIMITED, refused_status=status)
    assert judge(burst, limit=PER_MINUTE) == [
        passed(
            "GET /api/list",
            f"refused with {status} after 100 accepted in 1.2 s",
            confidence=Confidence.PROVEN,
            **evidence(burst),
        )
    ]


def test_refused_by_closing_connections():
    burst = replace(LIMITED, refused_status=0)
    assert judge(burst) == [
        passed(
            "GET /api/list",
            "refused with closed connections after 100 accepted in 1.2 s",
            confidence=Confidence.PROVEN,
            **evidence(burst),
        )
    ]


@pytest.mark.parametrize(("status", "shown"), [(429, "429"), (503, "503"), (500, "500"), (0, "closed connections")])
def test_refused_once(status, shown):
    burst = replace(LIMITED, refused_status=status, confirmed=False)
    assert judge(burst) == [
        unproven(
            "GET /api/list",
            f"{shown} appeared once in the burst and was not confirmed: it may be an unsteady server",
            "run the audit again when the server is quiet",
            **evidence(burst),
        )
    ]


@pytest.mark.parametrize("status", [500, 502, 504, 200, 302, 401, 404])
def test_a_server_that_breaks_down_is_not_limited(status):
    burst = replace(LIMITED, refused_status=status)
    assert judge(burst) == [
        unproven(
            "GET /api/list",
            f"answers {status} after 100 accepted in 1.2 s: that is no refusal, the server may have broken down",
            "look at its log; a limit answers 429 (RFC 6585)",
            **evidence(burst),
        )
    ]


@pytest.mark.parametrize("limit", [None, PER_MINUTE, Rate(145, 60)])
def test_not_refused(limit):
    assert judge(UNLIMITED, limit=limit) == [
        failed(
            "GET /api/list",
            "no limit met from one address: 146 accepted in 1.2 s",
            confidence=Confidence.PROVEN,
            **evidence(UNLIMITED),
        )
    ]


@pytest.mark.parametrize("count", [146, 147, 1000])
def test_fewer_requests_than_promised_prove_nothing(count):
    assert judge(UNLIMITED, limit=Rate(count, 60)) == [
        unproven(
            "GET /api/list",
            f"no limit met: 146 accepted in 1.2 s, no more than the promised {count}/minute",
            f"raise [policy.rate_limiting] max_requests above {2 * count}, or run nearer to the server",
            **evidence(UNLIMITED),
        )
    ]


@pytest.mark.parametrize(
    ("seconds", "outcome"), [(1.0, "fail"), (14.5, "fail"), (14.6, "error"), (20.0, "error"), (0.0, "fail")]
)
def test_a_slow_burst_may_never_exceed_a_short_period(seconds, outcome):
    """146 requests in 14.6 s are 10 a second: just what is promised."""
    [found] = judge(replace(UNLIMITED, seconds=seconds), limit=Rate(10, 1))
    assert found.outcome == outcome


def test_a_refusal_later_than_promised_is_a_refusal():
    assert [f.outcome for f in judge(LIMITED, limit=Rate(5, 60))] == ["pass"]


def test_each_endpoint_is_told():
    login = replace(UNLIMITED, endpoint="POST /auth/login")
    assert [(f.subject, f.outcome) for f in judge(LIMITED, login)] == [
        ("GET /api/list", "pass"),
        ("POST /auth/login", "fail"),
    ]


def test_gaps_only():
    assert judge(gaps=(Gap("GET /api/list", "no steady answer"),)) == []
