from __future__ import annotations

import gzip
import json

import pytest

from auditor.errors import Absent, Unavailable
from auditor.facts.exposure import ApiDocs, DocsPage, ErrorPage, ErrorPages, MetricsPage
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.probes.exposure.docs import api_docs, error_pages, metrics_page
from checks.app_exposure.api_docs_private import api_docs_private
from checks.app_exposure.metrics_private import metrics_private
from checks.app_exposure.no_traceback_shown import no_traceback_shown
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, answer, page, routes, site, way

SWAGGER = page('<div id="swagger-ui"></div><script>const ui = SwaggerUIBundle({url: "/openapi.json"})</script>')
REDOC = page('<redoc spec-url="/openapi.json"></redoc>')
DOCUMENT = json.dumps({"openapi": "3.1.0", "info": {"title": "x"}, "paths": {}})
OPENAPI = answer(200, DOCUMENT, Content_Type="application/json")
SHELL = page('<!doctype html><div id="root"></div><script src="/main.js"></script>')
"""What a single-page application answers to everything."""
USUAL = ["/docs", "/redoc", "/openapi.json", "/api/docs", "/api/openapi.json", "/api/v1/openapi.json"]
METRICS = "# HELP up x\n# TYPE up gauge\nup 1\n# TYPE http_requests_total counter\nhttp_requests_total 7\n"


def gather(probe, respond, *arguments, **environment):
    """The fact, with the server's origin left out of its texts; and the paths that were asked for."""

    async def main():
        async with site(respond) as server, way(api=server.origin(), **environment) as to:
            return await probe(to.environment, *arguments, to.http), server.paths, server.origin()

    return run(main())


def docs(respond) -> tuple[dict[str, tuple[int, str]], ApiDocs]:
    found, _, origin = gather(api_docs, respond)
    return {page_.url.removeprefix(origin): (page_.status, page_.kind) for page_ in found.pages}, found


class TestDocs:
    def test_the_usual_addresses_are_asked(self):
        found, paths, origin = gather(api_docs, routes({}))
        assert paths == USUAL
        assert found == ApiDocs(tuple(DocsPage(origin + path, 404, "") for path in USUAL))
        assert [f.outcome for f in api_docs_private(found)] == ["pass"]

    def test_recognised_by_content(self):
        seen, found = docs(routes({"/docs": SWAGGER, "/redoc": REDOC, "/api/openapi.json": OPENAPI}))
        assert seen == {
            **dict.fromkeys(USUAL, (404, "")),
            "/docs": (200, "Swagger UI"),
            "/redoc": (200, "ReDoc"),
            "/api/openapi.json": (200, "the OpenAPI document"),
        }
        assert [f.outcome for f in api_docs_private(found)] == ["fail"] * 3

    @pytest.mark.parametrize(
        "catch_all",
        [
            SHELL,
            page("<p>how to theme swagger-ui</p>"),
            page("<p>SwaggerUIBundle is a function</p>"),
            answer(200, "{}", Content_Type="application/json"),
            answer(200, '{"openapi": "3.1.0"}'),
            answer(200, "[]"),
            answer(200, "null"),
            answer(200, ""),
            answer(200, "not json {"),
            answer(200, b"\xff\xfe\x00"),
            answer(302, Location="/login"),
            answer(401),
            answer(403, DOCUMENT),
        ],
    )
    def test_a_catch_all_is_no_documentation(self, catch_all):
        seen, found = docs(lambda _: catch_all)
        assert {kind for _, kind in seen.values()} == {""}
        assert [f.outcome for f in api_docs_private(found)] == ["pass"]

    def test_behind_a_redirect_on_the_same_host(self):
        seen, _ = docs(routes({"/docs": answer(307, Location="/docs/"), "/docs/": SWAGGER}))
        assert seen["/docs"] == (200, "Swagger UI")

    @pytest.mark.parametrize(
        "location", ["https://sso.example.com/docs", "//sso.example.com", "https://[", "", "mailto:x"]
    )
    def test_redirects_elsewhere_are_not_followed(self, location):
        seen, _ = docs(lambda _: answer(302, Location=location))
        assert {status for status, _ in seen.values()} == {302}

    def test_a_redirect_to_itself_is_followed_once(self):
        _, paths, _ = gather(api_docs, lambda request: answer(302, Location=request.path))
        assert len(paths) == 2 * len(USUAL)

    def test_a_document_too_long_to_be_read(self):
        long = DOCUMENT.replace('"paths"', f'"x": "{"y" * 3_000_000}", "paths"')
        seen, _ = docs(routes({"/openapi.json": answer(200, long)}, answer(200, f'{{"x": "{"y" * 3_000_000}"}}')))
        assert seen["/openapi.json"] == (200, "the OpenAPI document")
        assert seen["/docs"] == (200, "")

    def test_compressed(self):
        packed = answer(200, gzip.compress(DOCUMENT.encode()), Content_Encoding="gzip")
        assert docs(routes({"/openapi.json": packed}))[0]["/openapi.json"] == (200, "the OpenAPI document")

    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_an_api_that_does_not_work_proves_nothing(self, status):
        _, found = docs(lambda _: answer(status))
        assert (found.pages, len(found.gaps)) == ((), 6)
        assert found.gaps[0].reason == f"answers {status}: what it would show, nobody can tell"
        assert list(api_docs_private(found)) == []

    def test_no_answer_is_a_gap_and_ends_it(self):
        found, paths, origin = gather(api_docs, lambda request: CLOSE if request.path == "/redoc" else answer(404))
        assert [page_.url for page_ in found.pages] == [f"{origin}/docs"]
        assert [gap.subject for gap in found.gaps] == [f"{origin}/redoc"]
        assert paths[:2] == ["/docs", "/redoc"]
        assert "/openapi.json" not in paths

    def test_absent(self):
        async def main():
            async with way(absent=frozenset({"api"})) as to:
                await api_docs(to.environment, to.http)

        with pytest.raises(Absent):
            run(main())


