from __future__ import annotations

import pytest

from auditor.facts.page import Page
from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.referrer_policy import referrer_policy
from tests.checks.headers import API, APP, response, told

NAME = "referrer-policy"


def test_kept():
    assert told(referrer_policy, response((NAME, "no-referrer"))) == [
        passed(
            APP,
            "pages: Referrer-Policy keeps paths from other sites: no-referrer",
            confidence=Confidence.PROVEN,
            policy="no-referrer",
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


@pytest.mark.parametrize("policy", ["unsafe-url", "no-referrer-when-downgrade"])
def test_sent(policy):
    assert told(referrer_policy, response((NAME, f"no-referrer, {policy}"))) == [
        failed(
            APP,
            f"pages: Referrer-Policy sends the full address to other sites: {policy}",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="leaks",
            policy=policy,
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


@pytest.mark.parametrize(
    "value", ["origin", "same-origin", "strict-origin", "origin-when-cross-origin", "no-referrer, x"]
)
def test_good_enough(value):
    assert [f.outcome for f in told(referrer_policy, response((NAME, value)))] == ["pass"]


@pytest.mark.parametrize("value", ["never", "no-referrer;", "x"])
def test_invalid(value):
    [found] = told(referrer_policy, response((NAME, value)))
    assert (found.outcome, found.aspect, found.evidence["header"]) == ("fail", "invalid", [value])


@pytest.mark.parametrize("headers", [[], [(NAME, "")]])
def test_without_one_browsers_are_careful(headers):
    [found] = told(referrer_policy, response(*headers))
    assert (found.outcome, found.message) == (
        "pass",
        "pages: without a Referrer-Policy browsers send other sites the origin alone",
    )


def test_a_meta_element_wins():
    [found] = told(referrer_policy, response((NAME, "no-referrer"), page=Page(referrer="always")))
    assert found.message == "pages: the meta element sends the full address to other sites: unsafe-url"
    [found] = told(referrer_policy, response((NAME, "unsafe-url"), page=Page(referrer="bogus")))
    assert found.outcome == "fail"


def test_data():
    assert told(referrer_policy, response(kind=Kind.DATA)) == [not_applicable("it serves data, no pages", API)]


def test_gaps_only():
    assert told(referrer_policy, gaps=(Gap(APP, "connection refused"),)) == []
