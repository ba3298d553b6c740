from __future__ import annotations

import pytest

from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.https.hsts_on_every_response import hsts_on_every_response
from tests.checks.headers import API, response, told

NAME = "strict-transport-security"
GOOD = (NAME, "max-age=63072000; includeSubDomains")
PAGE = response(GOOD, kind=Kind.PAGE, origin=API)
OTHERS = [Kind.ERROR, Kind.REDIRECT, Kind.STATIC]


def judge(*answers, gaps=()):
    return told(hsts_on_every_response, *answers, gaps=gaps)


def test_on_every_answer():
    assert judge(PAGE, *(response(GOOD, kind=kind) for kind in OTHERS)) == [
        passed(
            API,
            "static files and errors and redirects: Strict-Transport-Security is there",
            confidence=Confidence.PROVEN,
            kinds=["static", "error", "redirect"],
            urls=[f"{API}/none", f"{API}/old", f"{API}/app.js"],
        )
    ]


@pytest.mark.parametrize("kind", OTHERS)
def test_add_header_without_always(kind):
    others = [response(GOOD, kind=other) for other in OTHERS if other is not kind]
    [found] = judge(PAGE, response(kind=kind), *others)
    words = {Kind.ERROR: "errors", Kind.REDIRECT: "redirects", Kind.STATIC: "static files"}[kind]
    assert found == failed(
        API,
        f"{words}: there is no Strict-Transport-Security header",
        confidence=Confidence.PROVEN,
        reproduce=f"curl -s -o /dev/null -D - {response(kind=kind).url}",
        aspect="missing",
        kinds=[kind.value],
        urls=[response(kind=kind).url],
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("max-age=0", "errors: max-age=0 makes browsers forget what pages told them"),
        ("max-age", "errors: browsers ignore the Strict-Transport-Security header: max-age has no value"),
    ],
)
def test_as_good_as_none(value, message):
    [found] = judge(PAGE, response((NAME, value), kind=Kind.ERROR))
    assert (found.outcome, found.message, found.aspect) == ("fail", message, "invalid")


def test_without_it_on_pages_there_is_one_finding_elsewhere():
    assert judge(response(kind=Kind.DATA), response(kind=Kind.ERROR)) == [
        not_applicable("pages and data do not have it either: that is HTTPS001", API)
    ]


def test_pages_only():
    assert judge(PAGE) == [not_applicable("no error, redirect or static file came", API)]


def test_over_plain_http():
    answer = response(kind=Kind.ERROR, origin="http://api.example.com")
    assert judge(answer) == [not_applicable("HSTS counts over https only", "http://api.example.com")]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
