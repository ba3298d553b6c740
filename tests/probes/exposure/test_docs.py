"""Documentation of real FastAPI applications, of hand-made pages, and of servers that have none."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest
from fastapi import FastAPI

from auditor.errors import Absent
from auditor.facts.exposure import OAUTH2, ApiDocs
from auditor.facts.policy import ExposurePolicy
from auditor.facts.routes import ApiRoutes
from auditor.probes.exposure.docs import PLACES, api_docs
from auditor.probes.routes import api_routes
from checks.app_exposure.api_docs_private import api_docs_private
from tests.probes.exposure.asgi import uvicorned
from tests.probes.net.running import run
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.stand import CLOSE, answer, page, routes, site, way

SWAGGER = page('<div id="swagger-ui"></div><script>const ui = SwaggerUIBundle({url: "/openapi.json"})</script>')
REDOC = page('<redoc spec-url="/openapi.json"></redoc>')
DOCUMENT = json.dumps({"openapi": "3.1.0", "info": {"title": "x"}, "paths": {}})
OPENAPI = answer(200, DOCUMENT, Content_Type="application/json")
SHELL = page('<!doctype html><div id="root"></div><script src="/main.js"></script>')
"""What a single-page application answers to everything."""


def gather(respond, policy: ExposurePolicy = ExposurePolicy(), known: str = "") -> tuple[ApiDocs, list[str], str]:  # noqa: B008
    async def main():
        async with site(respond) as server, way(api=server.origin()) as to:
            document = ApiRoutes(server.origin() + known if known else "")
            return await api_docs(to.environment, document, policy, to.http), server.paths, server.origin()

    return run(main())


def docs(respond, **options) -> dict[str, str]:
    """Address to what is there."""
    found, _, origin = gather(respond, **options)
    return {one.url.removeprefix(origin): one.kind for one in found.pages if one.kind}


def verdicts(respond, **options) -> list[str]:
    return [str(one.outcome) for one in api_docs_private(gather(respond, **options)[0])]


def test_the_usual_addresses_are_asked():
    found, paths, origin = gather(routes({}))
    assert set(paths) == {"/", *PLACES}
    assert len(paths) == len(set(paths)) < 40
    assert {one.url.removeprefix(origin) for one in found.pages} == set(PLACES)
    assert [str(one.outcome) for one in api_docs_private(found)] == ["pass"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (SWAGGER, "Swagger UI"),
        (page('<html><script src="./swagger-ui-bundle.js" charset="UTF-8"></script>'), "Swagger UI"),
        (page('<html><script src="./swagger-initializer.js" charset="UTF-8"></script>'), "Swagger UI"),
        (REDOC, "ReDoc"),
        (page('<html><script src="https://cdn/redoc.standalone.js"></script>'), "ReDoc"),
        (page('<html><script id="api-reference" data-url="/openapi.json"></script>'), "Scalar"),
        (page("<html><script src='https://cdn.jsdelivr.net/npm/@scalar/api-reference'></script>"), "Scalar"),
        (page('<html><rapi-doc spec-url="/openapi.json"></rapi-doc>'), "RapiDoc"),
        (page('<html><elements-api apiDescriptionUrl="/openapi.json"></elements-api>'), "Stoplight Elements"),
        (page("<html><head><title>Strawberry GraphiQL</title>"), "GraphiQL"),
        (page('<html><script src="/graphql-playground-react/build/x.js"></script>'), "GraphiQL"),
        (page("<html><script>if (window.opener.swaggerUIRedirectOauth2) {}</script>"), OAUTH2),
        (OPENAPI, "the OpenAPI document"),
        (answer(200, '{"swagger":"2.0","paths":{}}'), "the OpenAPI document"),
        (answer(200, "# ours\nopenapi: 3.0.3\ninfo:\n  title: x\npaths:\n  /x: {}\n"), "the OpenAPI document"),
        (answer(200, gzip.compress(DOCUMENT.encode()), Content_Encoding="gzip"), "the OpenAPI document"),
        (answer(200, DOCUMENT.replace('"paths"', f'"x": "{"y" * 3_000_000}", "paths"')), "the OpenAPI document"),
    ],
    ids=range(17),
)
def test_recognised_by_content(body, kind):
    found = docs(routes({"/docs": body}))
    assert found == {"/docs": kind}


@pytest.mark.parametrize(
    "catch_all",
    [
        SHELL,
        page("<p>how to theme swagger-ui</p>"),
        page("<p>SwaggerUIBundle is a function, &lt;redoc&gt; an element</p>"),
        answer(200, '{"openapi": "3.1.0"}'),
        answer(200, "openapi: 3.1.0\n"),
        answer(200, "null"),
        answer(200, b"\xff\xfe\x00"),
        answer(302, Location="/login"),
        answer(401),
        answer(403, DOCUMENT),
    ],
)
def test_what_is_no_documentation(catch_all):
    assert docs(lambda _: catch_all) == {}
    assert verdicts(lambda _: catch_all) == ["pass"]


@pytest.mark.parametrize("respond", CATCH_ALLS.values(), ids=CATCH_ALLS)
def test_what_answers_everything(respond):
    assert docs(respond) == {}


def test_the_document_behind_closed_docs():
    assert docs(routes({"/docs": answer(403), "/openapi.json": OPENAPI})) == {"/openapi.json": "the OpenAPI document"}


def test_behind_a_redirect_on_the_same_host():
    assert docs(routes({"/api/docs": answer(307, Location="/api/docs/"), "/api/docs/": SWAGGER})) == {
        "/api/docs": "Swagger UI"
    }


@pytest.mark.parametrize("home", [page('<a href="/internal/docs">API</a>'), answer(200, '{"docs":"/internal/docs"}')])
def test_where_the_root_says(home):
    assert docs(routes({"/": home, "/internal/docs": SWAGGER})) == {"/internal/docs": "Swagger UI"}


def test_where_the_documentation_says():
    shown = page('<div id="swagger-ui"></div><script>SwaggerUIBundle({url: "/hidden/spec-7.json"})</script>')
    assert docs(routes({"/docs": shown, "/hidden/spec-7.json": OPENAPI})) == {
        "/docs": "Swagger UI",
        "/hidden/spec-7.json": "the OpenAPI document",
    }


def test_where_the_routes_came_from():
    assert docs(routes({"/far/openapi.json": OPENAPI}), known="/far/openapi.json") == {
        "/far/openapi.json": "the OpenAPI document"
    }


def test_documented_on_purpose():
    respond = routes({"/docs": SWAGGER})
    assert verdicts(respond) == ["fail"]
    assert verdicts(respond, policy=ExposurePolicy(public_docs=True)) == ["pass"]


@pytest.mark.parametrize("location", ["https://sso.example.com/docs", "//sso.example.com", "https://[", "", "mailto:x"])
def test_redirects_elsewhere_are_not_followed(location):
    found, paths, _ = gather(lambda _: answer(302, Location=location))
    assert {one.status for one in found.pages} == {302}
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_api_that_does_not_work_proves_nothing(status):
    found, _, origin = gather(lambda _: answer(status))
    assert found.pages == ()
    assert [gap.subject for gap in found.gaps] == [origin]
    assert f"answer {status}: what they show, nobody can tell" in found.gaps[0].reason
    assert list(api_docs_private(found)) == []


def test_a_host_that_does_not_answer_is_asked_once():
    found, paths, origin = gather(lambda _: CLOSE)
    assert [gap.subject for gap in found.gaps] == [f"{origin}/"]
    assert set(paths) == {"/"}


def test_absent():
    async def main():
        async with way(absent=frozenset({"api"})) as to:
            await api_docs(to.environment, ApiRoutes(""), ExposurePolicy(), to.http)

    with pytest.raises(Absent):
        run(main())


@pytest.mark.parametrize("piece", ["<script ", "url='", "<title>", "'/a", "# x\n", "<a href='/docs'>"])
def test_a_long_page_takes_no_longer_than_it_must(piece):
    body = page("<!doctype html>" + piece * (1_000_000 // len(piece)))
    assert docs(routes({"/": body, "/docs": body})) == {}


APPLICATIONS = {
    "default": ({}, {"/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"}),
    "closed": ({"docs_url": None, "redoc_url": None, "openapi_url": None}, set()),
    "document only": ({"docs_url": None, "redoc_url": None}, {"/openapi.json"}),
    "behind a prefix": (
        {"docs_url": "/api/docs", "redoc_url": "/api/redoc", "openapi_url": "/api/openapi.json"},
        {"/api/docs", "/api/redoc", "/api/openapi.json", "/docs/oauth2-redirect"},
    ),
    "moved out of sight": (
        {"docs_url": "/our-7f3a", "redoc_url": None, "openapi_url": "/spec-7f3a"},
        {"/docs/oauth2-redirect"},
    ),
}


@pytest.mark.parametrize(("options", "shown"), APPLICATIONS.values(), ids=APPLICATIONS)
def test_real_applications(options, shown):
    async def main(origin):
        async with way(api=origin) as to:
            document = await api_routes(to.environment, to.http)
            return await api_docs(to.environment, document, ExposurePolicy(), to.http)

    with uvicorned(FastAPI(**options)) as origin:
        found = asyncio.run(main(origin))
    addresses = {one.url.removeprefix(origin) for one in found.pages if one.kind}
    assert addresses == shown
    assert [str(one.outcome) for one in api_docs_private(found)][:1] == (["fail"] if shown else ["pass"])


def test_a_real_application_behind_a_prefix_that_the_proxy_takes_away():
    async def main(origin):
        async with way(api=origin) as to:
            return await api_docs(to.environment, ApiRoutes(""), ExposurePolicy(), to.http)

    with uvicorned(FastAPI(), root_path="/v1") as origin:
        found = asyncio.run(main(origin))
    assert {"Swagger UI", "ReDoc", "the OpenAPI document", OAUTH2} == {one.kind for one in found.pages if one.kind}


def test_what_cannot_be_read_is_a_gap():
    found, _, origin = gather(lambda _: answer(200, b"xx", Content_Encoding="zstd"))
    assert (found.pages, [gap.subject for gap in found.gaps]) == ((), [origin])
