from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.cors import Ask
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.facts.routes import ApiRoutes, Operation
from auditor.probes.cors.origins import foreign, split
from auditor.probes.cors.questions import Plan
from auditor.probes.cors.routes import choose
from tests.facts.headers.fuzz import FUZZ, spliced

API, WORD = "https://api.example.com", "a1b2c3d4"


def origins(trusted: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ask, origin, _ in foreign(split(trusted), API, WORD):
        found.setdefault(ask.name, []).append(origin)
    return found


def test_origins_that_resemble_the_trusted_one():
    found = origins("https://app.example.com")
    assert {
        name: found[name]
        for name in ("PREFIX", "SUFFIX", "SUBSTRING", "CONTAINS", "DOT", "SUBDOMAIN", "BELOW", "SIBLING")
    } == {
        "PREFIX": [
            "https://app.example.com.a1b2c3d4.invalid",
            "https://app.example.coma1b2c3d4.invalid",
            "https://app.example.zz",
            "https://app.example.c",
        ],
        "SUFFIX": ["https://a1b2c3d4example.com", "https://a1b2c3d4-example.com"],
        "SUBSTRING": ["https://a1b2c3d4example.com.a1b2c3d4.invalid"],
        "CONTAINS": ["https://a1b2c3d4app.example.com.a1b2c3d4.invalid"],
        "DOT": ["https://appxexample.com", "https://app.examplexcom", "https://apixexample.com"],
        "SUBDOMAIN": ["https://a1b2c3d4.example.com"],
        "BELOW": ["https://a1b2c3d4.app.example.com"],
        "SIBLING": ["https://a1b2c3d4app.example.com"],
    }
    assert found["DOWNGRADE"] == ["http://app.example.com", "http://example.com"]
    assert found["PORT"] == ["https://app.example.com:8443"]


@pytest.mark.parametrize(
    ("trusted", "domain"),
    [
        ("https://app.example.com", "example.com"),
        ("https://app.shop.co.uk:8443", "shop.co.uk"),
        ("https://shop.vercel.app", "shop.vercel.app"),
        ("https://a.b.github.io", "b.github.io"),
        ("http://localhost:3000", "localhost"),
        ("http://10.0.0.5", "10.0.0.5"),
        ("http://[::1]:3000", "::1"),
        ("https://app", "app"),
    ],
)
def test_the_domain_that_the_team_has(trusted, domain):
    assert split(trusted).domain == domain


@pytest.mark.parametrize(
    "trusted", ["null", "*", "", "capacitor://localhost", "https://", "https://a:b", "https://[::"]
)
def test_what_is_no_origin_to_vary(trusted):
    assert split(trusted) is None
    assert {ask for ask, _, _ in foreign(None, API, WORD)} == {Ask.NULL, Ask.LOCAL, Ask.LOCAL_PREFIX, Ask.SHARED}


def test_the_port_stays_where_it_decides():
    found = origins("https://app.example.com:8443")
    assert found["SUFFIX"][0] == "https://a1b2c3d4example.com:8443"
    assert found["PORT"] == ["https://app.example.com:9443"]


TEXT = st.one_of(
    st.text(max_size=60),
    spliced(["https://", "http://", "a", ".", "com", ":", "3000", "[::1]", "/", "*", "null", "-", "é"], 12),
)


@given(st.lists(TEXT, max_size=8), st.booleans(), st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "DELETE"]))
@settings(parent=FUZZ, max_examples=FUZZ.max_examples // 10)
def test_any_trusted_origins(trusted, declared, method):
    plan, endpoint = Plan(tuple(trusted), declared, API, WORD), Endpoint(method, "/")
    asked = (*plan.canaries(endpoint), *plan.rest(endpoint))
    assert len(plan.canaries(endpoint)) <= 5
    assert len(asked) == len(set(asked)) <= 100
    if method in ("POST", "DELETE"):
        assert all(question.method for question in asked)


def test_which_routes_are_asked():
    known = ApiRoutes(
        "",
        (
            Operation("GET", "/a"),
            Operation("GET", "/a/{id}", needs=("id",)),
            Operation("POST", "/a", secured=True),
            Operation("GET", "/q", needs=("query",)),
            Operation("HEAD", "/a"),
            Operation("DELETE", "/a/{id}", needs=("id",)),
        ),
    )
    routes = choose(CorsPolicy((), (Endpoint("GET", "/z"), Endpoint("POST", "/a"))), known, "/health")
    assert [(str(route.endpoint), route.secured) for route in routes.asked] == [
        ("GET /z", False),
        ("POST /a", True),
        ("GET /a", False),
    ]
    assert routes.not_asked == ("DELETE /a/{id}", "GET /a/{id}", "GET /q")
    assert routes.methods == ("DELETE", "GET", "HEAD", "POST")
    assert [str(route.endpoint) for route in choose(CorsPolicy(), ApiRoutes(""), "/health").asked] == [
        "GET /health",
        "GET /",
    ]
