from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.cors import CorsAnswer, CorsAnswers
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.cors.foreign_origin_refused import foreign_origin_refused

EVIL = "https://evil.invalid"
ASKED = CorsAnswer("GET /api/me", EVIL, "foreign", False, False, 200, (), ())
PREFLIGHT = replace(ASKED, preflight=True, status=400)
DECLARED = replace(ASKED, origin="https://app.example.com", kind="declared")


def judge(*answers, gaps=()):
    return list(foreign_origin_refused(CorsAnswers("https://api.example.com", answers, gaps)))


def reflecting(answer, credentials=("true",)):
    return replace(answer, allow_origin=(answer.origin,), allow_credentials=credentials)


def refused(*answers):
    return [
        passed(
            "GET /api/me",
            f"none of {len(answers)} questions from foreign origins was allowed with credentials",
            confidence=Confidence.PROVEN,
            origins=sorted({answer.origin for answer in answers}),
            statuses=sorted({answer.status for answer in answers}),
        )
    ]


def leaking(answer, reproduce):
    return [
        failed(
            "GET /api/me",
            f"allows the {answer.kind} origin {answer.origin} with credentials",
            confidence=Confidence.PROVEN,
            aspect=answer.kind,
            reproduce=reproduce,
            origin=answer.origin,
            allow_origin=list(answer.allow_origin),
            allow_credentials=["true"],
            with_cookie=answer.with_cookie,
            preflight=answer.preflight,
        )
    ]


def test_silence():
    assert judge(ASKED, PREFLIGHT) == refused(ASKED, PREFLIGHT)


def test_reflected_with_credentials():
    answer = reflecting(ASKED)
    assert judge(answer) == leaking(answer, f"curl -si -H 'Origin: {EVIL}' $API/api/me")


def test_reflected_with_a_cookie_only():
    answer = reflecting(replace(ASKED, with_cookie=True))
    assert judge(ASKED, answer) == leaking(answer, f"curl -si -H 'Origin: {EVIL}' -H 'Cookie: a=b' $API/api/me")


def test_reflected_in_the_preflight_only():
    answer = reflecting(PREFLIGHT)
    assert judge(ASKED, answer) == leaking(
        answer, f"curl -si -X OPTIONS -H 'Origin: {EVIL}' -H 'Access-Control-Request-Method: GET' $API/api/me"
    )


def test_null():
    answer = reflecting(replace(ASKED, origin="null", kind="null"))
    assert judge(answer) == leaking(answer, "curl -si -H 'Origin: null' $API/api/me")


def test_one_finding_for_each_kind_of_origin():
    null = reflecting(replace(ASKED, origin="null", kind="null"))
    other = reflecting(replace(ASKED, origin="https://other.invalid"))
    found = judge(null, reflecting(ASKED), other)
    assert [(f.aspect, f.evidence["origin"]) for f in found] == [("foreign", EVIL), ("null", "null")]


@pytest.mark.parametrize(
    "credentials", [(), ("",), ("True",), ("TRUE",), ("false",), ("true", "true"), ("true, true",)]
)
def test_browsers_take_exactly_true_for_credentials(credentials):
    answer = reflecting(ASKED, credentials)
    assert judge(answer) == refused(answer)


@pytest.mark.parametrize("origins", [("*",), ("https://app.example.com",), (EVIL + "/",), (EVIL.upper(),), ("null",)])
def test_what_is_no_reflection(origins):
    """``*`` with credentials is refused by browsers (Fetch, CORS check)."""
    answer = replace(ASKED, allow_origin=origins, allow_credentials=("true",))
    assert judge(answer) == refused(answer)


def test_a_reflected_origin_beside_another_counts():
    answer = replace(ASKED, allow_origin=("https://app.example.com", EVIL), allow_credentials=("true",))
    assert [f.outcome for f in judge(answer)] == ["fail"]


def test_what_the_declared_origin_is_allowed_is_no_leak():
    assert judge(ASKED, reflecting(DECLARED)) == refused(ASKED)


def test_each_endpoint_is_told():
    other = replace(reflecting(ASKED), endpoint="GET /api/list")
    assert [(f.subject, f.outcome) for f in judge(ASKED, other, PREFLIGHT)] == [
        ("GET /api/list", "fail"),
        ("GET /api/me", "pass"),
    ]


@pytest.mark.parametrize("status", [404, 429, 500, 502, 503])
def test_an_answer_that_is_not_the_routes_own_proves_nothing(status):
    silent = [
        unproven(
            "GET /api/me",
            f"answers {status}: what it would say to a foreign origin when it works, nobody can tell",
            "name a route that exists in [policy.cors] endpoints, and run the audit while the API is up",
            statuses=[status],
        )
    ]
    answer = replace(ASKED, status=status)
    assert judge(answer) == silent
    assert judge(ASKED, answer, PREFLIGHT, replace(DECLARED, status=status)) == silent
    assert judge(answer, reflecting(DECLARED)) == silent
    assert judge(answer, replace(reflecting(DECLARED), status=status, endpoint="GET /api/list")) == silent


@pytest.mark.parametrize("status", [404, 429, 500])
def test_it_proves_something_where_the_declared_origin_gets_its_headers(status):
    answer = replace(ASKED, status=status)
    assert judge(answer, replace(reflecting(DECLARED), status=status)) == refused(answer)


@pytest.mark.parametrize("status", [200, 204, 301, 307, 400, 401, 403, 405, 422])
def test_other_answers_are_the_routes_own(status):
    answer = replace(ASKED, status=status)
    assert judge(answer) == refused(answer)


@pytest.mark.parametrize("status", [404, 405, 500])
def test_a_preflight_without_headers_refuses_whatever_its_status(status):
    answer = replace(PREFLIGHT, status=status)
    assert judge(answer) == refused(answer)


def test_a_leak_is_told_whatever_the_status():
    assert [f.outcome for f in judge(replace(reflecting(ASKED), status=500))] == ["fail"]


def test_nothing_was_asked():
    assert judge() == [not_applicable("no endpoint was asked")]
    assert judge(DECLARED) == [not_applicable("no endpoint was asked")]


def test_gaps_only():
    assert judge(gaps=(Gap("GET /api/me", "connection refused"),)) == []


def test_what_everyone_is_allowed_says_nothing_of_other_answers():
    """A proxy's error page may carry a header for everyone; only what a declared origin gets is the application's."""
    everyone = replace(ASKED, status=500, allow_origin=("*",))
    assert [f.outcome for f in judge(everyone)] == ["error"]
