from __future__ import annotations

from auditor.facts.headers.frameworks import hosted_by_supabase, is_next
from auditor.facts.headers.verdicts import bad, findings, good, page_findings
from auditor.facts.page import Page
from auditor.facts.responses import Kind, Responses
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from tests.checks.headers import API, APP, response


def by_header(answer):
    for value in answer.values("x"):
        yield good("good", values=("a", "b")) if value == "1" else bad(f"bad {value}", value, n=answer.status)


def test_what_is_the_same_is_told_once():
    answers = [response(("x", "2"), kind=kind, origin=API) for kind in (Kind.ERROR, Kind.PAGE, Kind.DATA)]
    assert list(findings(answers, by_header)) == [
        failed(
            API,
            "pages and data and errors: bad 2",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {API}/none",
            aspect="2",
            n=404,
            kinds=["page", "data", "error"],
            urls=[f"{API}/none", f"{API}/", f"{API}/health"],
        )
    ]


def test_what_is_good_is_told_only_where_nothing_is_bad():
    answers = [response(("x", "1")), response(("x", "2")), response(("x", "1"), kind=Kind.DATA), response()]
    assert [(f.subject, f.outcome, f.message) for f in findings(answers, by_header)] == [
        (APP, "fail", "pages: bad 2"),
        (API, "pass", "data: good"),
    ]
    assert list(findings(answers[:1], by_header)) == [
        passed(APP, "pages: good", confidence=Confidence.PROVEN, values=["a", "b"], kinds=["page"], urls=[f"{APP}/"])
    ]


def test_examples_are_few():
    answers = [response(("x", "2"), url=f"{APP}/{number}") for number in range(9)]
    [found] = findings(answers, by_header)
    assert found.evidence["urls"] == [f"{APP}/{number}" for number in range(5)]


def test_pages():
    data, page = response(("x", "2"), kind=Kind.DATA), response()
    assert list(page_findings(Responses((data, page)), by_header, "nothing to say")) == [
        not_applicable("it serves data, no pages", API),
        not_applicable("nothing to say", APP),
    ]


def test_a_frontend_without_a_page():
    error = response(kind=Kind.ERROR, origin=APP, surface="frontend")
    assert list(page_findings(Responses((error,)), by_header, "")) == [
        unproven(APP, "no page came: nobody can tell what the headers of pages are")
    ]
    assert list(page_findings(Responses((error,), (Gap(APP, "answers 403"),)), by_header, "")) == []


def test_next():
    assert is_next(response(page=Page(generator="next")))
    assert is_next(response(("x-powered-by", "Next.js")))
    assert is_next(response(("x-nextjs-cache", "HIT")))
    assert not is_next(response(("x-powered-by", "Express"), page=Page(generator="vite")))


def test_supabase():
    def at(*headers, surface="supabase", url="https://abc.supabase.co/rest/v1/"):
        return hosted_by_supabase(response(*headers, kind=Kind.DATA, surface=surface, url=url))

    assert at()
    assert at(("sb-project-ref", "abc"), url="https://db.example.com/")
    assert not at(url="https://db.example.com/")
    assert not at(surface="api")
    assert not at(url="https://abc.supabase.co.evil.test/")
