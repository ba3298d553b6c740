"""Provokes errors with harmless requests that are malformed, and looks at what the API says of itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.exposure import ErrorPage, ErrorPages
from auditor.facts.policy import CorsPolicy
from auditor.facts.routes import ApiRoutes
from auditor.model import Gap
from auditor.probes.exposure.contents import unreadable
from auditor.probes.exposure.operations import changes_something
from auditor.probes.exposure.tracebacks import software_in, traceback_in
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.surfaces import origin
from auditor.registry import probe

_MOST_ENDPOINTS = 4
_SECONDS = 8.0
_FROM_OTHERS = (429, 502, 503, 504)
"""Answers of limiters and proxies: the application has not said a word."""
_PLAIN = (("Accept", "text/plain"),)
_PAGE = (("Accept", "text/html"),)


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    provoked_by: str
    headers: tuple[tuple[str, str], ...]


@probe(deadline=45.0)
async def error_pages(environment: Environment, policy: CorsPolicy, routes: ApiRoutes, http: Http) -> ErrorPages:
    """An unknown path, a broken escape, and for a few documented GETs a broken bearer token and a broken query.

    Frameworks show people another page than programs: what makes both is asked for as both.
    """
    api = origin(environment, "api")
    pages: list[ErrorPage] = []
    gaps: list[Gap] = []
    for request in _requests(environment, policy, routes):
        try:
            told = await _ask(http, api, request)
        except Unreachable as unreachable:
            gaps.append(Gap(api + request.path, unreachable.reason, unreachable.hint))
            if unreachable.kind is not Failure.RESET:
                break  # a host that does not answer is asked once
            continue
        (pages if isinstance(told, ErrorPage) else gaps).append(told)  # type: ignore[arg-type]
    return ErrorPages(tuple(pages), tuple(gaps))


def _requests(environment: Environment, policy: CorsPolicy, routes: ApiRoutes) -> Iterator[_Request]:
    unknown = f"/no-such-page-{secrets.token_hex(4)}"
    yield _Request(unknown, "an unknown path", _PLAIN)
    yield _Request(unknown, "an unknown path, asked for as a page", _PAGE)
    yield _Request("/%ff", "a path with a broken escape", _PAGE)
    declared = [one.path for one in policy.endpoints if one.method == "GET" and "{" not in one.path]
    named = [one.path for one in routes.operations if one.askable and not changes_something(one.path)]
    paths = list(dict.fromkeys((*declared, *named)))[:_MOST_ENDPOINTS] or [environment.health]
    for path in paths:
        yield _Request(path, "a bearer token that is not one", (("Authorization", "Bearer audit"), *_PLAIN))
        yield _Request(f"{path}?limit=%00", "a query with a null byte", _PLAIN)
    yield _Request(paths[0], "a cookie that is not one", (("Cookie", "session=%00; sessionid=audit"), *_PAGE))


async def _ask(http: Http, api: str, request: _Request) -> ErrorPage | Gap:
    url = api + request.path
    try:
        answer = await http.get(url, headers=request.headers, deadline=_SECONDS, verify=False, max_body=500_000)
    except Unreachable:
        raise
    except Unavailable as unavailable:
        return Gap(url, unavailable.reason, unavailable.hint)
    if why := unreadable(answer):
        return Gap(url, f"could not be read: {why}")
    text = answer.text()
    shown = traceback_in(text)
    if answer.status in _FROM_OTHERS and not shown:
        reason = f"answers {answer.status}: what it would show, nobody can tell"
        return Gap(url, reason, "run the audit while the API is up")
    software = software_in(text) if answer.status >= 400 else ""
    return ErrorPage(url, request.provoked_by, answer.status, shown, software)
