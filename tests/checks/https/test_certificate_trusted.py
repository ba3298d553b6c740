from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from auditor.facts.web import Certificates, CertificateSeen
from auditor.model import Confidence, Gap, failed, passed
from checks.https.certificate_trusted import certificate_trusted

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
GOOD = CertificateSeen(
    "https://api.example.com",
    encrypted=True,
    trusted=True,
    subject="api.example.com",
    issuer="R11",
    names=("api.example.com", "xn--nave-6pa.example"),
    not_before=NOW,
    not_after=NOW,
    protocol="TLSv1.3",
)


def judge(*seen, gaps=()):
    return list(certificate_trusted(Certificates(seen, NOW, gaps)))


def test_trusted():
    assert judge(GOOD) == [
        passed(
            "https://api.example.com",
            "the certificate verifies (TLSv1.3, issued by R11)",
            confidence=Confidence.PROVEN,
            issuer="R11",
            names=["api.example.com", "xn--nave-6pa.example"],
            protocol="TLSv1.3",
        )
    ]


def test_not_trusted():
    assert judge(replace(GOOD, trusted=False, problem="certificate has expired")) == [
        failed(
            "https://api.example.com",
            "the certificate does not verify: certificate has expired",
            confidence=Confidence.PROVEN,
            problem="certificate has expired",
            subject_name="api.example.com",
            issuer="R11",
            names=["api.example.com", "xn--nave-6pa.example"],
        )
    ]


def test_not_encrypted():
    assert judge(CertificateSeen("http://api.example.com", encrypted=False, trusted=True)) == [
        failed("http://api.example.com", "the checklist names this origin with http://: it is not encrypted")
    ]


def test_each_origin_is_told():
    app = replace(GOOD, origin="https://app.example.com", trusted=False)
    assert [(f.subject, f.outcome) for f in judge(GOOD, app)] == [
        ("https://api.example.com", "pass"),
        ("https://app.example.com", "fail"),
    ]


def test_gaps_only():
    assert judge(gaps=(Gap("https://api.example.com", "connection refused"),)) == []
