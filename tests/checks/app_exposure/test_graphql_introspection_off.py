from __future__ import annotations

from auditor.facts.graphql import GraphqlServer, GraphqlServers
from auditor.model import Gap
from checks.app_exposure.graphql_introspection_off import graphql_introspection_off

URL = "https://api.example.com/graphql"


def judge(*servers, **others) -> list[str]:
    given = {"asked": ("https://api.example.com",)} | others
    return [str(one.outcome) for one in graphql_introspection_off(GraphqlServers(servers=servers, **given))]


def test_cases():
    assert judge(GraphqlServer(URL, True, "")) == ["fail"]
    assert judge(GraphqlServer(URL, False, "no")) == ["pass"]
    assert judge() == ["not-applicable"]
    assert judge(gaps=(Gap(URL, "down"),)) == []
