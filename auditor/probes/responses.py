"""Asks each web surface for a few ordinary answers."""

from __future__ import annotations

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.model import Gap
from auditor.probes.cookies import read_set_cookie
from auditor.probes.html import read_page
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import web_origins
from auditor.registry import probe

_UNKNOWN = "/no-such-page-of-the-audit"


@probe(deadline=30.0)
async def responses(environment: Environment, http: Http) -> Responses:
    """The start page (of the frontend, twice), the health endpoint and a path that does not exist."""
    origins, gaps = web_origins(environment)
    found: list[WebResponse] = []
    more: list[Gap] = []
    for surface, origin in origins.items():
        paths = {
            "frontend": (("/", "the start page"), ("/", "the start page, again")),
            "api": ((environment.health, "the health endpoint"),),
        }.get(surface, (("/", "the start page"),))
        for path, reason in (*paths, (_UNKNOWN, "a path that does not exist")):
            try:
                answer = await http.get(origin + path, verify=False)
                found.append(_seen(surface, origin + path, answer, reason))
            except Unavailable as unavailable:
                more.append(Gap(origin + path, unavailable.reason, unavailable.hint))
    return Responses(tuple(found), (*gaps, *more))


def _seen(surface: str, url: str, answer: Response, reason: str) -> WebResponse:
    html = "html" in (answer.header("content-type") or "").lower()
    kind = Kind.PAGE if html else Kind.DATA
    if answer.status >= 400:
        kind = Kind.ERROR
    elif answer.status >= 300 and answer.header("location"):
        kind = Kind.REDIRECT
    return WebResponse(
        surface,
        url,
        kind,
        answer.status,
        tuple((name.lower(), value) for name, value in answer.headers if name.lower() != "set-cookie"),
        tuple(map(read_set_cookie, answer.header_list("set-cookie"))),
        read_page(answer.text(), url, truncated=answer.truncated) if html else None,
        reason,
    )
