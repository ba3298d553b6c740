"""Servers that give no answer, or none that tells anything: ``error`` with the reason, in time, and never a pass."""

from __future__ import annotations

import time

import pytest

from auditor.checklist.model import Environment, TlsSettings
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.facts.routes import ApiRoutes, Operation
from auditor.model import Outcome
from auditor.probes.cors import asking, cors_answers
from auditor.probes.cors.probe import may_carry, unknown
from auditor.redact import Secret
from tests.probes.cors.audited import APP, ME, Audited, judge
from tests.probes.net.running import run
from tests.probes.net.servers import endless, serve, silent
from tests.probes.stand import CLOSE, HANG, RESET, answer, site, way

NO_DOCUMENT = ApiRoutes("")


def told(respond, *endpoints, known=NO_DOCUMENT, origins=(APP,), **environment) -> tuple[Audited, list]:
    """What is made of a server that answers by a function."""

    async def main():
        async with site(respond) as server, way(api=server.origin(), **environment) as to:
            policy = CorsPolicy(origins, endpoints)
            return judge(await cors_answers(to.environment, policy, known, to.http)), server.asked

    return run(main())


def reasons(found: Audited, check: str = "CORS001") -> list[str]:
    return [one.message for one in found.findings[check] if one.outcome is Outcome.ERROR]


def nothing_passes(found: Audited) -> bool:
    """Whether every check could not tell; that preflights grant nothing is seen all the same."""
    return set(found.ids("error")) >= {"CORS001", "CORS003", "CORS004", "CORS009"} and found.ids() == []


def allowing(origin: str, status: int = 200, **more) -> bytes:
    return answer(
        status, "{}", Access_Control_Allow_Origin=origin, Access_Control_Allow_Credentials="true", Vary="Origin", **more
    )


def strict(asked):
    return allowing(APP) if asked.headers.get("origin") == APP else answer(200, "{}")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_out_of_order_from_the_start(status):
    found, _ = told(lambda _: answer(status), ME)
    assert nothing_passes(found)
    assert reasons(found) == [f"answers {status}: what it would say to a foreign origin when it works, nobody can tell"]


def test_a_header_for_everyone_on_an_error_page_is_the_proxys():
    found, _ = told(lambda _: answer(503, Access_Control_Allow_Origin="*"), ME)
    assert nothing_passes(found)


def test_a_limit_from_the_start():
    found, asked = told(lambda _: answer(429, Retry_After="60"), ME)
    assert nothing_passes(found)
    assert reasons(found) == ["answers 429: what it says to browsers, a limit hides"]
    assert len(asked) <= 9


def test_a_limit_on_the_way():
    found, asked = told(lambda one: strict(one) if one.number <= 20 else answer(429), ME)
    assert nothing_passes(found)
    assert len(asked) <= 30


def test_another_route_of_the_same_behaviour_tells_where_one_is_limited():
    limited = Endpoint("GET", "/limited")
    counted = []

    def respond(asked):
        counted.append(asked.path)
        return answer(429) if asked.path == "/limited" and counted.count("/limited") > 6 else strict(asked)

    found, _ = told(respond, limited, ME)
    (group,) = found.found.groups
    assert (group.endpoint, group.members) == ("GET /api/me", ("GET /api/me", "GET /limited"))
    assert (found.ids(), found.ids("error")) == ([], [])


def test_what_was_let_in_before_the_limit_is_told():
    found, _ = told(lambda one: allowing(one.headers.get("origin", APP)) if one.number <= 9 else answer(429), ME)
    assert "CORS001" in found.ids()


