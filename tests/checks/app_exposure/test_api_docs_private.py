from __future__ import annotations

from auditor.facts.exposure import OAUTH2, ApiDocs, DocsPage
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


def test_documented_on_purpose():
    found = ApiDocs((DocsPage(DOCS, 200, "ReDoc"),), (), declared=True)
    assert [(f.outcome, f.message) for f in api_docs_private(found)] == [
        ("pass", "the API is documented in public, as the checklist says")
    ]


def test_moved():
    page = DocsPage(f"{DOCS}/oauth2-redirect", 200, OAUTH2)
    moved = "serves the OAuth2 page of Swagger UI to everyone: the documentation has moved, and is not closed"
    assert [f.message for f in judge(page)] == [moved]
    assert [f.message for f in judge(page, DocsPage(DOCS, 200, "ReDoc"))] == ["serves ReDoc to everyone"]
