from __future__ import annotations

from auditor.facts.certificates import Cause
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.https.certificate_already_valid import certificate_already_valid
from tests.checks.chains import API, GOOD, NOW, PLAIN, seen, wrong


def judge(*chains, **options):
    return list(certificate_already_valid(seen(*chains, **options)))


def test_valid():
    begun = "2026-11-23T18:00:00+00:00"
    message = "valid since 2026-11-23 18:00 UTC"
    assert judge(GOOD) == [passed(API, message, confidence=Confidence.PROVEN, not_before=begun)]


def test_not_yet():
    for position, aspect in ((0, "certificate 0"), (1, "certificate 1"), (None, "root")):
        assert judge(wrong(Cause.NOT_YET_VALID, "it is not valid before then", position)) == [
            failed(
                API,
                "it is not valid before then",
                confidence=Confidence.PROVEN,
                aspect=aspect,
                looked_at=NOW.isoformat(),
            )
        ]


def test_expired_is_another_check():
    assert [f.outcome for f in judge(wrong(Cause.EXPIRED))] == ["pass"]


def test_without_encryption_there_is_none():
    assert judge(PLAIN) == [not_applicable("there is no certificate", PLAIN.subject)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