@pytest.mark.parametrize("respond", [CLOSE, RESET, b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\nX\xff\x00: 1\r\n\r\n"])
def test_no_answer(respond):
    found, asked = told(lambda _: respond, ME)
    assert nothing_passes(found)
    assert len(asked) <= 12
    assert reasons(found)[0]


def test_cut_on_the_way():
    found, asked = told(lambda one: strict(one) if one.number <= 12 else RESET, ME)
    assert nothing_passes(found)
    assert "questions with an Origin got no answer" in reasons(found)[0]
    assert len(asked) <= 40


def test_one_route_of_two_that_is_cut():
    other = Endpoint("GET", "/b")
    found, _ = told(lambda one: CLOSE if one.path == "/api/me" else strict(one), ME, other)
    assert [(str(one.outcome), one.subject) for one in found.findings["CORS001"]] == [
        ("pass", "GET /b"),
        ("error", "GET /api/me"),
    ]


def test_hang(monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 0.3)
    started = time.monotonic()
    found, asked = told(lambda _: HANG, ME, Endpoint("GET", "/b"), Endpoint("GET", "/c"))
    assert nothing_passes(found)
    assert len(asked) == 2
    assert time.monotonic() - started < 5


def test_one_route_that_sends_events_for_ever(monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 0.5)
    found, _ = told(lambda one: HANG if one.path == "/events" else strict(one), Endpoint("GET", "/events"), ME)
    assert [(str(one.outcome), one.subject) for one in found.findings["CORS001"]] == [
        ("pass", "GET /api/me"),
        ("error", "GET /events"),
    ]


def test_hang_on_the_way(monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 0.5)
    found, asked = told(lambda one: strict(one) if one.number <= 10 else HANG, ME)
    assert nothing_passes(found)
    assert len(asked) <= 30


@pytest.mark.parametrize("handler", [silent, endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")], ids=["silent", "headers"])
def test_without_end(monkeypatch, handler):
    monkeypatch.setattr(asking, "SECONDS", 0.5)

    async def main():
        async with serve(handler) as server, way(api=f"http://127.0.0.1:{server.port}") as to:
            return judge(await cors_answers(to.environment, CorsPolicy((APP,), (ME,)), ApiRoutes(""), to.http))

    assert nothing_passes(run(main()))


def test_a_body_without_end_hides_no_header():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def main():
        handler = endless(head, b"400\r\n" + b"x" * 1024 + b"\r\n")
        async with serve(handler) as server, way(api=f"http://127.0.0.1:{server.port}") as to:
            return judge(await cors_answers(to.environment, CorsPolicy((), (ME,)), ApiRoutes(""), to.http))

    assert [one.outcome for one in run(main()).findings["CORS001"]] == ["pass"]


@pytest.mark.parametrize("where", ["https://login.example.net/sign-in?token=abc", "/login?next=/api/me"])
def test_redirects_are_not_followed(where):
    found, asked = told(lambda _: answer(302, Location=where), ME)
    assert nothing_passes(found)
    assert {one.path for one in asked} == {"/api/me"}
    assert "which the audit does not follow" in reasons(found)[0]
    assert "/login" in reasons(found)[0] or "login.example.net" in reasons(found)[0]
    assert "abc" not in str(found)


def test_many_lines():
    lines = "".join(f"Access-Control-Allow-Origin: https://o{number}.example\r\n" for number in range(100))
    found, _ = told(lambda _: f"HTTP/1.1 200 OK\r\n{lines}Content-Length: 0\r\n\r\n".encode(), ME)
    assert found.ids() == ["CORS020"]
    assert all(len(one.allow_origin) == 5 for group in found.found.groups for one in group.answers)


def test_a_long_line():
    found, _ = told(lambda _: answer(200, Access_Control_Allow_Origin="https://" + "o" * 20_000), ME)
    assert found.ids() == ["CORS024"]
    assert {one.allow_origin for group in found.found.groups for one in group.answers} == {("…",)}


def test_a_reflection_without_any_judgement_of_the_status():
    found, _ = told(lambda one: allowing(one.headers.get("origin", "*"), 500), ME)
    assert found.ids() == ["CORS001"]


def test_strangers_are_turned_away_by_an_error():
    found, _ = told(lambda one: answer(500) if one.headers.get("origin", APP) != APP else allowing(APP), ME)
    assert (found.ids(), found.ids("error")) == ([], [])


def test_some_strangers_meet_an_error():
    found, _ = told(
        lambda one: answer(500) if one.number % 3 == 0 and one.headers.get("origin") != APP else strict(one), ME
    )
    assert "CORS001" in found.ids("error")


def test_a_route_that_is_not_there():
    found, _ = told(lambda _: answer(404), ME)
    assert nothing_passes(found)
    assert "[policy.cors] endpoints" in found.findings["CORS001"][0].remediation


def test_guesses_that_are_not_there_are_left_out():
    found, asked = told(lambda one: strict(one) if one.path == "/health" else answer(404))
    assert [group.endpoint for group in found.found.groups] == ["GET /health"]
    assert (found.ids(), found.ids("error")) == ([], [])
    assert {one.path for one in asked} == {"/health", "/"}


def test_what_changes_something_is_never_sent():
    known = ApiRoutes("", tuple(Operation(method, "/api/x") for method in ("POST", "PUT", "PATCH", "DELETE")))
    found, asked = told(strict, known=known)
    assert {one.method for one in asked} == {"OPTIONS"}
    assert {one.headers["access-control-request-method"] for one in asked} == {"POST", "PUT", "PATCH", "DELETE"}
    assert found.ids("error") == []
    assert len(asked) <= 60


@pytest.mark.parametrize("status", [200, 204, 404, 405])
def test_preflights_of_writes_alone_that_say_nothing(status):
    """The answer to a form may be handed out without any preflight, and nothing is sent to see it."""
    known = ApiRoutes("", (Operation("POST", "/api/orders"), Operation("DELETE", "/api/cart")))
    found, asked = told(lambda _: answer(status), known=known)
    assert set(found.ids("error")) >= {"CORS001", "CORS002", "CORS003", "CORS004", "CORS014"}
    assert "without CORS headers, the trusted origin's too" in reasons(found)[0]
    assert found.ids() == ["CORS024"]  # it is declared, and cannot send JSON
    assert len(asked) <= 60
    found, _ = told(lambda _: answer(status), known=known, origins=(), frontend=APP)
    assert found.ids() == []


@pytest.mark.parametrize("status", [204, 405])
def test_preflights_of_writes_that_say_nothing_beside_reads_that_are_seen(status):
    known = ApiRoutes("", (Operation("POST", "/api/orders"), Operation("GET", "/api/me")))
    found, _ = told(lambda one: answer(status if one.method == "OPTIONS" else 200), known=known, origins=())
    assert (found.ids(), found.ids("error")) == ([], [])


def test_what_is_mounted_alike_is_asked_once():
    known = ApiRoutes("", tuple(Operation("GET", f"/api/{number}") for number in range(30)))
    found, asked = told(strict, known=known)
    (group,) = found.found.groups
    assert len(group.members) == 30
    assert len(asked) <= 60


def test_parameters_are_not_guessed():
    known = ApiRoutes("", (Operation("GET", "/api/{id}", needs=("id",)), Operation("GET", "/api/me")))
    found, asked = told(strict, known=known)
    assert found.found.not_asked == ("GET /api/{id}",)
    assert {one.path for one in asked} == {"/api/me"}


MANY = ApiRoutes("x", tuple(Operation("GET", f"/api/{number}") for number in range(130)))


def test_many_routes_that_answer_alike():
    """A framework answers for all of them: the others are counted, and the verdicts stand."""
    found, asked = told(strict, known=MANY)
    assert (found.ids(), found.ids("error"), reasons(found)) == ([], [], [])
    assert (len(asked), len({one.path for one in asked}), len(found.found.not_asked)) == (60, 37, 93)


def test_many_routes_of_which_one_has_a_way_of_its_own():
    def respond(asked):
        return answer(200, Access_Control_Allow_Origin="*") if asked.path == "/api/3" else strict(asked)

    found, _ = told(respond, known=MANY)
    assert len(found.found.groups) == 2
    assert [reason.partition(" such as")[0] for reason in reasons(found)] == ["93 of 130 routes were not asked,"]
    chosen = tuple(Endpoint("GET", f"/api/{number}") for number in (7, 8))
    found, _ = told(respond, *chosen, known=MANY)
    assert found.ids("error") == []


@pytest.mark.parametrize(
    ("api", "carries"),
    [
        ("https://api.example.com", True),
        ("http://api.example.com", False),
        ("http://api.example.net", True),
        ("http://127.0.0.1:8000", True),
        ("http://10.0.0.7", True),
        ("http://backend:8000", True),
        ("http://8.8.8.8", False),
    ],
)
def test_a_token_goes_to_no_api_that_others_listen_to(api, carries):
    environment = Environment("test", api=api, resolve={"api.example.net": "10.0.0.8"}, cors_token=Secret("x" * 9, "t"))
    assert may_carry(environment, api) is carries
    gaps = list(unknown(environment, CorsPolicy((), (ME,)), ApiRoutes("")))
    assert [gap.reason.startswith("[policy.cors] token was not sent") for gap in gaps] == ([] if carries else [True])


def test_a_token_is_sent_and_not_kept():
    word = "-".join(("test", "bearer"))
    found, asked = told(strict, ME, cors_token=Secret(word, "bearer token"))
    assert found.found.token is True
    assert {one.headers.get("authorization") for one in asked} == {None, f"Bearer {word}"}
    assert word not in str(found)
    assert len(asked) <= 60


@pytest.mark.parametrize("trusted", [True, False])
def test_a_token_goes_only_where_the_certificate_verifies(server_tls, ca_file, trusted):
    """Everything else is asked all the same: certificates are judged elsewhere."""
    word = "-".join(("test", "bearer"))
    tls = TlsSettings(ca_file, "custom") if trusted else TlsSettings()

    async def main():
        async with (
            site(strict, tls=server_tls("127.0.0.1")) as server,
            way(api=server.origin(), cors_token=Secret(word, "bearer token"), tls=tls) as to,
        ):
            found = await cors_answers(to.environment, CorsPolicy((APP,), (ME,)), NO_DOCUMENT, to.http)
            return judge(found), {one.headers.get("authorization") for one in server.asked}

    found, sent = run(main())
    assert sent == ({None, f"Bearer {word}"} if trusted else {None})
    assert found.ids("error") == ([] if trusted else sorted(found.findings))
    assert len(found.found.groups[0].answers) > 45
    if not trusted:
        assert "token was not sent: the certificate of" in found.found.gaps[0].reason


@pytest.mark.parametrize("secured", [True, False])
def test_a_write_that_wants_a_token_is_no_member_of_public_routes(secured):
    known = ApiRoutes("", (Operation("GET", "/public"), Operation("POST", "/private", secured=secured)))
    everyone = answer(200, Access_Control_Allow_Origin="*")
    found, _ = told(lambda _: everyone, known=known)
    assert [group.members for group in found.found.groups] == (
        [("GET /public",), ("POST /private",)] if secured else [("GET /public", "POST /private")]
    )
    assert found.ids() == (["CORS014"] if secured else [])
