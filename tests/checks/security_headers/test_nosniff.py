from __future__ import annotations

import pytest

from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.nosniff import nosniff
from tests.checks.headers import API, response, told

GOOD = ("x-content-type-options", "nosniff")
NONE = [not_applicable("no answer with a body came that the stack itself configures")]


def test_on_every_answer():
    kinds = (Kind.PAGE, Kind.DATA, Kind.STATIC, Kind.ERROR)
    assert told(nosniff, *(response(GOOD, kind=kind, origin=API) for kind in kinds)) == [
        passed(
            API,
            "pages and data and static files and errors: X-Content-Type-Options: nosniff",
            confidence=Confidence.PROVEN,
            kinds=["page", "data", "static", "error"],
            urls=[f"{API}/", f"{API}/health", f"{API}/app.js", f"{API}/none"],
        )
    ]


@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.DATA, Kind.STATIC, Kind.ERROR])
def test_missing_on_one(kind):
    others = [response(GOOD, kind=other) for other in (Kind.DATA, Kind.STATIC, Kind.ERROR) if other is not kind]
    bad = response(kind=kind, origin=API)
    words = {Kind.PAGE: "pages", Kind.DATA: "data", Kind.STATIC: "static files", Kind.ERROR: "errors"}
    assert told(nosniff, *others, bad) == [
        failed(
            API,
            f"{words[kind]}: there is no X-Content-Type-Options",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {bad.url}",
            aspect="missing",
            kinds=[kind.value],
            urls=[bad.url],
        )
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("nosniff, nosniff", "pass"), ("NOSNIFF", "pass"), ("x, nosniff", "fail"), ("nosniff;", "fail"), ("", "fail")],
)
def test_as_browsers_read_it(value, expected):
    [found] = told(nosniff, response((GOOD[0], value)))
    assert found.outcome == expected


def test_what_has_no_body():
    redirect, empty = response(kind=Kind.REDIRECT), response(("content-length", "0"), kind=Kind.DATA)
    assert told(nosniff, redirect, empty, response(kind=Kind.DATA, status=204)) == NONE


def test_what_only_supabase_configures():
    answer = response(kind=Kind.DATA, surface="supabase", url="https://abc.supabase.co/rest/v1/")
    assert told(nosniff, answer) == NONE


def test_gaps_only():
    assert told(nosniff, gaps=(Gap(API, "connection refused"),)) == []
