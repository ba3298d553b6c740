from __future__ import annotations

import asyncio
import socket
import time

import pytest

from auditor.checklist.model import NetworkSettings, Supabase
from auditor.facts.web import Hop, PlainAnswer, PlainHttp
from auditor.model import Gap
from auditor.probes import web
from auditor.probes.web import plain_http
from checks.https.http_redirects import http_redirects
from tests.probes.net.running import run
from tests.probes.net.servers import serve
from tests.probes.stand import CLOSE, HANG, RESET, answer, page, routes, site, way

API = "api.example.com"
APP = "app.example.com"
DEEP = "/audit/of/redirects"
ASKED = sorted(["/", "/health", f"{DEEP}?page=2"])
NO_FRONTEND = frozenset({"frontend"})
HERE = {API: "127.0.0.1", APP: "127.0.0.1"}
UNSET = Gap(
    "frontend",
    "the checklist names no frontend in [env.test]",
    "add `frontend` to [env.test], or put it in `absent` if the stack has none",
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def asked(respond, **options) -> tuple[PlainHttp, list[str], int]:
    """What plain HTTP says of the API, whose https port nobody listens on; and what the server was asked."""

    async def main():
        async with site(respond) as server:
            network = NetworkSettings(http_port=server.port)
            values = {"api": f"https://{API}", "absent": NO_FRONTEND, "resolve": HERE, **options}
            async with way(network=network, **values) as to:
                return await plain_http(to.environment, to.http, to.dialer), server.paths, server.port

    return run(main())


def verdicts(found: PlainHttp) -> list[str]:
    return [str(finding.outcome) for finding in http_redirects(found)]


class TestPlainHttp:
    def test_served_in_the_clear(self):
        found, paths, port = asked(routes({"/": answer(200, "hello"), "/health": answer(200)}))
        base = f"http://{API}:{port}"
        assert found == PlainHttp(
            (
                PlainAnswer(f"{base}/", hops=(Hop(f"{base}/", 200),)),
                PlainAnswer(f"{base}{DEEP}", hops=(Hop(f"{base}{DEEP}", 404),)),
                PlainAnswer(f"{base}/health", hops=(Hop(f"{base}/health", 200),)),
            ),
            (Gap("frontend", "the checklist declares frontend absent", absent=True),),
        )
        assert sorted(paths) == ASKED
        assert verdicts(found) == ["fail"]

    def test_redirected(self):
        closed = free_port()
        target = f"https://{API}:{closed}/home?token=abc#part"
        found, _, port = asked(lambda _: answer(301, Location=target))
        base = f"http://{API}:{port}"
        assert found.answers[0] == PlainAnswer(f"{base}/", hops=(Hop(f"{base}/", 301, f"https://{API}:{closed}/home"),))
        assert verdicts(found) == ["pass"]

    @pytest.mark.parametrize("status", [200, 201, 401])
    def test_a_location_without_a_redirect_is_not_followed(self, status):
        found, paths, _ = asked(lambda _: answer(status, Location="/elsewhere"))
        assert sorted(paths) == ASKED
        assert verdicts(found) == ["fail"]

    def test_another_scheme_is_not_followed(self):
        found, paths, _ = asked(lambda _: answer(301, Location=f"ftp://{API}/"))
        assert sorted(paths) == ASKED
        assert [one.hops[0].location for one in found.answers] == [f"ftp://{API}/"] * 3
        assert verdicts(found) == ["fail"]

    def test_upgrade_required(self):
        found, _, port = asked(lambda _: answer(426, Upgrade="TLS/1.3"))
        assert found.answers[0].hops == (Hop(f"http://{API}:{port}/", 426),)
        assert verdicts(found) == ["pass"]

    def test_a_chain_in_the_clear(self):
        chain = routes({"/": answer(302, Location="/a"), "/a": answer(302, Location="b")}, answer(200))
        found, paths, port = asked(chain, health="/b")
        base = f"http://{API}:{port}"
        assert found.answers[0].hops == (
            Hop(f"{base}/", 302, f"{base}/a"),
            Hop(f"{base}/a", 302, f"{base}/b"),
            Hop(f"{base}/b", 200),
        )
        assert sorted(paths) == ["/", "/a", f"{DEEP}?page=2", "/b", "/b"]
        assert verdicts(found) == ["fail", "fail"]

    def test_a_loop_ends(self):
        loop = routes({"/": answer(302, Location="/")}, answer(302, Location="/"))
        found, paths, port = asked(loop, health="/x")
        base = f"http://{API}:{port}"
        assert found.answers[0] == PlainAnswer(f"{base}/", hops=(Hop(f"{base}/", 302, f"{base}/"),), loop=True)
        assert [(len(one.hops), one.loop) for one in found.answers] == [(1, True), (2, True), (2, True)]
        assert len(paths) == 5
        assert verdicts(found) == ["fail"]

    def test_redirects_without_end_end(self):
        found, paths, _ = asked(lambda request: answer(302, Location=f"/{request.number}"), health="/x")
        assert [(len(one.hops), one.endless) for one in found.answers] == [(8, True)] * 3
        assert len(paths) == 24

    def test_path_and_query_are_kept(self):
        found, _, _ = asked(lambda request: answer(308, Location=f"https://{API}:1{request.path}"))
        assert [one.keeps for one in found.answers] == [None, True, None]
        assert [one.hops[0].location for one in found.answers][1] == f"https://{API}:1{DEEP}"

    def test_path_and_query_are_lost(self):
        found, _, _ = asked(lambda _: answer(308, Location=f"https://{API}:1/"))
        assert [one.keeps for one in found.answers] == [None, False, None]
        assert verdicts(found) == ["pass"]

    @pytest.mark.parametrize(
        ("body", "by"),
        [
            ("<meta http-equiv=refresh content='0;url=https://api.example.com/'>", "meta refresh"),
            ("<script>window.location.href = 'https://' + location.host</script>", "script"),
            ("<script>location.replace('https://api.example.com')</script>", "script"),
            ("<script>if (location.protocol == 'http:') {}</script>", ""),
            ("hello", ""),
        ],
    )
    def test_redirected_by_the_page(self, body, by):
        found, _, _ = asked(lambda _: page(body))
        assert {one.hops[0].by_page for one in found.answers} == {by}
        assert verdicts(found) == ["fail"]

    def test_every_address_is_asked(self, monkeypatch):
        async def main():
            async with (
                site(lambda _: answer(301, Location=f"https://{API}:1/")) as good,
                way(api=f"https://{API}", absent=NO_FRONTEND, network=NetworkSettings(http_port=good.port)) as to,
            ):

                async def addresses(*_, **__):
                    return ("127.0.0.1", "127.0.0.2", "2001:db8::1")

                monkeypatch.setattr(to.dialer._resolver, "addresses", addresses)
                return await plain_http(to.environment, to.http, to.dialer)

        found = run(main())
        assert [(one.address, one.refused) for one in found.answers] == [
            ("127.0.0.1", False),
            ("127.0.0.2", True),
            ("", False),
            ("", False),
        ], "what no route leads to is left out"
        assert verdicts(found) == ["pass"]

    @pytest.mark.parametrize(
        "target",
        ["http://other.example.com/", "https://other.example.com/", "//other.example.com", "ftp://x/", "data:x"],
    )
    def test_other_hosts_are_not_followed(self, target):
        found, paths, _ = asked(lambda _: answer(301, Location=target))
        assert [len(one.hops) for one in found.answers] == [1, 1, 1]
        assert len(paths) == 3

    @pytest.mark.parametrize("location", ["https://[", "http://[::1", "https://", "//[", ""])
    def test_a_location_that_leads_nowhere(self, location):
        found, _, port = asked(lambda _: answer(301, Location=location))
        assert found.answers[0].hops == (Hop(f"http://{API}:{port}/", 301),)
        assert verdicts(found) == ["fail"]

    @pytest.mark.parametrize("location", ["https://api.example.com:99999/", f"https://{API}:0/"])
    def test_a_location_that_cannot_be_asked(self, location):
        found, _, _ = asked(lambda _: answer(301, Location=location))
        assert "fail" not in verdicts(found)
        assert len(found.answers) + len(found.gaps) == 4

    def test_back_to_plain_http(self, server_tls):
        def respond(asked_):
            return answer(301, Location=f"https://{API}:{secure.port}/") if asked_.path == "/" else page("login")

        def back(_):
            return answer(302, Location=f"http://{API}:{port}/login")

        secure = port = None

        async def main():
            nonlocal secure, port
            async with site(respond) as server, site(back, tls=server_tls("other.example.com")) as secure:
                port = server.port
                network = NetworkSettings(http_port=port)
                origin = f"https://{API}"
                async with way(network=network, api=origin, health="/", absent=NO_FRONTEND, resolve=HERE) as to:
                    return await plain_http(to.environment, to.http, to.dialer)

        found = run(main())
        assert found.answers[:1] == (
            PlainAnswer(
                f"http://{API}:{port}/",
                hops=(
                    Hop(f"http://{API}:{port}/", 301, f"https://{API}:{secure.port}/"),
                    Hop(f"https://{API}:{secure.port}/", 302, f"http://{API}:{port}/login"),
                    Hop(f"http://{API}:{port}/login", 200),
                ),
            ),
        )
        finding = next(iter(http_redirects(found)))
        assert "comes back to plain HTTP" in finding.message

    def test_nobody_listens(self):
        async def main():
            network = NetworkSettings(http_port=free_port())
            async with way(network=network, api=f"https://{API}", absent=NO_FRONTEND, resolve=HERE) as to:
                return await plain_http(to.environment, to.http, to.dialer)

        found = run(main())
        assert [one.refused for one in found.answers] == [True] * 3
        assert verdicts(found) == ["pass"]

    @pytest.mark.parametrize("behaviour", [CLOSE, RESET])
    def test_closed_without_an_answer(self, behaviour):
        found, _, port = asked(lambda _: behaviour)
        assert found.answers[0] == PlainAnswer(f"http://{API}:{port}/", refused=True)

    def test_a_server_that_hangs_is_a_gap_and_hides_nothing(self, monkeypatch):
        monkeypatch.setattr(web, "_SECONDS", 0.3)
        started = time.monotonic()
        found, _, port = asked(lambda request: HANG if request.path == "/" else answer(301, Location=f"https://{API}/"))
        assert time.monotonic() - started < 5
        assert [one.url for one in found.answers] == [f"http://{API}:{port}{DEEP}", f"http://{API}:{port}/health"]
        assert found.gaps[1].subject == f"http://{API}:{port}/"
        assert found.gaps[1].reason == f"no complete answer from http://{API}:{port} within 0.3 s"

    def test_hanging_hosts_cost_their_seconds_once(self, monkeypatch):
        monkeypatch.setattr(web, "_SECONDS", 0.5)
        started = time.monotonic()
        supabase = Supabase("https://supabase.example.com")
        found, paths, _ = asked(
            lambda _: HANG,
            absent=frozenset(),
            frontend=f"https://{APP}",
            supabase=supabase,
            resolve={**HERE, "supabase.example.com": "127.0.0.1"},
        )
        assert time.monotonic() - started < 1.5
        assert (found.answers, len(found.gaps), len(paths)) == ((), 7, 7)

    @pytest.mark.parametrize("data", [b"220 smtp.example.com\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28\r\n\r\n"])
    def test_another_protocol_is_a_gap(self, data):
        found, _, _ = asked(lambda _: data)
        assert (found.answers, len(found.gaps)) == ((), 4)

    def test_a_header_without_end_is_a_gap(self):
        found, _, _ = asked(lambda _: b"HTTP/1.1 301 X\r\nLocation: https://" + b"x" * 10_000_000)
        assert (found.answers, len(found.gaps)) == ((), 4)

    def test_a_server_that_drips_is_a_gap(self, monkeypatch):
        monkeypatch.setattr(web, "_SECONDS", 0.4)

        async def drip(reader, writer):
            for byte in b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://api.example.com/\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.05)

        async def main():
            async with serve(drip) as server:
                network = NetworkSettings(http_port=server.port)
                async with way(network=network, api=f"https://{API}", absent=NO_FRONTEND, resolve=HERE) as to:
                    return await plain_http(to.environment, to.http, to.dialer)

        started = time.monotonic()
        found = run(main())
        assert time.monotonic() - started < 3
        assert (found.answers, len(found.gaps)) == ((), 4)

    def test_an_origin_in_plain_http_is_asked_where_it_is(self):
        async def main():
            async with (
                site(lambda _: page("hello")) as server,
                way(frontend=server.origin(), absent=frozenset({"api"})) as to,
            ):
                return await plain_http(to.environment, to.http, to.dialer), server

        found, server = run(main())
        assert [one.url for one in found.answers] == [f"{server.origin()}/"]
        assert verdicts(found) == ["fail"]

    def test_no_port_of_plain_http(self):
        async def main():
            async with way(api=f"https://{API}", network=NetworkSettings(http_port=0)) as to:
                return await plain_http(to.environment, to.http, to.dialer)

        assert run(main()) == PlainHttp((), (UNSET,))

    def test_the_usual_port_is_left_out_of_the_address(self):
        environment = {"frontend": "https://[::1]:8443", "api": f"https://{API}:8443"}

        async def main():
            async with way(**environment) as to:
                return web._plain_urls(environment, to.environment)

        assert run(main()) == [
            "http://[::1]/",
            f"http://[::1]{DEEP}?page=2",
            f"http://{API}/",
            f"http://{API}{DEEP}?page=2",
            f"http://{API}/health",
        ]

    def test_the_budget_is_a_gap(self):
        found, _, _ = asked(lambda _: answer(200), budget=1)
        assert [len(found.answers), len(found.gaps)] == [1, 3]
        assert "budget of 1 requests is used up" in found.gaps[1].reason


def test_it_says_which_surfaces_are_missing():
    async def main():
        async with way(absent=frozenset({"api"})) as to:
            return await plain_http(to.environment, to.http, to.dialer)

    assert run(main()).gaps == (UNSET, Gap("api", "the checklist declares api absent", absent=True))
