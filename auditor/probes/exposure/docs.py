"""Looks at the API as a stranger would: documentation, error pages, metrics. Recognises by content, never by status."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

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
    # with its type, or, as some exporters leave types out, a sample: name, labels, value
    r"^# TYPE \S+ (?:counter|gauge|histogram|summary|untyped|unknown|info|stateset)"
    r"|^[a-zA-Z_:][a-zA-Z0-9_:]{2,200}(?:\{[^}\n]{0,2000}\})? [-+]?(?:[0-9][0-9.e+-]{0,40}|NaN|Inf)(?: [0-9]{1,20})?$",
    re.MULTILINE,
)
_OPENAPI = re.compile(r"\s*\{\s*\"(?:openapi|swagger)\"\s*:")
"""How the document begins, where it is too long to be read to its end."""
_FROM_OTHERS = (429, 502, 503, 504)
"""Answers of limiters and proxies: the application has not said a word."""
_TRACEBACKS = (
    ("Python traceback", re.compile(r"Traceback \(most recent call last\)")),
    ("Starlette debug page", re.compile(r"<title>Starlette Debugger</title>")),
    ("Node.js stack trace", re.compile(r"\n[ \t]{1,40}at [^\n]{1,400} \((?:/|node:|file:)[^\n]{1,400}:\d+:\d+\)")),
)


@probe(deadline=20.0)
async def api_docs(environment: Environment, http: Http) -> ApiDocs:
    """The usual addresses of FastAPI's documentation."""
    api = origin(environment, "api")
    pages: list[DocsPage] = []
    gaps: list[Gap] = []
    for path in _DOCS:
        try:
            answer = await _following(http, api + path)
        except Unavailable as unavailable:
            gaps.append(Gap(api + path, unavailable.reason, unavailable.hint))
            break
        if _busy(answer):
            gaps.append(_untold(api + path, answer))
            continue
        pages.append(DocsPage(api + path, answer.status, _docs_kind(answer)))
    return ApiDocs(tuple(pages), tuple(gaps))


async def _following(http: Http, url: str) -> Response:
    """A GET, and one redirect on the same host after it: ``/docs`` often leads to ``/docs/``."""
    answer = await http.get(url)
    try:
        target = urljoin(url, answer.header("location") or "")
        here = urlsplit(target)[:2] == urlsplit(url)[:2]
    except ValueError:  # a server may call anything a URL
        return answer
    return await http.get(target) if here and 300 <= answer.status < 400 else answer


def _busy(answer: Response) -> bool:
    """Whether it says nothing about the page: too many requests, or a server error."""
    return answer.status == 429 or answer.status >= 500


def _untold(url: str, answer: Response) -> Gap:
    reason = f"answers {answer.status}: what it would show, nobody can tell"
    return Gap(url, reason, "run the audit while the API is up")


def _docs_kind(answer: Response) -> str:
    if answer.status != 200:
        return ""
    text = answer.text()
    if "swagger-ui" in text and "SwaggerUIBundle" in text:
        return "Swagger UI"
    if "<redoc" in text:
        return "ReDoc"
    if answer.truncated and _OPENAPI.match(text):
        return "the OpenAPI document"
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
        shown = _traceback(answer.text())
        if answer.status in _FROM_OTHERS and not shown:
            gaps.append(_untold(api + path, answer))
        else:
            pages.append(ErrorPage(api + path, provoked_by, answer.status, shown))
    return ErrorPages(tuple(pages), tuple(gaps))


def _traceback(text: str) -> str:
    return next((kind for kind, pattern in _TRACEBACKS if pattern.search(text)), "")


@probe(deadline=15.0)
async def metrics_page(environment: Environment, http: Http) -> MetricsPage:
    """The metrics path, asked without credentials."""
    url = origin(environment, "api") + environment.metrics
    answer = await _following(http, url)
    if _busy(answer):
        gap = _untold(url, answer)
        raise Unavailable(f"{url} {gap.reason}", gap.hint)
    text = answer.text()
    shown = answer.status == 200 and not text.lstrip().startswith("<")  # a page for browsers
    return MetricsPage(url, answer.status, len(_METRIC_FAMILY.findall(text)) if shown else 0)
