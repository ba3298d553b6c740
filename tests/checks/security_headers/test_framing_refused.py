from __future__ import annotations

import pytest

from auditor.facts.page import Page
from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.framing_refused import framing_refused
from tests.checks.headers import API, APP, response, told

CSP, XFO = "content-security-policy", "x-frame-options"


def test_by_the_policy():
    assert told(framing_refused, response((CSP, "default-src 'self'; frame-ancestors 'none'"))) == [
        passed(
            APP,
            "pages: frame-ancestors keeps strangers from framing it",
            confidence=Confidence.PROVEN,
            frame_ancestors=["'none'"],
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_the_policy_goes_before_the_other_header():
    assert told(framing_refused, response((CSP, "frame-ancestors *"), (XFO, "DENY"))) == [
        failed(
            APP,
            "pages: frame-ancestors * lets anybody frame it, and takes X-Frame-Options out of force",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="wide",
            frame_ancestors=["*"],
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


@pytest.mark.parametrize(
    "headers",
    [
        [(XFO, "DENY")],
        [(XFO, "SAMEORIGIN, SAMEORIGIN")],
        [(XFO, "DENY, ALLOW-FROM https://a.b")],
        [(CSP, "frame-ancestors 'self' https://partner.example"), (XFO, "ALLOW-FROM https://a.b")],
        [(CSP, "frame-ancestors *, frame-ancestors 'self'")],
        [(CSP, "frame-ancestors")],
        [(CSP, "frame-ancestors 'self' chrome-extension:")],
        [(CSP, "frame-ancestors *.example.com")],
    ],
)
def test_refused(headers):
    assert [f.outcome for f in told(framing_refused, response(*headers))] == ["pass"]


@pytest.mark.parametrize(
    ("headers", "aspect"),
    [
        ([], "missing"),
        ([(CSP, "default-src 'none'")], "missing"),
        ([("content-security-policy-report-only", "frame-ancestors 'none'")], "missing"),
        ([(XFO, "ALLOW-FROM https://a.b")], "ignored"),
        ([(XFO, "ALLOWALL")], "ignored"),
        ([(XFO, "none")], "ignored"),
        ([(CSP, "frame-ancestors https:")], "wide"),
        ([(CSP, "frame-ancestors 'self' *.com")], "wide"),
    ],
)
def test_not_refused(headers, aspect):
    [found] = told(framing_refused, response(*headers))
    assert (found.outcome, found.aspect) == ("fail", aspect)


def test_a_meta_element_does_not_count():
    [found] = told(framing_refused, response(page=Page(policies=("frame-ancestors 'none'",))))
    assert (found.outcome, found.aspect) == ("fail", "meta")


def test_data_is_not_framed():
    assert told(framing_refused, response(kind=Kind.DATA)) == [not_applicable("it serves data, no pages", API)]


def test_gaps_only():
    assert told(framing_refused, gaps=(Gap(APP, "connection refused"),)) == []
