from __future__ import annotations

import pytest

from auditor.facts.page import Page
from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.csp_enforced import csp_enforced
from tests.checks.headers import API, APP, response, told

CSP, REPORT = "content-security-policy", "content-security-policy-report-only"


def test_enforced():
    assert told(csp_enforced, response((CSP, "default-src 'self'"))) == [
        passed(
            APP,
            "pages: a Content-Security-Policy is enforced by the header",
            confidence=Confidence.PROVEN,
            policies=1,
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_by_a_meta_element():
    [found] = told(csp_enforced, response(page=Page(policies=("default-src 'self'",))))
    assert (found.outcome, found.message) == ("pass", "pages: a Content-Security-Policy is enforced by a meta element")


def test_missing():
    assert told(csp_enforced, response()) == [
        failed(
            APP,
            "pages: there is no Content-Security-Policy",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="missing",
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


@pytest.mark.parametrize(
    ("headers", "aspect"),
    [
        ([(REPORT, "default-src 'self'")], "report-only"),
        ([(CSP, "upgrade-insecure-requests"), (REPORT, "default-src 'self'")], "report-only"),
        ([(CSP, "upgrade-insecure-requests")], "nothing"),
        ([(CSP, "script-scr 'self'; report-uri /csp")], "nothing"),
        ([(CSP, "")], "nothing"),
        ([("x-content-security-policy", "default-src 'self'")], "old"),
        ([("x-webkit-csp", "default-src 'self'")], "old"),
    ],
)
def test_as_good_as_none(headers, aspect):
    [found] = told(csp_enforced, response(*headers))
    assert (found.outcome, found.aspect) == ("fail", aspect)


@pytest.mark.parametrize("name", ["frame-ancestors", "report-uri", "sandbox"])
def test_what_does_not_count_in_a_meta_element(name):
    [found] = told(csp_enforced, response(page=Page(policies=(f"{name} 'none'",))))
    assert (found.outcome, found.aspect) == ("fail", "missing")


def test_the_framework_is_told():
    [found] = told(csp_enforced, response(page=Page(generator="next")))
    assert found.evidence["framework"] == "Next.js"


def test_an_api_of_data_needs_none():
    assert told(csp_enforced, response(kind=Kind.DATA)) == [not_applicable("it serves data, no pages", API)]


def test_gaps_only():
    assert told(csp_enforced, gaps=(Gap(APP, "connection refused"),)) == []
