from __future__ import annotations

import html
from urllib.parse import quote

import pytest

from auditor.checklist.model import Supabase
from auditor.facts.hosts import Header, HostTrust
from auditor.probes import hosts
from auditor.probes.hosts import host_trust
from auditor.redact import Secret
from checks.security_headers.host_header_not_believed import host_header_not_believed
from checks.security_headers.unknown_hosts_refused import unknown_hosts_refused
from tests.checks.answers import outcomes, told
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, HANG, RESET, answer, page, site, way

NO_FRONTEND = frozenset({"frontend"})


def asked(respond, **options) -> tuple[HostTrust, list]:
    async def main():
        async with site(respond) as server:
            values = {"api": server.origin(), "absent": NO_FRONTEND, **options}
            if "frontend" in values:
                values["frontend"] = server.origin()
            async with way(**values) as to:
                return await host_trust(to.environment, to.http), server

    found, server = run(main())
    return found, server.asked


def verdicts(respond, **options) -> tuple[list[str], list[str]]:
    found, _ = asked(respond, **options)
    return outcomes(host_header_not_believed(found)), outcomes(unknown_hosts_refused(found))


def foreign(request) -> str:
    """The name that a request gives, by whatever header."""
    for name in ("x-forwarded-host", "forwarded"):
        if name in request.headers:
            return request.headers[name].removeprefix("host=")
    host = request.headers["host"]
    return host if host.endswith(".test") else ""


def by_host(request) -> str:
    return request.headers["host"] if request.headers["host"].endswith(".test") else ""


def ok(_):
    return page("<title>shop</title>hello")


def test_what_is_asked():
    found, requests = asked(ok)
    assert [(a.header, a.url.rpartition(":")[2].partition("/")[2]) for a in found.answers] == [
        (header, path) for path in ("", "health", "health/") for header in Header
    ]
    assert len(requests) == 15
    assert len({request.path for request in requests}) == 15, "no two requests may share a place in a cache"
    assert {request.method for request in requests} == {"GET"}
    assert all("?audit=" in request.path for request in requests)
    named = [foreign(request) for request in requests if foreign(request)]
    assert len(set(named)) == 9
    assert all(name.startswith("evil-") and name.endswith(".test") for name in named)


def test_answers_to_any_name():
    assert verdicts(ok) == (["pass"] * 3, ["fail"])


def test_what_is_drawn_anew_makes_no_difference():
    assert verdicts(lambda r: page(f"<title>shop</title><script nonce={r.number}></script>{'x' * r.number}")) == (
        ["pass"] * 3,
        ["fail"],
    )


@pytest.mark.parametrize(
    "refusal", [answer(400), answer(404), answer(421), CLOSE, RESET], ids=["400", "404", "421", "close", "reset"]
)
def test_refuses_foreign_names(refusal):
    assert verdicts(lambda r: refusal if by_host(r) else ok(r)) == (["pass"] * 3, ["pass"])


def test_a_refusal_that_says_the_name():
    assert verdicts(lambda r: page(f"no site {by_host(r)} here", 400) if by_host(r) else ok(r)) == (
        ["pass"] * 3,
        ["pass"],
    )


def test_another_site_is_not_this_one():
    assert verdicts(lambda r: page("<title>Welcome to nginx!</title>") if by_host(r) else ok(r)) == (
        ["pass"] * 3,
        ["pass"],
    )


@pytest.mark.parametrize(
    ("respond", "place"),
    [
        (lambda name: answer(302, Location=f"https://{name}/login"), "Location"),
        (lambda name: answer(200, Set_Cookie=f"a=b; Domain={name}"), "Set-Cookie"),
        (lambda name: answer(200, Link=f"<https://{name}/x>; rel=preload"), "Link"),
        (lambda name: page(f"<link rel=canonical href=https://{name}/>"), "canonical"),
        (lambda name: page(f"<script src=https://{name}/x.js></script>"), "<script>"),
        (lambda name: page(f"<form action=https://{name}/x>"), "<form>"),
        (lambda name: page(f"<p>{html.escape('https://' + name)}</p>"), "page"),
        (lambda name: page(f"<a href='/login?next={quote('https://' + name, safe='')}'>"), "page"),
        (
            lambda name: answer(200, f'{{"next":"https:\\/\\/{name.upper()}\\/"}}', Content_Type="application/json"),
            "data",
        ),
    ],
)
def test_reflected(respond, place):
    found, _ = asked(lambda r: respond(by_host(r) or "api.example.com"))
    assert [(f.outcome, f.evidence.get("places")) for f in host_header_not_believed(found)] == [
        ("fail", [place]),
        ("pass", None),
        ("pass", None),
    ]
    assert outcomes(unknown_hosts_refused(found)) == ["not-applicable"]


