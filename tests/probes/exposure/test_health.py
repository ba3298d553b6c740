from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.health_details import HealthDetails
from auditor.probes.exposure.health import PLACES, details_of, health_details
from checks.app_exposure.health_tells_little import health_tells_little
from tests.probes.net.running import run
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.stand import CLOSE, answer, page, routes, site, way

PASSWORD = "hunter2" + "hunter2"
DSN = f"postgresql://app:{PASSWORD}" + "@db:5432/app"


def look(respond) -> tuple[HealthDetails, list[str]]:
    async def main():
        async with site(respond) as server, way(api=server.origin()) as to:
            return await health_details(to.environment, to.http), server.paths

    return run(main())


def outcomes(respond) -> list[str]:
    return [str(one.outcome) for one in health_tells_little(look(respond)[0])]


TOLD = [
    ({"db": DSN}, "a URL with a password", "db"),
    ({"checks": {"cache": {"url": "redis://cache:6379/0"}}}, "the address of a service", "checks.cache.url"),
    ({"error": 'connection to server at "10.0.0.5", port 5432 failed'}, "a error of PostgreSQL", "error"),
    ({"peers": ["10.1.2.3", "10.1.2.4"]}, "an address of the private network", "peers[]"),
    ({"hostname": "api-7d9f-x2"}, "the name of a machine", "hostname"),
    ({"python_version": "3.12.1"}, "the version of a runtime or a server", "python_version"),
    ({"postgres": "PostgreSQL 15.3 on x86_64"}, "the version of a runtime or a server", "postgres"),
    ({"api_key": "abcdefgh" * 2}, "a value that is named like a secret", "api_key"),
    ({"trace": "Traceback (most recent call last):\n"}, "a Python traceback", "trace"),
    ({"cwd": "/app/backend/src"}, "a path of the file system", "cwd"),
]


@pytest.mark.parametrize(("body", "what", "where"), TOLD, ids=[what for _, what, _ in TOLD])
def test_what_is_told(body, what, where):
    (detail, *_) = details_of(json.dumps({"status": "ok", **body}))
    assert (detail.what, detail.where) == (what, where)
    assert outcomes(routes({"/health": answer(200, json.dumps(body))})) == ["fail"]


def test_text_that_is_no_json():
    assert [(one.what, one.where) for one in details_of(f"down: {DSN}")] == [("a URL with a password", "text")]


def test_no_value_is_kept():
    found, _ = look(routes({"/health": answer(200, json.dumps({"db": DSN, PASSWORD + "!": {"a": DSN}}))}))
    assert PASSWORD not in repr(found)
    assert PASSWORD not in repr(list(health_tells_little(found)))


@pytest.mark.parametrize(
    "body",
    [
        {"status": "healthy"},
        {"status": "healthy", "database": "connected", "timestamp": "2026-11-26T02:00:00Z"},
        {"status": "UP", "components": {"db": {"status": "UP"}}},
        {"version": "1.4.2", "commit": "3f786850e387550fdab836ed7e6dc881de23001b", "uptime": 12.5},
        {"url": "https://api.example.com/health", "region": "eu-west-3"},
        {"api_key": "********", "token": "set"},
        [],
    ],
)
def test_what_may_be_told(body):
    assert outcomes(routes({"/health": answer(200, json.dumps(body))})) == ["pass"]


@pytest.mark.parametrize("respond", CATCH_ALLS.values(), ids=CATCH_ALLS)
def test_what_answers_everything(respond):
    assert outcomes(respond) in (["pass"], [])


def test_what_is_asked():
    _, paths = look(routes({}))
    assert set(paths) > {"/health", *PLACES}
    assert len(paths) == len(PLACES) + 2


def test_a_page_that_is_unwell_tells_why():
    body = answer(503, json.dumps({"status": "unhealthy", "error": DSN}))
    assert outcomes(routes({"/health": body})) == ["fail"]


def test_a_page_that_is_unwell_and_says_nothing_is_a_gap():
    found, _ = look(routes({"/health": answer(503, '{"status":"unhealthy"}')}))
    assert len(found.gaps) == 1


@pytest.mark.parametrize("body", [answer(429), CLOSE])
def test_no_answer(body):
    found, _ = look(lambda _: body)
    assert found.pages == ()
    assert len(found.gaps) == 1


def test_a_page_for_people():
    assert outcomes(routes({"/status": page(f"<p>{DSN}")})) == ["pass"]


@given(st.recursive(st.none() | st.text(max_size=20), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=8), x)))
def test_any_json(value):
    details_of(json.dumps(value))


@pytest.mark.parametrize("piece", ["a://", "10.", "a://b:c", "/app/", "[", '{"a":', "redis://"])
def test_a_long_text_takes_no_longer_than_it_must(piece):
    details_of(piece * (200_000 // len(piece)))


def test_what_cannot_be_read_is_a_gap():
    def respond(asked):
        return answer(200, b"xx", Content_Encoding="zstd")

    found, _ = look(respond)
    assert (found.pages, len(found.gaps)) == ((), 1)
