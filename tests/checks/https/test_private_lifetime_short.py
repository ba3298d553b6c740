from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.model import Confidence, Gap, failed, not_applicable
from checks.https.private_lifetime_short import private_lifetime_short
from tests.checks.chains import API, GOOD, LEAF, NOW, PLAIN, chain, seen


def judge(*chains, **options):
    return list(private_lifetime_short(seen(*chains, **options)))


def lasting(days, seconds=0):
    return chain(replace(LEAF, not_before=NOW, not_after=NOW + timedelta(days=days, seconds=seconds - 1)), public=False)


def test_years():
    assert judge(lasting(801)) == [
        failed(
            API,
            "the certificate lives 801.0 days",
            confidence=Confidence.PROVEN,
            lifetime_days=801.0,
            limit_days=398,
        )
    ]


@pytest.mark.parametrize(("seconds", "outcome"), [(0, "pass"), (1, "fail")])
def test_at_the_limit(seconds, outcome):
    assert [f.outcome for f in judge(lasting(398, seconds))] == [outcome]


def test_a_public_authority():
    assert judge(GOOD) == [not_applicable("the certificate is of a public authority", API)]


def test_without_encryption_there_is_none():
    assert judge(PLAIN) == [not_applicable("there is no certificate", PLAIN.subject)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
