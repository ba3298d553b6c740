from __future__ import annotations

from auditor.facts.exposure import ErrorPage, ErrorPages
from auditor.model import Confidence, Gap, failed, passed
from checks.app_exposure.no_traceback_shown import no_traceback_shown

URL = "https://api.example.com/api/me"
NEUTRAL = ErrorPage(URL, "an unknown path", 404, "")
SHOWN = ErrorPage(URL, "a bearer token that is not one", 500, "Python traceback")


def judge(*pages, gaps=()):
    return list(no_traceback_shown(ErrorPages(pages, gaps)))


def test_neutral():
    assert judge(NEUTRAL, ErrorPage(URL, "a query with a null byte", 400, ""), NEUTRAL) == [
        passed("*", "no traceback in 3 answers to malformed requests", statuses=[400, 404])
    ]


def test_shown():
    assert judge(NEUTRAL, SHOWN) == [
        failed(
            URL,
            "answers 500 with a Python traceback to a bearer token that is not one",
            confidence=Confidence.PROVEN,
            aspect="a bearer token that is not one",
            status=500,
            provoked_by="a bearer token that is not one",
        )
    ]


def test_each_way_is_told():
    other = ErrorPage(URL, "a query with a null byte", 200, "Starlette debug page")
    assert [f.aspect for f in judge(SHOWN, other)] == ["a bearer token that is not one", "a query with a null byte"]


def test_gaps_only():
    assert judge(gaps=(Gap(URL, "connection refused"),)) == []
