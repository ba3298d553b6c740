from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.certificates import Cause
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.https.host_name_covered import host_name_covered
from tests.checks.chains import API, GOOD, LEAF, PLAIN, chain, seen, wrong


def judge(*chains, **options):
    return list(host_name_covered(seen(*chains, **options)))


def test_covered():
    assert judge(GOOD) == [
        passed(
            API,
            "the certificate is for api.example.com",
            confidence=Confidence.PROVEN,
            names=["api.example.com"],
            names_count=1,
        )
    ]


@pytest.mark.parametrize("cause", [Cause.OTHER_NAME, Cause.NO_NAME])
def test_not_covered(cause):
    assert judge(wrong(cause, "the certificate is for others")) == [
        failed(
            API,
            "the certificate is for others",
            confidence=Confidence.PROVEN,
            aspect=cause.value,
            subject_name="api.example.com",
            host="api.example.com",
            names=["api.example.com"],
            names_count=1,
        )
    ]


def test_it_fails_even_when_openssl_does_not_mind():
    assert judge(replace(wrong(Cause.OTHER_NAME), verified=True))[0].outcome == "fail"


@pytest.mark.parametrize(("verified", "outcome"), [(True, "pass"), (False, "error"), (None, "error")])
def test_names_that_cannot_be_read_are_left_to_openssl(verified, outcome):
    flawed = replace(LEAF, names=(), names_count=0, flaw="its extensions cannot be read")
    assert [f.outcome for f in judge(chain(flawed, verified=verified))] == [outcome]


def test_names_that_cannot_be_read_are_told():
    flawed = replace(LEAF, flaw="its extensions cannot be read")
    message = "the names of the certificate cannot be told: its extensions cannot be read"
    assert judge(chain(flawed, verified=False)) == [unproven(API, message)]


def test_without_encryption_there_is_none():
    assert judge(PLAIN) == [not_applicable("there is no certificate", PLAIN.subject)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
