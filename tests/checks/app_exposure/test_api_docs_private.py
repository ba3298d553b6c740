from __future__ import annotations

from auditor.facts.exposure import ApiDocs, DocsPage
from auditor.model import Confidence, Gap, failed, passed
from checks.app_exposure.api_docs_private import api_docs_private

DOCS = "https://api.example.com/docs"
CLOSED = DocsPage(DOCS, 404, "")


def judge(*pages, gaps=()):
    return list(api_docs_private(ApiDocs(pages, gaps)))


def test_closed():
    other = DocsPage("https://api.example.com/redoc", 401, "")
    assert judge(CLOSED, other, CLOSED) == [
        passed(
            "*",
            "none of 3 usual addresses serves documentation",
            confidence=Confidence.PROVEN,
            statuses=[401, 404],
        )
    ]


def test_a_page_that_is_something_else():
    assert [f.outcome for f in judge(DocsPage(DOCS, 200, ""))] == ["pass"]


def test_open():
    assert judge(CLOSED, DocsPage(DOCS, 200, "Swagger UI")) == [
        failed(
            DOCS,
            "serves Swagger UI to everyone",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s {DOCS}",
            kind="Swagger UI",
            status=200,
        )
    ]


def test_each_open_page_is_told():
    document = DocsPage("https://api.example.com/openapi.json", 200, "the OpenAPI document")
    assert [f.message for f in judge(DocsPage(DOCS, 200, "ReDoc"), document)] == [
        "serves ReDoc to everyone",
        "serves the OpenAPI document to everyone",
    ]


def test_gaps_only():
    assert judge(gaps=(Gap(DOCS, "connection refused"),)) == []
