from __future__ import annotations

import json

from auditor.facts.routes import ApiRoutes, Operation
from auditor.model import Gap
from auditor.probes.routes import PLACES, api_routes
from tests.probes.net.running import run
from tests.probes.stand import RESET, answer, page, site, way

DOCUMENT = json.dumps({"openapi": "3.1.0", "info": {}, "paths": {"/me": {"get": {"security": [{"key": []}]}}}})


def found(respond):
    async def main():
        async with site(respond) as server, way(api=server.origin()) as to:
            return await api_routes(to.environment, to.http), server

    routes, server = run(main())
    return routes, server


def document(_):
    return answer(200, DOCUMENT, Content_Type="application/json")


def test_where_frameworks_put_it():
    def respond(asked):
        return document(asked) if asked.path == "/api/v1/openapi.json" else answer(404, "{}")

    routes, server = found(respond)
    url = server.origin() + "/api/v1/openapi.json"
    assert routes == ApiRoutes(url, (Operation("GET", "/me", secured=True),))
    assert server.paths == list(PLACES[: PLACES.index("/api/v1/openapi.json") + 1])


def test_a_catch_all_page_is_none():
    routes, server = found(lambda _: page("<title>shop</title>"))
    assert (routes, server.paths) == (ApiRoutes(""), list(PLACES))


def test_what_nobody_can_tell_is_told():
    def respond(asked):
        if asked.number == 1:
            return answer(503, "busy")
        return document(asked) if asked.number == 2 else RESET

    routes, server = found(respond)
    assert routes.url == server.origin() + PLACES[1]
    assert routes.gaps == (
        Gap(
            server.origin() + PLACES[0],
            "answers 503: whether it would name the API's routes, nobody can tell",
            "run the audit while the API is up",
        ),
    )


def test_a_host_that_does_not_answer_is_asked_once():
    routes, server = found(lambda _: RESET)
    assert (routes.url, len(routes.gaps), len(set(server.paths))) == ("", 1, 1)