def test_forwarded_names_are_believed():
    def respond(request):
        if by_host(request):
            return answer(421)
        return page(f"<link rel=canonical href=https://{foreign(request) or 'x.test'}/>")

    found, _ = asked(respond)
    assert [(f.aspect, str(f.outcome)) for f in host_header_not_believed(found)] == [
        ("Host", "pass"),
        ("X-Forwarded-Host", "fail"),
        ("Forwarded", "fail"),
    ]


def test_an_address_that_shows_every_request():
    assert verdicts(lambda r: answer(200, str(r.headers), Content_Type="text/plain")) == (["pass"] * 3, ["fail"])


def test_a_scheme_that_is_believed():
    def respond(request):
        if "x-forwarded-proto" in request.headers:
            return answer(308, Location="http://" + request.headers["host"] + request.path)
        return ok(request)

    found, _ = asked(respond)
    assert [a.loops for a in found.answers if a.header is Header.FORWARDED_PROTO] == [True] * 3
    assert [f.aspect for f in unknown_hosts_refused(found) if f.outcome == "fail"] == ["Host", "X-Forwarded-Proto"]


def test_a_slash_that_is_redirected():
    """What FastAPI does with ``/health/``: an address built from the Host header."""

    def respond(request):
        path = request.path.partition("?")[0]
        return answer(307, Location=f"http://{request.headers['host']}/health") if path == "/health/" else answer(200)

    found, _ = asked(respond)
    [failure] = [f for f in host_header_not_believed(found) if f.outcome == "fail"]
    assert (failure.aspect, failure.evidence["places"], len(failure.evidence["urls"])) == ("Host", ["Location"], 1)


def test_a_link_of_the_start_page():
    found, requests = asked(lambda r: page("<a href=/about/>"), api="", absent=frozenset({"api"}), frontend="x")
    assert list(dict.fromkeys(r.path.partition("?")[0] for r in requests)) == ["/", "/about"]
    assert found.gaps[0].absent


def test_the_names_of_a_vendor_are_not_asked():
    found, requests = asked(
        ok, api="", supabase=Supabase("https://abc.supabase.co"), absent=frozenset({"api", "frontend"})
    )
    assert (found.answers, requests) == ((), [])


def test_a_gateway_that_wants_a_key():
    """Supabase of one's own: without the anon key it answers nobody."""

    def respond(request):
        if request.path.startswith("/rest/v1/") and request.headers.get("apikey") == "anon":
            return answer(200, "{}", Content_Type="application/json")
        return answer(401, "No API key found in request")

    async def main():
        async with site(respond) as server:
            project = Supabase(server.origin(), anon_key=Secret("anon", "anon key"))
            async with way(supabase=project, absent=frozenset({"api", "frontend"})) as to:
                return await host_trust(to.environment, to.http), server.asked

    found, requests = run(main())
    assert [request.path.partition("?")[0] for request in requests] == ["/"] + ["/rest/v1/"] + ["/"] * 4 + [
        "/rest/v1/"
    ] * 4
    assert {request.headers.get("apikey") for request in requests if request.path.startswith("/?")} == {None}
    assert outcomes(host_header_not_believed(found)) == ["pass"] * 3
    assert outcomes(unknown_hosts_refused(found)) == ["fail"]


def test_a_limiter_is_a_gap():
    found, _ = asked(lambda r: answer(429) if foreign(r) else ok(r))
    assert found.answers == ()
    assert "answers 429" in found.gaps[1].reason


def test_a_proxy_without_an_answer_hides_no_other_header():
    def respond(request):
        return (
            answer(503) if by_host(request) else page(f"<link rel=canonical href=https://{foreign(request) or 'x'}/>")
        )

    found, _ = asked(respond)
    assert told(host_header_not_believed(found)) == [
        ("error", found.answers[0].origin, "whether a foreign name in Host comes back cannot be told: it answers 503"),
        ("fail", found.answers[0].origin, "a foreign name in X-Forwarded-Host comes back in canonical"),
        ("fail", found.answers[0].origin, "a foreign name in Forwarded comes back in canonical"),
    ]
    assert told(unknown_hosts_refused(found)) == [
        ("error", found.answers[0].origin, "whether it refuses a foreign name cannot be told: it answers 503")
    ]


@pytest.mark.parametrize(
    "respond",
    [
        lambda name: answer(401, "{}", WWW_Authenticate=f'Bearer resource_metadata="https://{name}/x"'),
        lambda name: page(f"not here <link rel=canonical href=https://{name}/>", 404),
    ],
    ids=["401", "404"],
)
def test_reflected_in_an_error_that_everybody_gets(respond):
    assert verdicts(lambda r: respond(foreign(r) or "api.example.com")) == (["fail"] * 3, ["not-applicable"])


