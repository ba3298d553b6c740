"""Answers of web surfaces, built from what a server writes."""

from __future__ import annotations

from datetime import UTC, datetime

from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.probes.cookies import read_set_cookie
from auditor.probes.html import read_page

APP = "https://app.example.com/"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def response(html: str | None = None, *, url: str = APP, cookies=(), truncated=False, **headers: str) -> WebResponse:
    """An answer; underscores in header names stand for hyphens."""
    return WebResponse(
        "frontend",
        url,
        Kind.DATA if html is None else Kind.PAGE,
        200,
        tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        tuple(read_set_cookie(line, NOW) for line in cookies),
        None if html is None else read_page(html, url, truncated=truncated),
    )


def answers(html: str | None = None, **options) -> Responses:
    """One answer."""
    return Responses((response(html, **options),))


def setting(*cookies: str, url: str = APP) -> Responses:
    """An answer that sets cookies."""
    return answers(cookies=cookies, url=url)


def told(findings) -> list[tuple[str, str, str]]:
    """Outcome, subject and message."""
    return [(str(one.outcome), one.subject, one.message) for one in findings]


def outcomes(findings) -> list[str]:
    return [str(one.outcome) for one in findings]
