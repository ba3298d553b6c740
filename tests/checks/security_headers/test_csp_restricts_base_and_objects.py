from __future__ import annotations

import pytest

from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.csp_restricts_base_and_objects import csp_restricts_base_and_objects
from tests.checks.headers import APP, response, told

NONCE = "'nonce-MTIzNDU2Nzg5MDEyMzQ1Ng=='"


def judge(*policies, gaps=()):
    answers = [response(*(("content-security-policy", policy) for policy in policies))] if policies else []
    return told(csp_restricts_base_and_objects, *answers, gaps=gaps)


def test_no_way_around():
    assert judge(f"script-src {NONCE}; object-src 'none'; base-uri 'none'") == [
        passed(
            APP,
            "pages: neither <base> nor <object> leads around it",
            confidence=Confidence.PROVEN,
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_no_base_uri():
    assert judge(f"script-src {NONCE}; object-src 'none'") == [
        failed(
            APP,
            "pages: there is no base-uri: <base> may move scripts that have a nonce to any host",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="base-uri",
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


@pytest.mark.parametrize(
    ("policies", "aspects"),
    [
        (("script-src 'self'",), ["object-src"]),
        (("script-src 'self'; object-src *",), ["object-src"]),
        (("script-src 'self'; object-src data:",), ["object-src"]),
        (("default-src https:; script-src 'self'",), ["object-src"]),
        (("script-src 'strict-dynamic' 'sha256-YQ=='; object-src 'none'",), ["base-uri"]),
        ((f"script-src {NONCE}; object-src 'none'; base-uri *",), ["base-uri"]),
        ((f"script-src {NONCE}; object-src 'none'; base-uri https:",), ["base-uri"]),
        ((f"script-src {NONCE}",), ["object-src", "base-uri"]),
    ],
)
def test_ways_around(policies, aspects):
    assert [f.aspect for f in judge(*policies)] == aspects


@pytest.mark.parametrize(
    "policies",
    [
        ("default-src 'self'",),
        ("script-src 'self'; object-src 'self'",),
        ("default-src 'none'; script-src 'self' 'sha256-YQ=='",),
        (f"script-src {NONCE}; object-src 'none'; base-uri 'self'",),
        (f"script-src {NONCE}; object-src 'none'", "base-uri 'none'"),
        ("script-src 'self'", "object-src 'none'"),
    ],
)
def test_none_around(policies):
    assert [f.outcome for f in judge(*policies)] == ["pass"]


def test_where_scripts_are_not_restricted_there_is_one_finding_elsewhere():
    reason = "no Content-Security-Policy restricts scripts: that is HDR001 or HDR002"
    assert judge("frame-ancestors 'none'") == [not_applicable(reason, APP)]
    assert told(csp_restricts_base_and_objects, response()) == [not_applicable(reason, APP)]


def test_gaps_only():
    assert judge(gaps=(Gap(APP, "connection refused"),)) == []
