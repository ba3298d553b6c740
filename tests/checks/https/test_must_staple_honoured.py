from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.certificates import Staple
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.https.must_staple_honoured import must_staple_honoured
from tests.checks.chains import API, DAY, GOOD, LEAF, NOW, PLAIN, chain, seen

MUST = replace(LEAF, must_staple=True)
FRESH = Staple("good", NOW - DAY, NOW + 6 * DAY)


def judge(*chains, **options):
    return list(must_staple_honoured(seen(*chains, **options)))


def test_stapled():
    assert judge(chain(MUST, staple_asked=True, staple=FRESH)) == [
        passed(
            API,
            "a good OCSP answer is stapled, valid until 2026-11-30 18:00 UTC",
            confidence=Confidence.PROVEN,
            status="good",
        )
    ]


def test_an_answer_without_an_end():
    [finding] = judge(chain(MUST, staple_asked=True, staple=replace(FRESH, next_update=None)))
    assert finding.message == "a good OCSP answer is stapled"


def test_not_stapled():
    message = "the certificate demands a stapled OCSP answer (must-staple), and none came with it"
    assert judge(chain(MUST, staple_asked=True)) == [failed(API, message, confidence=Confidence.PROVEN)]


@pytest.mark.parametrize(
    ("staple", "why", "status"),
    [
        (replace(FRESH, flaw="it ended on Monday"), "it ended on Monday", "good"),
        (Staple(flaw="it cannot be read"), "it cannot be read", ""),
        (replace(FRESH, status="unknown"), "it says unknown", "unknown"),
        (replace(FRESH, status="revoked", flaw="not signed"), "not signed", "revoked"),
    ],
)
def test_of_no_use(staple, why, status):
    start = "the certificate demands a stapled OCSP answer (must-staple), and the one that came is of no use"
    assert judge(chain(MUST, staple_asked=True, staple=staple)) == [
        failed(API, f"{start}: {why}", confidence=Confidence.PROVEN, status=status)
    ]


@pytest.mark.parametrize("leaf", [LEAF, MUST])
def test_revoked(leaf):
    message = "the stapled OCSP answer says that the certificate has been revoked"
    revoked = chain(leaf, staple_asked=True, staple=replace(FRESH, status="revoked"))
    assert judge(revoked) == [failed(API, message, confidence=Confidence.PROVEN, aspect="revoked")]


def test_not_demanded():
    reason = "the certificate does not demand a stapled answer"
    assert judge(GOOD) == [not_applicable(reason, API)]


def test_nobody_asked():
    assert judge(chain(MUST)) == [unproven(API, "the server could not be asked for a stapled OCSP answer")]


def test_what_it_demands_cannot_be_read():
    message = "whether the certificate demands a staple cannot be told: broken"
    assert judge(chain(replace(LEAF, flaw="broken"))) == [unproven(API, message)]


def test_without_encryption_there_is_none():
    assert judge(PLAIN) == [not_applicable("there is no certificate", PLAIN.subject)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
