from __future__ import annotations

from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.security_headers.csp_nonce_fresh import csp_nonce_fresh
from tests.checks.headers import APP, response, told


def page(nonce, **fields):
    return response(("content-security-policy", f"script-src 'nonce-{nonce}' 'strict-dynamic'"), **fields)


def test_fresh():
    assert told(csp_nonce_fresh, page("a" * 22), page("b" * 22)) == [
        passed(APP, "2 answers, no nonce twice", confidence=Confidence.PROVEN, urls=[f"{APP}/"])
    ]


def test_used_again():
    assert told(csp_nonce_fresh, page("a" * 22), page("a" * 22)) == [
        failed(
            APP,
            "two answers have the same nonce",
            confidence=Confidence.PROVEN,
            reproduce=f"for i in 1 2; do curl -s -o /dev/null -D - {APP}/ | grep -i nonce-; done",
            nonce_characters=[22],
            urls=[f"{APP}/", f"{APP}/"],
        )
    ]


def test_used_again_on_another_page_or_in_a_report():
    assert told(csp_nonce_fresh, page("a"), page("b"), page("a", url=f"{APP}/x"))[0].outcome == "fail"
    report = response(("content-security-policy-report-only", "script-src 'nonce-a'"))
    assert told(csp_nonce_fresh, report, report)[0].outcome == "fail"


def test_in_capitals_it_is_another():
    assert told(csp_nonce_fresh, page("abc"), page("ABC"))[0].outcome == "pass"


def test_one_answer_proves_nothing():
    assert told(csp_nonce_fresh, page("a"), response()) == [
        unproven(APP, "only one answer has a nonce: there is none to compare it with", "run the audit again")
    ]


def test_without_nonces():
    assert told(csp_nonce_fresh, response()) == [not_applicable("no policy has a nonce", APP)]
    assert told(csp_nonce_fresh, response(kind=Kind.DATA)) == [not_applicable("no page came")]


def test_gaps_only():
    assert told(csp_nonce_fresh, gaps=(Gap(APP, "connection refused"),)) == []
