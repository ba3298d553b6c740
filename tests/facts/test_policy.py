from __future__ import annotations

import pytest

from auditor.facts.policy import POLICIES, Endpoint, Rate


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Rate(10, 1), "10/second"),
        (Rate(100, 60.0), "100/minute"),
        (Rate(5, 3600), "5/hour"),
        (Rate(1, 86400), "1/day"),
        (Rate(3, 90), "3/90s"),
        (Rate(3, 60.5), "3/60.5s"),
        (Rate(3, 0.5), "3/0.5s"),
    ],
)
def test_a_rate_is_written_as_in_the_checklist(rate, text):
    assert str(rate) == text


def test_an_endpoint_is_written_as_in_the_checklist():
    assert str(Endpoint("POST", "/auth/login")) == "POST /auth/login"


@pytest.mark.parametrize("policy", POLICIES.values())
def test_every_policy_has_defaults(policy):
    assert policy() == policy()
