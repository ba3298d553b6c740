from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auditor.model import Confidence, Gap, not_applicable, passed
from checks.https.public_lifetime_allowed import public_lifetime_allowed
from tests.checks.chains import API, GOOD, LEAF, PLAIN, chain, seen


def judge(*chains, **options):
    return list(public_lifetime_allowed(seen(*chains, **options)))


def test_within():
    assert judge(GOOD) == [
        passed(
            API,
            "the certificate lives 90.0 days, of at most 200",
            confidence=Confidence.PROVEN,
            lifetime_days=90.0,
            limit_days=200,
            issued="2026-11-23T18:00:00+00:00",
        )
    ]


@pytest.mark.parametrize(
    ("issued", "limit"),
    [
        ("2018-03-01", 825),
        ("2020-08-31", 825),
        ("2020-09-01", 398),
        ("2026-03-14", 398),
        ("2026-03-15", 200),
        ("2027-03-14", 200),
        ("2027-03-15", 100),
        ("2029-03-14", 100),
        ("2029-03-15", 47),
        ("2040-01-01", 47),
    ],
)
@pytest.mark.parametrize(("seconds_more", "outcome"), [(0, "pass"), (1, "fail")])
def test_the_day_of_issue_decides(issued, limit, seconds_more, outcome):
    """The last second counts: a certificate of 200 days ends one second before the 200 days are over."""
    begins = datetime.fromisoformat(issued).replace(tzinfo=UTC)
    ends = begins + timedelta(days=limit, seconds=seconds_more - 1)
    [finding] = judge(chain(replace(LEAF, not_before=begins, not_after=ends)))
    assert (finding.outcome, finding.evidence["limit_days"]) == (outcome, limit)


def test_before_there_was_a_limit():
    old = replace(LEAF, not_before=datetime(2015, 1, 1, tzinfo=UTC))
    [finding] = judge(chain(old))
    assert (finding.outcome, finding.evidence["limit_days"]) == ("pass", None)


def test_a_private_authority():
    reason = "the certificate is not known to be of a public authority"
    assert judge(replace(GOOD, public=False)) == [not_applicable(reason, API)]


def test_without_encryption_there_is_none():
    assert judge(PLAIN) == [not_applicable("there is no certificate", PLAIN.subject)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