TRACEBACK = 'Traceback (most recent call last):\n  File "/app/main.py", line 7, in me\nValueError: x\n'


class TestErrors:
    def test_what_is_asked(self):
        found, paths, origin = gather(error_pages, routes({"/health": answer(200)}), CorsPolicy())
        assert paths == ["/no-such-page-of-the-audit", "/health", "/health?limit=%00"]
        assert found == ErrorPages(
            (
                ErrorPage(f"{origin}/no-such-page-of-the-audit", "an unknown path", 404, ""),
                ErrorPage(f"{origin}/health", "a bearer token that is not one", 200, ""),
                ErrorPage(f"{origin}/health?limit=%00", "a query with a null byte", 200, ""),
            )
        )
        assert [f.outcome for f in no_traceback_shown(found)] == ["pass"]

    def test_declared_gets_are_asked_and_nothing_else(self):
        policy = CorsPolicy(endpoints=(Endpoint("POST", "/login"), Endpoint("GET", "/a"), Endpoint("GET", "/b")))
        found, paths, _ = gather(error_pages, routes({}), policy)
        assert paths[1:] == ["/a", "/a?limit=%00", "/b", "/b?limit=%00"]
        assert len(found.pages) == 5

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (answer(500, TRACEBACK), "Python traceback"),
            (answer(200, f"<pre>{TRACEBACK}</pre>"), "Python traceback"),
            (answer(502, TRACEBACK), "Python traceback"),
            (answer(500, json.dumps({"detail": TRACEBACK})), "Python traceback"),
            (page("<html><title>Starlette Debugger</title>", 500), "Starlette debug page"),
            (answer(500, "Error: x\n    at me (/app/dist/main.js:10:5)\n"), "Node.js stack trace"),
            (answer(500, "Error: x\n    at async me (file:///app/main.mjs:10:5)\n"), "Node.js stack trace"),
            (answer(500, "x\n\tat Layer.handle [as handle_request] (node:internal/x:1:2)"), "Node.js stack trace"),
        ],
    )
    def test_shown(self, body, kind):
        found, _, _ = gather(error_pages, lambda _: body, CorsPolicy())
        assert {page_.traceback for page_ in found.pages} == {kind}
        assert [f.outcome for f in no_traceback_shown(found)] == ["fail"] * 3

    @pytest.mark.parametrize(
        "body",
        [
            answer(500, "Internal Server Error"),
            answer(500, '{"detail":"Internal Server Error"}'),
            answer(500, "look at the (/docs:1:1)"),
            SHELL,
            answer(400),
        ],
    )
    def test_not_shown(self, body):
        found, _, _ = gather(error_pages, lambda _: body, CorsPolicy())
        assert [f.outcome for f in no_traceback_shown(found)] == ["pass"]

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_a_proxy_that_answers_for_the_api_proves_nothing(self, status):
        found, _, _ = gather(error_pages, lambda _: answer(status), CorsPolicy())
        assert (found.pages, len(found.gaps)) == ((), 3)
        assert list(no_traceback_shown(found)) == []

    def test_no_answer_is_a_gap_and_hides_nothing(self):
        def respond(request):
            return CLOSE if request.path == "/health" else answer(500, TRACEBACK)

        found, _, origin = gather(error_pages, respond, CorsPolicy())
        assert [gap.subject for gap in found.gaps] == [f"{origin}/health"]
        assert len(found.pages) == 2

    @pytest.mark.parametrize("piece", ["\n", "\n ", "\n at a (/", "\n at x ", " (/", "at "])
    def test_a_long_answer_takes_no_longer_than_it_must(self, piece):
        found, _, _ = gather(error_pages, lambda _: answer(500, piece * (1_000_000 // len(piece))), CorsPolicy())
        assert {page_.traceback for page_ in found.pages} == {""}


class TestMetrics:
    def test_open(self):
        found, paths, origin = gather(metrics_page, routes({"/metrics": answer(200, METRICS)}))
        assert paths == ["/metrics"]
        assert found == MetricsPage(f"{origin}/metrics", 200, found.metric_families)
        assert found.metric_families >= 2
        assert [f.outcome for f in metrics_private(found)] == ["fail"]

    @pytest.mark.parametrize(
        "text",
        [
            "# TYPE a_b counter",
            "# TYPE a_b info\r\n",
            "x\n# TYPE a_b histogram\n",
            'http_requests_total{path="/",code="200"} 1.5e+06 1700000000000\n',
            "process_cpu_seconds_total 12\n",
        ],
    )
    def test_recognised_by_content(self, text):
        found, _, _ = gather(metrics_page, lambda _: answer(200, text))
        assert found.metric_families == 1

    @pytest.mark.parametrize(
        "closed",
        [
            SHELL,
            page("<html>\nchapter 5\n</html>"),
            answer(200, ""),
            answer(200, "ok"),
            answer(200, '{"uptime": 5}'),
            answer(200, b"\xff\xfe"),
            answer(401, METRICS),
            answer(403),
            answer(404),
        ],
    )
    def test_closed(self, closed):
        found, _, _ = gather(metrics_page, lambda _: closed)
        assert found.metric_families == 0
        assert [f.outcome for f in metrics_private(found)] == ["pass"]

    def test_mounted_as_an_application_of_its_own(self):
        """FastAPI's app.mount("/metrics", make_asgi_app()) redirects to the path with a slash."""
        mounted = routes({"/metrics": answer(307, Location="/metrics/"), "/metrics/": answer(200, METRICS)})
        found, paths, origin = gather(metrics_page, mounted)
        assert paths == ["/metrics", "/metrics/"]
        assert found.metric_families >= 2
        assert found.url == f"{origin}/metrics"

    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_an_api_that_does_not_work_proves_nothing(self, status):
        with pytest.raises(Unavailable, match=f"/metrics answers {status}: what it would show, nobody can tell"):
            gather(metrics_page, lambda _: answer(status))

    def test_no_answer(self):
        with pytest.raises(Unavailable, match="closed the connection without an answer"):
            gather(metrics_page, lambda _: CLOSE)

    def test_where_the_checklist_says(self):
        _, paths, _ = gather(metrics_page, routes({}), metrics="/internal/metrics")
        assert paths == ["/internal/metrics"]
