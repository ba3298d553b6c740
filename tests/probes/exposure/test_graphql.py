from __future__ import annotations

import pytest

from auditor.probes.exposure.graphql import graphql_servers
from checks.app_exposure.graphql_introspection_off import graphql_introspection_off
from tests.probes.net.running import run
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.stand import CLOSE, answer, page, routes, site, way


def look(respond):
    async def main():
        async with site(respond) as server, way(api=server.origin(), absent=frozenset({"frontend"})) as to:
            found = await graphql_servers(to.environment, to.http)
            assert {one.method for one in server.asked} <= {"GET"}
            assert len(server.asked) <= 3
            return [str(one.outcome) for one in graphql_introspection_off(found)], found

    return run(main())


OPEN = answer(200, '{"data":{"__schema":{"queryType":{"name":"Query"}}}}', Content_Type="application/json")


@pytest.mark.parametrize("path", ["/graphql", "/api/graphql", "/graphql/"])
def test_it_describes_itself(path):
    assert look(routes({path: OPEN}))[0] == ["fail"]


@pytest.mark.parametrize(
    "body",
    [
        answer(400, '{"errors":[{"message":"GraphQL introspection is not allowed by Apollo Server"}]}'),
        answer(200, '{"data":null,"errors":[{"message":"Cannot query field","locations":[{"line":1}]}]}'),
        answer(200, '{"errors":[{"message":"Unknown field \\"__schema\\" on type Query"}]}'),
        answer(400, '{"errors":[{"message":"PersistedQueryNotFound"}]}'),
        answer(200, '{"errors":[{"message":"pg_graphql extension is not enabled."}]}'),
    ],
)
def test_it_does_not(body):
    assert look(lambda _: body)[0] == ["pass"]


@pytest.mark.parametrize(
    "body",
    [
        answer(404, '{"errors":[{"status":"404","title":"Not Found"}]}'),
        answer(404, '{"errors":["x"]}'),
        answer(200, '{"data":[1]}'),
        answer(200, "{" * 50_000),
        answer(401, "no"),
        page("<p>GraphQL"),
    ],
)
def test_it_is_no_graphql(body):
    assert look(lambda _: body)[0] == ["not-applicable"]


@pytest.mark.parametrize("respond", CATCH_ALLS.values(), ids=CATCH_ALLS)
def test_what_answers_everything(respond):
    assert look(respond)[0] == ["not-applicable"]


@pytest.mark.parametrize("body", [answer(429), answer(503), CLOSE])
def test_no_word_is_a_gap(body):
    outcomes, found = look(lambda _: body)
    assert outcomes == []
    assert len([gap for gap in found.gaps if not gap.absent]) == 1
