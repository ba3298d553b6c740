from __future__ import annotations

import pytest

from auditor.facts.page import Page
from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.csp_restricts_scripts import csp_restricts_scripts
from tests.checks.headers import API, APP, response, told

CSP = "content-security-policy"
NONCE = "'nonce-MTIzNDU2Nzg5MDEyMzQ1Ng=='"


def judge(*policies, **fields):
    return told(csp_restricts_scripts, response(*((CSP, policy) for policy in policies), **fields))


def test_restricted():
    assert judge("default-src 'self'") == [
        passed(
            APP,
            "pages: only scripts of the application run",
            confidence=Confidence.PROVEN,
            policies=1,
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_each_way_past_is_told():
    assert judge("script-src 'self' 'unsafe-inline' https://unpkg.com https://esm.sh") == [
        failed(
            APP,
            "pages: 'unsafe-inline' lets every script run that is written into the page",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="inline",
            sources=["'unsafe-inline'"],
            kinds=["page"],
            urls=[f"{APP}/"],
        ),
        failed(
            APP,
            "pages: https://unpkg.com undoes the list: unpkg.com serves every version of every library, AngularJS "
            "among them, and 1 more such",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="bypass",
            sources=["https://unpkg.com", "https://esm.sh"],
            kinds=["page"],
            urls=[f"{APP}/"],
        ),
    ]


@pytest.mark.parametrize(
    "policies",
    [
        (f"script-src {NONCE} 'unsafe-inline'",),
        (f"script-src {NONCE} 'strict-dynamic' https:",),
        ("default-src 'self', default-src * 'unsafe-inline'",),
        ("default-src 'self'", "default-src * 'unsafe-inline'"),
        ("default-src 'self'; style-src 'self' 'unsafe-inline'",),
    ],
)
def test_good_enough(policies):
    assert [f.outcome for f in judge(*policies)] == ["pass"]


@pytest.mark.parametrize(
    ("policy", "aspect"),
    [
        ("script-src-elem 'unsafe-inline'", "inline"),
        ("script-src *.com", "shared"),
        ("script-src blob:", "blob"),
        ("script-src 'nonce-test'", "nonce"),
        ("frame-ancestors *", "missing"),
    ],
)
def test_what_another_observatory_lets_pass(policy, aspect):
    found = judge(policy)
    assert {f.outcome for f in found} == {"fail"}
    assert aspect in [f.aspect for f in found]


def test_next_is_told_how_nonces_are_made():
    page = Page(generator="next")
    [inline] = judge("script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'", page=page)
    assert "middleware.ts" in inline.remediation
    [wide] = judge("script-src *", page=page)
    assert wide.remediation == ""


def test_without_a_policy_there_is_nothing_to_judge():
    for policies in ((), ("upgrade-insecure-requests",)):
        assert judge(*policies) == [not_applicable("no Content-Security-Policy is enforced: that is HDR001", APP)]
    assert told(csp_restricts_scripts, response(kind=Kind.DATA)) == [not_applicable("it serves data, no pages", API)]


def test_report_only_and_meta():
    only = response(("content-security-policy-report-only", "script-src *"))
    assert [f.outcome for f in told(csp_restricts_scripts, only)] == ["not-applicable"]
    assert [f.aspect for f in judge(page=Page(policies=("script-src *",)))] == ["anywhere"]


def test_gaps_only():
    assert told(csp_restricts_scripts, gaps=(Gap(APP, "connection refused"),)) == []
