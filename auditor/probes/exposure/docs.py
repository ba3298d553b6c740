"""Looks for the API's documentation as a stranger would: where frameworks put it, and where the API says it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.exposure import OAUTH2, ApiDocs, DocsPage
from auditor.facts.policy import ExposurePolicy
from auditor.facts.routes import ApiRoutes
from auditor.model import Gap
from auditor.probes.addresses import absolute
from auditor.probes.exposure.contents import unreadable
from auditor.probes.html import read_page
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.openapi import is_document
from auditor.probes.routes import DOCUMENT_BYTES
from auditor.probes.routes import PLACES as DOCUMENTS
from auditor.probes.surfaces import origin
from auditor.registry import probe

PLACES = (
    # FastAPI, at the root and behind a prefix; the page that its Swagger UI has wherever that is
    "/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", "/api/docs", "/api/redoc", "/api/openapi.json",
    "/api/v1/docs", "/api/v1/openapi.json", "/v1/docs",
    # NestJS, Express, springdoc, and others
    "/api-docs", "/api-json", "/swagger", "/swagger.json", "/swagger-ui/index.html", "/v3/api-docs", "/openapi.yaml",
    "/scalar", "/rapidoc", "/reference", "/graphiql", "/playground",
)  # fmt: skip
_PAGES = (
    (OAUTH2, re.compile(r"swaggerUIRedirectOauth2")),
    (
        "Swagger UI",
        re.compile(r"(?i)id=[\"']swagger-ui[\"']|<script[^>]{1,300}swagger-(?:ui-bundle|initializer)\b"),
    ),
    ("ReDoc", re.compile(r"<redoc[\s>]|\bRedoc\.init\(|<script[^>]{1,300}redoc\.standalone\.js")),
    (
        "Scalar",
        re.compile(r"<script[^>]{1,300}(?:@scalar/api-reference|id=\"api-reference\")|Scalar\.createApiReference\("),
    ),
    ("RapiDoc", re.compile(r"<rapi-doc[\s>]")),
    ("Stoplight Elements", re.compile(r"<elements-api[\s>]")),
    (
        "GraphiQL",
        re.compile(
            r"(?i)<title>[^<]{0,60}graphiql|<script[^>]{1,300}graphiql(?:\.min)?\.js|graphql-playground-react"
            r"|EmbeddedSandbox\(|embeddable-sandbox"
        ),
    ),
)  # fmt: skip
_JSON_START = re.compile(r"\s*\{\s*\"(?:openapi|swagger)\"\s*:")
"""How the document begins, where it is too long to be read to its end."""
_YAML = re.compile(r"\A(?:\s{0,9}#[^\n]{0,200}\n|---\s{0,9}\n){0,20}(?:openapi|swagger):\s{0,9}[\"']?\d")
_NAMED = re.compile(
    r"(?i)(?:^|/)(?:[\w.-]{0,40}docs?|openapi[\w.-]{0,20}|swagger[\w.-]{0,20}|redoc|reference|graphiql)/?$"
)
_SPEC = re.compile(
    r"[\"']?(?:\burl|\bspec-?url|data-url|apiDescriptionUrl)[\"']?\s{0,9}[:=]\s{0,9}[\"']([^\"'\s<>]{1,300})[\"']"
)
_QUOTED = re.compile(r"[\"'](/[\w./-]{1,200}|https?://[\w.:/-]{1,300})[\"']")
_AT_ONCE = 8
_MOST_NAMED = 6
_SECONDS = 6.0


@probe(deadline=45.0)
async def api_docs(environment: Environment, routes: ApiRoutes, policy: ExposurePolicy, http: Http) -> ApiDocs:
    """The usual addresses, those that the root of the API names, and those that its documentation names."""
    look = _Look(http, origin(environment, "api"))
    await look.at(["/"])
    await look.at([*PLACES, *look.named_by_root()])
    await look.at([*look.named_by_pages(), *_own(routes, look.api)])
    return ApiDocs(tuple(look.pages), tuple(look.gaps()), policy.public_docs)


def _own(routes: ApiRoutes, api: str) -> Iterator[str]:
    if routes.url.startswith(api + "/"):
        yield routes.url.removeprefix(api)


class _Look:
    """What was seen so far."""

    def __init__(self, http: Http, api: str) -> None:
        self.api = api
        self.pages: list[DocsPage] = []
        self._http = http
        self._texts: dict[str, str] = {}
        self._failed: list[Gap] = []
        self._busy: list[tuple[str, int]] = []
        self._unread: dict[str, list[str]] = {}

    async def at(self, paths: Iterable[str]) -> None:
        """Ask for some; a host that does not answer is not asked on and on."""
        left = [path for path in dict.fromkeys(paths) if path not in self._texts]
        while left and not self._failed:
            now, left = left[:_AT_ONCE], left[_AT_ONCE:]
            await asyncio.gather(*map(self._ask, now))

    async def _ask(self, path: str) -> None:
        url = self.api + path
        try:
            answer = await self._following(url)
        except Unavailable as unavailable:
            self._failed.append(Gap(url, unavailable.reason, unavailable.hint))
            return
        self._texts[path] = answer.text() if answer.status == 200 else ""
        if why := unreadable(answer):
            self._unread.setdefault(why, []).append(path)
            return
        if answer.status == 429 or answer.status >= 500:
            self._busy.append((path, answer.status))
        elif path != "/":
            self.pages.append(DocsPage(url, answer.status, docs_kind(answer)))

    async def _following(self, url: str) -> Response:
        """A GET, and one redirect on the same host after it: ``/docs`` often leads to ``/docs/``."""
        if urlsplit(url).path in DOCUMENTS:  # of which others have asked for, too
            answer = await self._http.once(url, max_body=DOCUMENT_BYTES, verify=False)
        else:
            answer = await self._http.get(url, deadline=_SECONDS, verify=False)
        there = absolute(url, answer.header("location") or "") if 300 <= answer.status < 400 else ""
        if urlsplit(there)[:2] != urlsplit(url)[:2]:
            return answer
        return await self._http.get(there, deadline=_SECONDS, verify=False)

    def named_by_root(self) -> list[str]:
        """Addresses that the API's start page, or what it answers instead of one, calls documentation."""
        text = self._texts.get("/", "")
        links = (one.url for one in read_page(text, self.api + "/").references if one.tag == "a")
        quoted = (absolute(self.api + "/", found) for found in _QUOTED.findall(text[:100_000]))
        named = (path for path in self._own((*links, *quoted)) if _NAMED.search(path))
        return list(dict.fromkeys(named))[:_MOST_NAMED]

    def named_by_pages(self) -> list[str]:
        """The documents that pages of documentation show."""
        found: dict[str, None] = {}
        for page in self.pages:
            if page.kind and page.kind != OAUTH2:
                text = self._texts[page.url.removeprefix(self.api)][:300_000]
                urls = (absolute(page.url, one) for one in _SPEC.findall(text))
                found |= dict.fromkeys(self._own(urls))
        return list(found)[:_MOST_NAMED]

    def _own(self, urls: Iterable[str]) -> Iterator[str]:
        for url in urls:
            if url.startswith(self.api + "/"):
                yield url.removeprefix(self.api).partition("#")[0]

    def gaps(self) -> list[Gap]:
        """What could not be seen, in one sentence."""
        unread = [
            Gap(self.api, f"{len(paths)} usual addresses of documentation could not be read: {why}")
            for why, paths in self._unread.items()
        ]
        if not self._busy:
            return [*self._failed, *unread]
        statuses = ", ".join(map(str, sorted({status for _, status in self._busy})))
        reason = (
            f"{len(self._busy)} usual addresses of documentation answer {statuses}: what they show, nobody can tell"
        )
        return [*self._failed, *unread, Gap(self.api, reason, "run the audit while the API is up")]


def docs_kind(answer: Response) -> str:
    """What an answer documents the API with; empty when with nothing."""
    if answer.status != 200:
        return ""
    text = answer.text()
    if text[:400].lstrip("\ufeff \t\r\n").startswith("<"):
        return next((kind for kind, pattern in _PAGES if pattern.search(text)), "")
    if (answer.truncated and _JSON_START.match(text)) or (_YAML.match(text) and "\npaths:" in text):
        return "the OpenAPI document"
    try:
        return "the OpenAPI document" if is_document(answer.json()) else ""
    except Unavailable:
        return ""
