from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.facts.policy import TlsPolicy
from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.https.hsts_enabled import hsts_enabled
from tests.checks.headers import API, APP, outcome, response, told

NAME = "strict-transport-security"
GOOD = "max-age=63072000; includeSubDomains"


def of(*values, kind=Kind.PAGE, **fields):
    return response(*((NAME, value) for value in values), kind=kind, **fields)


def judge(*answers, policy=None, gaps=()):
    return told(hsts_enabled, *answers, policy=policy or TlsPolicy(), gaps=gaps)


def test_enabled():
    assert judge(of(GOOD), of(GOOD), of(GOOD, kind=Kind.DATA)) == [
        passed(
            APP,
            "pages: browsers remember HTTPS for 730 days",
            confidence=Confidence.PROVEN,
            header=GOOD,
            max_age_days=730.0,
            least_days=180.0,
            kinds=["page"],
            urls=[f"{APP}/"],
        ),
        passed(
            API,
            "data: browsers remember HTTPS for 730 days",
            confidence=Confidence.PROVEN,
            header=GOOD,
            max_age_days=730.0,
            least_days=180.0,
            kinds=["data"],
            urls=[f"{API}/health"],
        ),
    ]


def test_missing():
    assert judge(of()) == [
        failed(
            APP,
            "pages: there is no Strict-Transport-Security header",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="missing",
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_one_cause_is_one_finding():
    page = of(kind=Kind.PAGE, origin=API)
    assert [(f.message, f.evidence["urls"]) for f in judge(page, of(kind=Kind.DATA))] == [
        ("pages and data: there is no Strict-Transport-Security header", [f"{API}/", f"{API}/health"])
    ]


@pytest.mark.parametrize(
    ("value", "aspect", "message"),
    [
        ("max-age=abc", "invalid", "browsers ignore the Strict-Transport-Security header: max-age is not a number"),
        (
            "max-age=31536000 includeSubDomains",
            "invalid",
            "browsers ignore the Strict-Transport-Security header: after",
        ),
        (
            "max-age=31536000; max-age=0",
            "invalid",
            "browsers ignore the Strict-Transport-Security header: max-age is t",
        ),
        ("max-age=0", "forgets", "max-age=0 makes browsers forget"),
        ('max-age="0"', "forgets", "max-age=0 makes browsers forget"),
        ("max-age=300", "short", "browsers remember HTTPS for 300 s; the least is 15552000 s"),
        ("max-age=15551999", "short", "browsers remember HTTPS for 15551999 s; the least is 15552000 s"),
    ],
)
def test_not_good(value, aspect, message):
    [found] = judge(of(value))
    assert (found.outcome, found.aspect, found.evidence["header"]) == ("fail", aspect, value)
    assert found.message.startswith(f"pages: {message}")


@pytest.mark.parametrize("value", ["max-age=15552000", 'max-age="31536000"', "max-age=99999999999999999999999"])
def test_good_enough(value):
    assert [f.outcome for f in judge(of(value))] == ["pass"]


def test_the_first_line_counts():
    assert [f.outcome for f in judge(of(GOOD, "max-age=0"), of("max-age=0", GOOD, kind=Kind.DATA))] == ["pass", "fail"]


def test_the_policy_decides():
    assert [f.outcome for f in judge(of(GOOD), policy=TlsPolicy(hsts_min_age=timedelta(days=731)))] == ["fail"]
    assert [f.outcome for f in judge(of("max-age=60"), policy=TlsPolicy(hsts_min_age=timedelta(seconds=60)))] == [
        "pass"
    ]


def test_over_plain_http_it_does_not_count():
    assert judge(of(GOOD, origin="http://app.example.com")) == [
        not_applicable("HSTS counts over https only; that it is not, TLS001 says", "http://app.example.com")
    ]


@pytest.mark.parametrize("origin", ["https://192.0.2.7", "https://[2001:db8::1]:8443"])
def test_for_addresses_it_does_not_count(origin):
    reason = "browsers keep HSTS for names, not for addresses (RFC 6797 section 8.1.1)"
    assert judge(of(GOOD, origin=origin)) == [not_applicable(reason, origin)]


def test_errors_redirects_and_files_are_another_checks():
    answers = [of(kind=kind) for kind in (Kind.ERROR, Kind.REDIRECT, Kind.STATIC)]
    assert judge(of(GOOD, kind=Kind.DATA), *answers)[0].outcome == "pass"


def test_nothing_but_errors_proves_nothing():
    gap = Gap(API, "answers only 400")
    assert judge(of(GOOD, kind=Kind.ERROR, status=400), gaps=(gap,)) == []
    assert judge(of(GOOD, kind=Kind.ERROR, status=400)) == [
        unproven(API, "no page and no data came: nobody can tell what their headers are")
    ]


def test_a_closed_supabase_answers_with_refusals():
    refusal = replace(of(GOOD, kind=Kind.ERROR, status=401), surface="supabase")
    assert outcome(hsts_enabled, refusal, policy=TlsPolicy()) == ["pass"]
    assert outcome(hsts_enabled, replace(refusal, headers=()), policy=TlsPolicy()) == ["fail"]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
