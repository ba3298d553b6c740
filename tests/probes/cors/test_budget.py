"""At most 60 requests to the routes of each behaviour, counted where they arrive; what did not fit is told."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.facts.routes import ApiRoutes, Operation
from auditor.probes.cors import cors_answers
from auditor.redact import Secret
from tests.facts.headers.fuzz import FUZZ
from tests.probes.cors.audited import APP, ME
from tests.probes.cors.test_bad_targets import allowing, strict, told
from tests.probes.cors.test_odd_servers import matching
from tests.probes.net.running import run
from tests.probes.net.servers import read_request, serve
from tests.probes.stand import CLOSE, answer, way

BUDGET = 60
ORIGINS = (APP, *(f"https://{name}.example.com" for name in "abcdefghi"),
           *(f"https://www.{name}.example" for name in "jklmnopqrs"))  # fmt: skip


def letting(*origins: str):
    return matching("|".join(map(re.escape, origins)))


def within(found, asked) -> bool:
    """Whether each group got no more than its due: by the requests for its members, and in all."""
    groups = found.found.groups
    of = {member.partition(" ")[2]: group.endpoint for group in groups for member in group.members}
    counted = Counter(of.get(one.path) for one in asked)
    assert max(counted.values()) <= BUDGET, counted
    return len(asked) <= BUDGET * len(groups)


def routes(many: int) -> ApiRoutes:
    return ApiRoutes("https://api/openapi.json", tuple(Operation("GET", f"/p{n % 7}/r{n}") for n in range(many)))


BEHAVIOURS = {
    "strict": strict,
    "none": lambda _: answer(200),
    "everyone": lambda _: answer(200, Access_Control_Allow_Origin="*"),
    "reflects": lambda asked: allowing(asked.headers.get("origin", APP)),
    "openly": lambda asked: answer(200, Access_Control_Allow_Origin=asked.headers.get("origin", "*")),
    "beginning": matching(re.escape(APP), full=False),
    "end": matching(r"https://.*example\.com"),
    "closed": lambda asked: answer(401, WWW_Authenticate="Bearer"),
    "with a token": lambda asked: strict(asked) if "authorization" in asked.headers else answer(401),
    "cookies": lambda a: allowing(a.headers.get("origin", "*")) if "cookie" in a.headers else strict(a),
    "turned away": lambda asked: strict(asked) if asked.headers.get("origin") == APP else answer(403),
    "localhost": matching(re.escape(APP) + "|http://localhost.*"),
}


@pytest.mark.parametrize("bearer", [False, True])
@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_group(name, bearer):
    more = {"cors_token": Secret("-".join(("test", "bearer")), "bearer token")} if bearer else {}
    found, asked = told(BEHAVIOURS[name], ME, origins=ORIGINS, **more)
    assert within(found, asked), len(asked)
    found, asked = told(BEHAVIOURS[name], known=routes(50), origins=ORIGINS[:6], **more)
    assert within(found, asked), len(asked)


def test_behaviours_side_by_side():
    """Of 30 routes some differ: by a list of their own, by what they answer, by their methods."""
    known = ApiRoutes("", tuple(Operation(("GET", "POST")[n % 5 == 4], f"/p{n % 4}/r{n}") for n in range(30)))
    names = list(BEHAVIOURS)

    def respond(asked):
        number = int(asked.path.rpartition("r")[2])
        return BEHAVIOURS[names[number % len(names)] if number % 3 == 0 else "strict"](asked)

    found, asked = told(respond, known=known, origins=ORIGINS[:3])
    assert within(found, asked)
    assert {group.endpoint for group in found.found.groups if "GET /p1/r21" in group.members} == {"GET /p1/r21"}


@pytest.mark.parametrize("many", [1, 2, 3, 5, 7])
def test_up_to_seven_declared_origins_leave_nothing_open(many):
    origins = ORIGINS[:many]
    found, asked = told(letting(*origins), ME, origins=origins)
    assert (found.ids(), found.ids("error")) == ([], [])
    assert len(asked) <= BUDGET


LIKE = ("CORS004", "CORS006", "CORS009", "CORS010")


def test_of_twenty_declared_origins_all_are_tried_and_the_rest_is_told():
    found, asked = told(letting(*ORIGINS), ME, origins=ORIGINS)
    assert len(asked) == BUDGET
    assert [one.outcome for one in found.findings["CORS024"]] == ["pass"] * 20
    assert set(found.ids("error")) >= {"CORS006", "CORS009", "CORS010"}
    assert set(found.ids("error")).isdisjoint({"CORS001", "CORS003", "CORS008", "CORS011", "CORS013", "CORS018"})
    (one,) = found.findings["CORS006"]
    assert re.match(r"\d+ origins that resemble trusted ones were not asked, such as https://", one.message)


@pytest.mark.parametrize("number", range(1, 20, 3))
def test_a_fault_of_one_of_twenty_declared_origins_is_found_or_told(number):
    """Only its end is open."""
    loose = ORIGINS[number]
    found, asked = told(matching("|".join(map(re.escape, ORIGINS)) + f"|{re.escape(loose)}.*"), ME, origins=ORIGINS)
    assert len(asked) <= BUDGET
    assert "CORS004" in (*found.ids(), *found.ids("error"))


@pytest.mark.parametrize("number", range(1, 6, 2))
def test_a_fault_of_one_of_six_declared_origins_is_found(number):
    origins = ORIGINS[6:12]
    for pattern, expected in (
        (re.escape(origins[number]) + ".*", "CORS004"),
        (re.escape(origins[number]).replace(r"\.", ".", 1), "CORS006"),
        (re.escape(origins[number]).replace("https", "https?"), "CORS010"),
    ):
        found, asked = told(matching("|".join(map(re.escape, origins)) + f"|{pattern}"), ME, origins=origins)
        assert expected in found.ids()
        assert len(asked) <= BUDGET


@pytest.mark.parametrize("many", [2, 12, 28, 37])
def test_many_routes_leave_nothing_open(many):
    found, asked = told(strict, known=routes(many))
    assert (found.ids(), found.ids("error")) == ([], [])
    assert len(found.found.groups[0].members) == many
    assert len(asked) <= BUDGET


@pytest.mark.parametrize("number", [1, 21, 36])
@pytest.mark.parametrize("name", ["reflects", "cookies", "openly", "everyone"])
def test_one_of_many_routes_that_lets_everyone_in_is_found(number, name):
    def respond(asked):
        return BEHAVIOURS[name if asked.path.endswith(f"r{number}") else "strict"](asked)

    found, asked = told(respond, known=routes(37))
    own = [group for group in found.found.groups if group.members == (f"GET /p{number % 7}/r{number}",)]
    assert len(own) == 1
    assert within(found, asked)


def test_more_endpoints_than_can_be_asked():
    endpoints = [Endpoint("GET", f"/r{number}") for number in range(50)]
    found, asked = told(strict, *endpoints)
    assert len(asked) <= BUDGET
    assert found.found.gaps[0].reason.startswith("13 of 50 routes were not asked, such as GET /r37")


def documented(secured: int, writes: int) -> ApiRoutes:
    """An API as frameworks have it: some operations want a token, some write, and one method is not allowed at all."""
    reads = [Operation("GET", f"/v1/o{number}") for number in range(10)]
    closed = [Operation("GET", f"/v1/s{number}", secured=True) for number in range(secured)]
    posts = [Operation("POST", f"/v1/p{number}") for number in range(writes)]
    return ApiRoutes("", (*reads, *closed, *posts, Operation("DELETE", "/v1/all")))


def as_starlette(asked):
    """Refuses preflights of methods that are not allowed, whoever asks, and says 401 with its CORS headers."""
    origin, method = asked.headers.get("origin", ""), asked.headers.get("access-control-request-method", "GET")
    status = 401 if asked.path.startswith("/v1/s") and asked.method == "GET" else 200
    if asked.method == "OPTIONS":
        status = 200 if origin == APP and method in ("GET", "POST") else 400
    return allowing(APP, status) if origin == APP else answer(status, Vary="Origin")


@pytest.mark.parametrize(("secured", "writes"), [(0, 3), (6, 6), (12, 12)])
@pytest.mark.parametrize("bearer", [False, True])
def test_an_api_as_it_is_documented_leaves_nothing_open(secured, writes, bearer):
    more = {"cors_token": Secret("-".join(("test", "bearer")), "bearer token")} if bearer else {}
    found, asked = told(as_starlette, known=documented(secured, writes), **more)
    assert within(found, asked)
    assert (found.ids(), found.ids("error")) == ([], [])
    assert sum(len(group.members) for group in found.found.groups) == 11 + secured + writes


def test_a_server_that_reads_the_second_request_of_a_line_and_closes_it():
    """Each question on such a line arrives twice."""
    arrived = []

    async def handler(reader, writer):
        arrived.append(await read_request(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        if (await reader.read(1)) != b"":
            arrived.append("again")
        writer.close()

    async def main():
        async with serve(handler) as server, way(api=f"http://127.0.0.1:{server.port}") as to:
            return await cors_answers(to.environment, CorsPolicy(ORIGINS, (ME,)), ApiRoutes(""), to.http)

    (group,) = run(main()).groups
    assert len(group.answers) > 45
    assert len(arrived) <= BUDGET


WILD = {
    **BEHAVIOURS,
    "gone": lambda _: answer(404),
    "limited": lambda _: answer(429),
    "broken": lambda _: answer(503),
    "moved": lambda asked: answer(307, Location=asked.path + "/"),
    "cut": lambda _: CLOSE,
    "at random": lambda asked: (strict, BEHAVIOURS["reflects"], lambda _: answer(500))[hash(asked.path) % 3](asked),
    "by its number": lambda asked: strict(asked) if asked.number % 5 else answer(500),
}


@given(
    st.lists(st.tuples(st.sampled_from(["GET", "GET", "POST", "DELETE"]), st.sampled_from(sorted(WILD))), max_size=45),
    st.integers(1, 20),
    st.booleans(),
)
@settings(parent=FUZZ, max_examples=max(FUZZ.max_examples // 130, 8), deadline=None)
def test_any_api(rows, declared, bearer):
    kinds = {f"/p{number % 5}/r{number}": kind for number, (_, kind) in enumerate(rows)}
    operations = [Operation(method, path) for path, (method, _) in zip(kinds, rows, strict=True)]
    more = {"cors_token": Secret("-".join(("test", "bearer")), "bearer token")} if bearer else {}

    def respond(asked):
        return WILD[kinds.get(asked.path, "strict")](asked)

    found, asked = told(respond, known=ApiRoutes("", tuple(operations)), origins=ORIGINS[:declared], **more)
    groups = found.found.groups
    silent = {gap.subject.partition(" ")[2] for gap in found.found.gaps}
    of = {member.partition(" ")[2]: group.endpoint for group in groups for member in group.members}
    counted = Counter(of.get(one.path) for one in asked if one.path in of)
    assert max(counted.values(), default=0) <= BUDGET
    # what gave no answer is no group, and is asked a few questions at most
    assert all(count <= 12 for count in Counter(one.path for one in asked if one.path not in of).values())
    assert len(asked) <= BUDGET * max(len(groups), 1) + 12 * len(silent)
