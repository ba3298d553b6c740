from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.facts.policy import TlsPolicy
from auditor.facts.web import Certificates, CertificateSeen
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.https.certificate_not_expiring import certificate_not_expiring

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
API = "https://api.example.com"


def judge(*ends, within=timedelta(days=14), gaps=()):
    seen = tuple(CertificateSeen(API, encrypted=True, trusted=True, not_after=end) for end in ends)
    return list(certificate_not_expiring(Certificates(seen, NOW, gaps), TlsPolicy(within)))


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
    seen = Certificates((CertificateSeen("http://api.example.com", encrypted=False),), NOW)
    assert list(certificate_not_expiring(seen, TlsPolicy())) == [
        not_applicable("there is no certificate", "http://api.example.com")
    ]


def test_an_untrusted_certificate_is_judged_too():
    seen = CertificateSeen(API, encrypted=True, problem="self-signed certificate", not_after=NOW)
    [found] = certificate_not_expiring(Certificates((seen,), NOW), TlsPolicy())
    assert found.outcome == "fail"


def test_each_origin_is_told():
    assert [f.outcome for f in judge(NOW, NOW + timedelta(days=300))] == ["fail", "pass"]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
