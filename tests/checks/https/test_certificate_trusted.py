from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.certificates import Cause, Problem
from auditor.model import Confidence, Gap, failed, passed, unproven
from checks.https.certificate_trusted import certificate_trusted
from tests.checks.chains import API, GOOD, PLAIN, seen, wrong

ELSEWHERE = [Cause.EXPIRED, Cause.NOT_YET_VALID, Cause.OTHER_NAME, Cause.NO_NAME]
HERE = [cause for cause in Cause if cause not in ELSEWHERE]


def judge(*chains, **options):
    return list(certificate_trusted(seen(*chains, **options)))


def expected(message, **options):
    evidence = {"root": "X1", "pinned": "", "names": ["api.example.com"], "protocol": "TLSv1.3", **options}
    return passed(API, message, confidence=Confidence.PROVEN, issuer="R11", **evidence)


def test_trusted():
    assert judge(GOOD) == [expected("the certificate verifies (TLSv1.3, issued by R11)")]


def test_by_a_pin():
    assert judge(replace(GOOD, pinned="f" * 64))[0].evidence["pinned"] == "f" * 64


@pytest.mark.parametrize("cause", HERE)
def test_not_trusted(cause):
    chain = wrong(cause, "the certificate is wrong", trusted=False)
    assert judge(chain) == [
        failed(
            API,
            "the certificate is wrong",
            confidence=Confidence.PROVEN,
            aspect=cause.value,
            openssl="OpenSSL's words",
            names=["api.example.com"],
            chain=list(chain.table()),
        )
    ]


@pytest.mark.parametrize("cause", ELSEWHERE)
def test_what_other_checks_judge(cause):
    """As long as OpenSSL has nothing against the authority."""
    assert judge(wrong(cause, trusted=True)) == [expected("the authority is trusted (TLSv1.3, issued by R11)")]


@pytest.mark.parametrize("cause", ELSEWHERE)
@pytest.mark.parametrize("trusted", [None, False])
def test_nothing_passes_without_openssls_word(cause, trusted):
    message = "whether clients trust the certificate cannot be told: OpenSSL's words"
    assert judge(wrong(cause, trusted=trusted)) == [unproven(API, message)]


def test_a_problem_fails_even_when_openssl_does_not_mind():
    chain = replace(GOOD, problems=(Problem(Cause.LEAF_IS_AUTHORITY, "it is one of an authority", 0),))
    [finding] = judge(chain)
    assert (finding.outcome, finding.evidence["openssl"]) == ("fail", "accepts it")


def test_several_causes_are_told_apart():
    causes = (Cause.SELF_SIGNED, Cause.PURPOSE)
    problems = tuple(Problem(cause, cause.value, 0) for cause in causes)
    found = judge(replace(GOOD, verified=False, trusted=False, problems=problems))
    assert [(f.outcome, f.aspect) for f in found] == [("fail", "self-signed"), ("fail", "purpose")]


def test_the_chain_is_evidence():
    [finding] = judge(wrong(Cause.UNKNOWN_ROOT, position=1, trusted=False))
    assert finding.evidence["chain"] == [
        {
            "position": 0,
            "subject": "api.example.com",
            "issuer": "R11",
            "not_after": "2027-02-21",
            "key": "EC secp256r1",
            "signed": "sha256",
            "problem": "",
        },
        {
            "position": 1,
            "subject": "R11",
            "issuer": "X1",
            "not_after": "2028-04-07",
            "key": "RSA 2048",
            "signed": "sha256",
            "problem": "unknown-root",
        },
    ]


def test_not_encrypted():
    assert judge(PLAIN) == [
        failed("http://api.example.com", "the checklist names this origin with http://: it is not encrypted")
    ]


def test_each_origin_is_told():
    app = wrong(Cause.REFUSED, trusted=False, subject="https://app.example.com")
    assert [(f.subject, f.outcome) for f in judge(GOOD, app)] == [(API, "pass"), ("https://app.example.com", "fail")]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