def test_a_gate_that_answers_for_the_stack():
    assert verdicts(lambda r: answer(401, "who are you?")) == (["error"], ["error"])


def test_what_shows_every_request_and_believes_it_too():
    def respond(request):
        name = foreign(request) or "api.example.com"
        return page(f"<link rel=canonical href=https://{name}/><pre>{html.escape(str(request.headers))}</pre>")

    found, _ = asked(respond)
    assert [f.evidence["places"] for f in host_header_not_believed(found)] == [["canonical"]] * 3


def test_a_name_behind_the_part_that_is_read():
    assert verdicts(lambda r: page("x" * 600_000 + foreign(r))) == (["error"] * 3, ["fail"])


@pytest.mark.parametrize(
    "said",
    [
        {"Age": "7"},
        {"X-Cache": "HIT from edge"},
        {"X-Cache-Status": "HIT"},
        {"CF-Cache-Status": "HIT"},
        {"Cache-Status": "ExampleCache; hit; ttl=30"},
    ],
    ids=lambda said: next(iter(said)),
)
def test_a_cache_that_knows_no_queries(said):
    """What it keeps under the path alone was made for an ordinary request: nobody has asked the stack."""
    assert verdicts(lambda r: answer(200, "hello", **said)) == (["error"] * 3, ["fail"])


@pytest.mark.parametrize("said", [{"Age": "0"}, {"X-Cache": "MISS"}, {"X-Vercel-Id": "a", "Age": "7"}])
def test_caches_that_do_not_answer_for_the_stack(said):
    assert verdicts(lambda r: answer(200, "hello", **said)) == (["pass"] * 3, ["fail"])


@pytest.mark.parametrize(
    ("own", "other"), [('{"status":"ok"}', '{"detail":"unknown host"}'), ("<p>the shop</p>", "<h1>It works!</h1>")]
)
def test_another_short_answer_is_not_this_one(own, other):
    assert verdicts(lambda r: page(other if by_host(r) else own)) == (["pass"] * 3, ["pass"])


@pytest.mark.parametrize("body", ['{{"status":"ok","uptime_s":{}}}', "<p>the shop, answer {}</p>"])
def test_a_short_answer_with_a_number_in_it(body):
    assert verdicts(lambda r: page(body.format(r.number * 1001))) == (["pass"] * 3, ["fail"])


@pytest.mark.parametrize(
    ("respond", "place"),
    [
        (lambda own: answer(307, Location=f"{own}/health"), "Location"),
        (lambda own: page(f"<link rel=canonical href={own}/>"), "canonical"),
        (lambda own: answer(200, f'{{"next":"{own}/2"}}', Content_Type="application/json"), "data"),
    ],
)
def test_a_scheme_that_comes_back(server_tls, respond, place):
    def own(request):
        return f"{request.headers.get('x-forwarded-proto', 'https')}://{request.headers['host']}"

    async def main():
        async with (
            site(lambda r: answer(421) if by_host(r) else respond(own(r)), tls=server_tls("127.0.0.1")) as server,
            way(api=server.origin(), absent=NO_FRONTEND) as to,
        ):
            return await host_trust(to.environment, to.http)

    found = run(main())
    origin = found.answers[0].origin
    assert told(unknown_hosts_refused(found)) == [
        ("pass", origin, "refuses a foreign name"),
        ("fail", origin, f"X-Forwarded-Proto: http of a stranger makes it call itself http:// in {place}"),
    ]


def test_a_server_that_hangs_is_a_gap(monkeypatch):
    monkeypatch.setattr(hosts, "_SECONDS", 0.3)
    found, _ = asked(lambda r: HANG if foreign(r) else ok(r))
    assert found.answers == ()
    assert "no complete answer" in found.gaps[1].reason


def test_a_header_without_end_is_a_gap():
    found, _ = asked(lambda r: b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000_000)
    assert (found.answers, len(found.gaps)) == ((), 2)


def test_a_key_goes_to_nobody_who_is_not_proven(server_tls):
    async def main():
        async with site(ok, tls=server_tls("other.test")) as server:
            project = Supabase(server.origin(), anon_key=Secret("anon", "anon key"))
            async with way(supabase=project, absent=frozenset({"api", "frontend"})) as to:
                return await host_trust(to.environment, to.http), server.asked

    found, requests = run(main())
    assert {request.path.partition("?")[0] for request in requests} == {"/"}
    assert all("apikey" not in request.headers for request in requests)
    assert outcomes(unknown_hosts_refused(found)) == ["fail"]
