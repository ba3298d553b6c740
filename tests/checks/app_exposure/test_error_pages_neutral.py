from __future__ import annotations

from auditor.facts.exposure import ErrorPage, ErrorPages
from auditor.model import Confidence, Gap, failed, passed
from checks.app_exposure.error_pages_neutral import error_pages_neutral

URL = "https://api.example.com/x"


def test_neutral():
    assert list(error_pages_neutral(ErrorPages((ErrorPage(URL, "an unknown path", 404, ""),)))) == [
        passed("*", "none of 1 answers to malformed requests names a server")
    ]


def test_named_once():
    pages = tuple(ErrorPage(URL, way, 404, "", "nginx/1.22.1") for way in ("an unknown path", "a query"))
    assert list(error_pages_neutral(ErrorPages(pages))) == [
        failed(
            URL,
            "answers 404 with a page that names nginx/1.22.1",
            confidence=Confidence.PROVEN,
            aspect="nginx/1.22.1",
            provoked_by="an unknown path",
            status=404,
        )
    ]


def test_gaps_only():
    assert list(error_pages_neutral(ErrorPages((), (Gap(URL, "down"),)))) == []
