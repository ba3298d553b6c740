"""What the whole part sends to one host that is frontend and API at once."""

from __future__ import annotations

import json

import pytest

from auditor.facts.policy import CorsPolicy, ExposurePolicy
from auditor.probes.exposure.docs import api_docs
from auditor.probes.exposure.errors import error_pages
from auditor.probes.exposure.graphql import graphql_servers
from auditor.probes.exposure.health import health_details
from auditor.probes.exposure.metrics import metrics_page
from auditor.probes.exposure.next import next_build, next_guards
from auditor.probes.exposure.operations import open_operations
from auditor.probes.exposure.pages import exposed_pages
from auditor.probes.exposure.trace import trace_answers
from auditor.probes.routes import api_routes
from tests.probes.exposure.samples import SHOWN
from tests.probes.net.running import run
from tests.probes.stand import answer, page, routes, site, way

HOME = page('<p>hi<script src="/_next/static/chunks/a.js"></script>')


def everything(asked):
    """Every page of the table, sixty operations, and metrics."""
    path = asked.path.partition("?")[0]
    if path == "/openapi.json":
        paths = {f"/api/r{n}": {"get": {}} for n in range(60)}
        return answer(200, json.dumps({"openapi": "3.1.0", "paths": paths}), Content_Type="application/json")
    if path.startswith("/api/r") and path[6:].isdigit():
        return answer(200, json.dumps([{"n": path}]), Content_Type="application/json")
    pages = {at: body for _, at, body in SHOWN if at != "/"}
    return {"/": HOME, **pages}.get(path, answer(404, "no"))


@pytest.mark.parametrize(("respond", "most"), [(routes({"/": HOME}), 150), (everything, 260)])
def test_few_enough(respond, most):
    async def main():
        async with site(respond) as server, way(api=server.origin(), frontend=server.origin()) as to:
            environment, http = to.environment, to.http
            known = await api_routes(environment, http)
            await api_docs(environment, known, ExposurePolicy(), http)
            await error_pages(environment, CorsPolicy(), known, http)
            await graphql_servers(environment, http)
            await health_details(environment, http)
            await metrics_page(environment, http)
            await trace_answers(environment, http)
            await next_guards(await next_build(environment, http), http)
            await open_operations(environment, known, CorsPolicy(), ExposurePolicy(), http)
            await exposed_pages(environment, http)
            return server

    seen = run(main())
    assert len(seen.asked) < most
    assert {one.method for one in seen.asked} == {"GET", "TRACE", "TRACK"}
