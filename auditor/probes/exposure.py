"""Looks at the API as a stranger would: documentation, error pages, metrics. Recognises by content, never by status."""

from __future__ import annotations

import re

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.exposure import ApiDocs, DocsPage, ErrorPage, ErrorPages, MetricsPage
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.model import Gap
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import origin
from auditor.registry import probe

_DOCS = ("/docs", "/redoc", "/openapi.json", "/api/docs", "/api/openapi.json", "/api/v1/openapi.json")
_METRIC_FAMILY = re.compile(
    r"^# TYPE \S+ (?:counter|gauge|histogram|summary|untyped|unknown|info|stateset)", re.MULTILINE
)
_TRACEBACKS = (
    ("Python traceback", re.compile(r"Traceback \(most recent call last\)")),
    ("Starlette debug page", re.compile(r"<title>Starlette Debugger</title>")),
    ("Node.js stack trace", re.compile(r"\n\s+at .+ \((?:/|node:|file:).+:\d+:\d+\)")),
)


@probe(deadline=20.0)
async def api_docs(environment: Environment, http: Http) -> ApiDocs:
    """The usual addresses of FastAPI's documentation."""
    api = origin(environment, "api")
    pages: list[DocsPage] = []
    gaps: list[Gap] = []
    for path in _DOCS:
        try:
            answer = await http.get(api + path)
        except Unavailable as unavailable:
            gaps.append(Gap(api + path, unavailable.reason, unavailable.hint))
            break
        pages.append(DocsPage(api + path, answer.status, _docs_kind(answer)))
    return ApiDocs(tuple(pages), tuple(gaps))


def _docs_kind(answer: Response) -> str:
    if answer.status != 200:
        return ""
    text = answer.text()
    if "swagger-ui" in text and "SwaggerUIBundle" in text:
        return "Swagger UI"
    if "<redoc" in text:
        return "ReDoc"
    try:
        document = answer.json()
    except Unavailable:
        return ""
    return "the OpenAPI document" if isinstance(document, dict) and {"openapi", "paths"} <= set(document) else ""


@probe(deadline=20.0)
async def error_pages(environment: Environment, policy: CorsPolicy, http: Http) -> ErrorPages:
    """Harmless requests that are malformed: an unknown path, a broken bearer token, a broken query."""
    api = origin(environment, "api")
    endpoints = [e for e in policy.endpoints if e.method == "GET"] or [Endpoint("GET", environment.health)]
    requests: list[tuple[str, str, tuple[tuple[str, str], ...]]] = [
        ("/no-such-page-of-the-audit", "an unknown path", ())
    ]
    for endpoint in endpoints:
        requests.append((endpoint.path, "a bearer token that is not one", (("Authorization", "Bearer audit"),)))
        requests.append((f"{endpoint.path}?limit=%00", "a query with a null byte", ()))
    pages: list[ErrorPage] = []
    gaps: list[Gap] = []
    for path, provoked_by, headers in requests:
        try:
            answer = await http.get(api + path, headers=(*headers, ("Accept", "text/plain")))
        except Unavailable as unavailable:
            gaps.append(Gap(api + path, unavailable.reason, unavailable.hint))
            continue
        pages.append(ErrorPage(api + path, provoked_by, answer.status, _traceback(answer.text())))
    return ErrorPages(tuple(pages), tuple(gaps))


def _traceback(text: str) -> str:
    return next((kind for kind, pattern in _TRACEBACKS if pattern.search(text)), "")


@probe(deadline=15.0)
async def metrics_page(environment: Environment, http: Http) -> MetricsPage:
    """The metrics path, asked without credentials."""
    url = origin(environment, "api") + environment.metrics
    answer = await http.get(url)
    families = len(_METRIC_FAMILY.findall(answer.text()))
    return MetricsPage(url, answer.status, families if answer.status == 200 else 0)
