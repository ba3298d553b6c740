from __future__ import annotations

import pytest

from auditor.facts.page import Page
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.csp_well_written import csp_well_written
from tests.checks.headers import APP, response, told

CSP = "content-security-policy"


def judge(*policies, **fields):
    return told(csp_well_written, response(*((CSP, policy) for policy in policies), **fields))


def test_well_written():
    assert judge("default-src 'self'; object-src 'none'") == [
        passed(
            APP,
            "pages: every word of it counts",
            confidence=Confidence.PROVEN,
            policies=1,
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_mistakes_of_one_kind_are_one_finding():
    message = "img-src holds self without its quotes: it is read as the name of a host"
    assert judge("img-src self; font-src self", "img-src self") == [
        failed(
            APP,
            f"pages: {message} (and 1 more such)",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="quotes",
            mistakes=[message, message.replace("img", "font")],
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


@pytest.mark.parametrize(
    ("policy", "aspects"),
    [
        ("default-src 'self'; script-scr 'self'", ["unknown"]),
        ("default-src 'self' script-src *", ["semicolon"]),
        ("default-src 'self'; default-src *", ["repeated"]),
        ("default-src 'self'; referrer no-referrer", ["deprecated"]),
        ("script-src 'strict-dynamic'; imgsrc unsafe-inline", ["unknown", "quotes", "dynamic"]),
    ],
)
def test_mistakes(policy, aspects):
    assert [f.aspect for f in judge(policy)] == aspects


def test_reported_and_meta_policies_are_read_too():
    answer = response(("content-security-policy-report-only", "x"), page=Page(policies=("sandbox",)))
    assert [f.aspect for f in told(csp_well_written, answer)] == ["unknown", "meta"]


def test_any_number_of_mistakes_is_told_shortly():
    [found] = judge(";".join(f"word{number}" for number in range(1000)))
    assert len(found.evidence["mistakes"]) == 20


def test_no_policy():
    assert judge() == [not_applicable("there is no Content-Security-Policy: that is HDR001", APP)]


def test_gaps_only():
    assert told(csp_well_written, gaps=(Gap(APP, "connection refused"),)) == []
