"""Answers of web servers, as checks get them."""

from __future__ import annotations

from auditor.facts.page import Page
from auditor.facts.responses import Kind, Responses, WebResponse

APP = "https://app.example.com"
API = "https://api.example.com"
PATHS = {Kind.PAGE: "/", Kind.DATA: "/health", Kind.STATIC: "/app.js", Kind.ERROR: "/none", Kind.REDIRECT: "/old"}
STATUSES = {Kind.ERROR: 404, Kind.REDIRECT: 307}


def response(*headers: tuple[str, str], kind: Kind = Kind.PAGE, origin: str = "", **fields) -> WebResponse:
    """An answer of the frontend (pages) or the API (everything else)."""
    surface = "frontend" if kind is Kind.PAGE else "api"
    values = {
        "surface": surface,
        "url": (origin or (APP if kind is Kind.PAGE else API)) + PATHS[kind],
        "kind": kind,
        "status": STATUSES.get(kind, 200),
        "headers": headers,
        "page": Page() if kind is Kind.PAGE else None,
    }
    return WebResponse(**{**values, **fields})


def told(check, *answers: WebResponse, policy=None, gaps=()) -> list:
    """What a check says of the answers."""
    fact = Responses(answers, gaps)
    return list(check(fact) if policy is None else check(fact, policy))


def outcome(check, *answers: WebResponse, policy=None) -> list[str]:
    """The outcomes, in order."""
    return [str(finding.outcome) for finding in told(check, *answers, policy=policy)]
