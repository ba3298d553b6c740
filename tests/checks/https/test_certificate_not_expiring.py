from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.facts.certificates import Cause
from auditor.facts.policy import TlsPolicy
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.https.certificate_not_expiring import certificate_not_expiring
from tests.checks.chains import API, LEAF, NOW, PLAIN, R11, chain, seen, wrong


def judge(*ends, within=timedelta(days=14), gaps=()):
    chains = [chain(replace(LEAF, not_after=end)) for end in ends]
    return list(certificate_not_expiring(seen(*chains, gaps=gaps), TlsPolicy(within)))


def expected(judge_, message, end, days, threshold=14.0):
    return judge_(
        API,
        message,
        confidence=Confidence.PROVEN,
        not_after=end.isoformat(),
        days_left=days,
        threshold_days=threshold,
    )


def test_far_away():
    end = NOW + timedelta(days=90)
    message = "the certificate ends on 2027-02-22 18:00 UTC, in 90.0 days"
    assert judge(end) == [expected(passed, message, end, 90.0)]


def test_soon():
    end = NOW + timedelta(days=6)
    message = "the certificate ends on 2026-11-30 18:00 UTC, in 6.0 days"
    assert judge(end) == [expected(failed, message, end, 6.0)]


def test_over():
    end = NOW - timedelta(days=2)
    assert judge(end) == [expected(failed, "the certificate ended on 2026-11-22 18:00 UTC", end, -2.0)]


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (timedelta(days=14, seconds=1), "pass"),
        (timedelta(days=14), "pass"),
        (timedelta(days=14) - timedelta(seconds=1), "fail"),
    ],
)
def test_at_the_threshold(left, outcome):
    [found] = judge(NOW + left)
    assert (found.outcome, found.evidence["days_left"]) == (outcome, 14.0)


def test_it_ends_this_very_second():
    [found] = judge(NOW, within=timedelta(0))
    assert found.message == "the certificate ends on 2026-11-24 18:00 UTC, in 0.0 days"


def test_hours_are_told():
    [found] = judge(NOW + timedelta(hours=13))
    assert found.message.endswith(", in 0.5 days")
    assert found.evidence["days_left"] == 0.5


def test_a_threshold_of_nothing_still_fails_what_is_over():
    assert [f.outcome for f in judge(NOW, within=timedelta(0))] == ["pass"]
    assert [f.outcome for f in judge(NOW - timedelta(seconds=1), within=timedelta(0))] == ["fail"]


def test_the_policy_decides():
    end = NOW + timedelta(days=20)
    message = "the certificate ends on 2026-12-14 18:00 UTC, in 20.0 days"
    assert judge(end, within=timedelta(hours=21 * 24 + 12)) == [expected(failed, message, end, 20.0, 21.5)]


def test_without_encryption_there_is_none():
    assert list(certificate_not_expiring(seen(PLAIN), TlsPolicy())) == [
        not_applicable("there is no certificate", "http://api.example.com")
    ]


def test_an_untrusted_certificate_is_judged_too():
    untrusted = replace(wrong(Cause.SELF_SIGNED), certificates=(replace(LEAF, not_after=NOW),), path=(0,))
    [found] = certificate_not_expiring(seen(untrusted), TlsPolicy())
    assert found.outcome == "fail"


def test_an_intermediate_that_ends():
    end = NOW + timedelta(days=3)
    both = chain(intermediate=replace(R11, not_after=end))
    assert list(certificate_not_expiring(seen(both), TlsPolicy())) == [
        failed(
            API,
            'certificate 1 "R11" of the chain ends on 2026-11-27 18:00 UTC, in 3.0 days',
            confidence=Confidence.PROVEN,
            aspect="certificate 1",
            not_after=end.isoformat(),
            days_left=3.0,
            threshold_days=14.0,
        )
    ]


def test_all_that_end_are_told():
    soon = chain(*(replace(one, not_after=NOW) for one in (LEAF, R11)))
    assert [f.aspect for f in certificate_not_expiring(seen(soon), TlsPolicy())] == ["", "certificate 1"]


def test_one_that_does_not_belong_to_the_way_is_let_be():
    """An expired cross-signature beside a good one harms nobody."""
    aside = replace(chain(intermediate=replace(R11, not_after=NOW - timedelta(days=9))), path=(0,))
    assert [f.outcome for f in certificate_not_expiring(seen(aside), TlsPolicy())] == ["pass"]


def test_a_root_that_has_expired():
    gone = wrong(Cause.EXPIRED, 'the root "X1" has expired on 2021-09-30 14:01 UTC', None)
    assert list(certificate_not_expiring(seen(gone), TlsPolicy())) == [
        failed(API, 'the root "X1" has expired on 2021-09-30 14:01 UTC', confidence=Confidence.PROVEN, aspect="root")
    ]


def test_each_origin_is_told():
    assert [f.outcome for f in judge(NOW, NOW + timedelta(days=300))] == ["fail", "pass"]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
