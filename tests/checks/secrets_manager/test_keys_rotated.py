from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.facts.key_ages import KeyAge, KeyAges
from auditor.facts.policy import SecretsPolicy
from auditor.model import Confidence, failed, not_applicable
from checks.secrets_manager.keys_rotated import keys_rotated

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def judge(*keys, days=365):
    return list(keys_rotated(KeyAges(NOW, keys), SecretsPolicy(max_age=timedelta(days=days))))


def key(issued=None, expires=None, legacy=False):
    ago = None if issued is None else NOW - timedelta(days=issued)
    left = None if expires is None else NOW + timedelta(days=expires)
    return KeyAge("supabase.service_key", "JWT", ago, left, legacy)


@pytest.mark.parametrize(
    ("one", "outcome", "message"),
    [
        (key(10), "pass", "the JWT is 10 days old"),
        (key(365), "pass", "the JWT is 365 days old"),
        (key(366), "fail", "the JWT is 366 days old; the policy allows 365"),
        (key(-1), "fail", "the JWT says that it was issued in the future"),
        (key(-0.001), "pass", "the JWT is 0 days old"),
        (key(10, 0), "fail", "the JWT expired on 2026-11-25"),
        (key(None, -1), "fail", "the JWT expired on 2026-11-24"),
        (key(None, 1), "not-applicable", "the JWT does not say when it was issued"),
    ],
)
def test_each(one, outcome, message):
    assert [(f.outcome, f.message) for f in judge(one)] == [(outcome, message)]


def test_a_whole_finding():
    assert judge(key(400, 1000, legacy=True)) == [
        failed(
            "supabase.service_key",
            "the JWT is 400 days old; the policy allows 365",
            confidence=Confidence.PROVEN,
            age_days=400,
            kind="JWT",
            issued_at="2025-10-21T12:00:00+00:00",
            expires_at="2029-08-21T12:00:00+00:00",
            max_age_days=365,
            note="a key of Supabase's first kind, which is retired by the end of 2026: change to sb_secret_ and "
            "sb_publishable_ keys",
        )
    ]


def test_nothing_says_its_age():
    ask = "ask the secrets manager for the day of the last rotation"
    assert judge() == [not_applicable(f"the audit holds no key; {ask}")]
    assert judge(KeyAge("a", "opaque token")) == [not_applicable(f"a: opaque, they do not say how old they are; {ask}")]
