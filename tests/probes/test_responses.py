from __future__ import annotations

import time
from dataclasses import dataclass, replace

import pytest

from auditor.checklist.model import Supabase, TlsSettings
from auditor.facts.cookies import SetCookie
from auditor.facts.policy import TlsPolicy
from auditor.facts.responses import Kind, Responses
from auditor.model import Gap
from auditor.probes import responses as module
from auditor.probes.headers import MAX_VALUE, keep
from auditor.probes.responses import responses
from auditor.redact import Secret
from checks.https.hsts_enabled import hsts_enabled
from tests.probes.net.running import run
from tests.probes.net.servers import endless, serve
from tests.probes.stand import CLOSE, HANG, RESET, answer, page, routes, site, way

ANON = Secret("sb_publishable_0123456789", "Supabase anon key")
START = '<!doctype html><script src="/a.js?v=1"></script><link rel="stylesheet" href="/a.css"><script src="/b.js">'
PAGES = {
    "/": page(START),
    "/a.js": answer(200, "1", Content_Type="text/javascript"),
    "/a.css": answer(200, "a{}", Content_Type="text/css"),
}
OK_JSON = answer(200, "{}", Content_Type="application/json")
MISSING = answer(404, '{"detail":"Not Found"}', Content_Type="application/json")


@dataclass
class Looked:
    """What was found, and what the server was asked."""

    found: Responses
    asked: list
    origin: str

    def shown(self) -> list[tuple[str, str, int]]:
        """Path, kind and status of each answer; the path that does not exist as ``?``."""
        return sorted(
            (
                "?" if one.url.startswith(f"{self.origin}/audit-") else one.url.removeprefix(self.origin),
                one.kind,
                one.status,
            )
            for one in self.found.responses
        )

    def gaps(self) -> list[tuple[str, str]]:
        """Place and reason of what could not be looked at."""
        return [(gap.subject.removeprefix(self.origin), gap.reason) for gap in self.found.gaps if not gap.absent]


def look(respond, surface="frontend", **options) -> Looked:
    async def main():
        async with site(respond) as server:
            where = {"supabase": Supabase(server.origin(), anon_key=ANON)} if surface == "supabase" else {}
            if not where:
                where = {surface: server.origin()}
            absent = frozenset({"frontend", "api", "supabase"}) - {surface}
            async with way(absent=absent, **where, **options) as to:
                return Looked(await responses(to.environment, to.http), server.asked, server.origin())

    return run(main())


class TestFrontend:
    def test_what_is_asked(self):
        looked = look(routes(PAGES))
        assert looked.shown() == [
            ("/", Kind.PAGE, 200),
            ("/", Kind.PAGE, 200),
            ("/a.css", Kind.STATIC, 200),
            ("/a.js", Kind.STATIC, 200),
            ("?", Kind.ERROR, 404),
        ]
        assert looked.gaps() == []
        assert [one.headers["accept"].partition(",")[0] for one in looked.asked if one.path == "/"] == ["text/html"] * 2
        assert all(one.headers["connection"] == "close" for one in looked.asked if one.path == "/")

    def test_one_answer(self):
        first = look(routes({"/": page(START)})).found.responses
        start = next(one for one in first if one.reason == "the start page")
        assert start.headers == (("content-length", str(len(START))), ("content-type", "text/html; charset=utf-8"))
        assert start.page.references[0].tag == "script"
        assert (start.surface, start.html, start.encrypted) == ("frontend", True, False)

    def test_redirects_on_the_same_origin_are_followed(self):
        hops = {
            "/": answer(307, Location="/en?next=1"),
            "/en": answer(308, Location="home"),
            "/home": page("<html>"),
        }
        looked = look(routes(hops))
        assert looked.shown() == [
            ("/", Kind.REDIRECT, 307),
            ("/en", Kind.REDIRECT, 308),
            ("/home", Kind.PAGE, 200),
            ("/home", Kind.PAGE, 200),
            ("?", Kind.ERROR, 404),
        ]
        assert "/en?next=1" in [one.path for one in looked.asked]
        assert looked.gaps() == []
        assert [one.values("location") for one in looked.found.responses if one.url.endswith("/")] == [("/en",)]

    @pytest.mark.parametrize(
        ("target", "where"),
        [
            ("https://www.example.com/login?token=secret", "https://www.example.com"),
            ("//evil.test", "http://evil.test"),
            ("https://[", "nowhere"),
            ("javascript:alert(1)", "nowhere"),
        ],
    )
    def test_other_hosts_are_not_followed(self, target, where):
        looked = look(routes({"/": answer(302, Location=target)}))
        assert looked.shown() == [("/", Kind.REDIRECT, 302), ("?", Kind.ERROR, 404)]
        reason = f"redirects to {where}, which the audit does not follow: the page behind it was not looked at"
        assert looked.gaps() == [("/", reason)]

    def test_a_loop_ends(self):
        looked = look(routes({"/": answer(302, Location="/")}))
        assert len(looked.asked) == 7
        assert looked.gaps() == [("/", "redirects more than 5 times")]

    @pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
    def test_a_gate_in_front_proves_nothing(self, status):
        looked = look(lambda _: page("<title>Just a moment...</title>", status))
        assert looked.shown() == [("/", Kind.ERROR, status), ("?", Kind.ERROR, status)]
        reason = f"answers {status}: what the headers of its pages are, nobody can tell"
        assert looked.gaps() == [("/", reason)]

    def test_a_start_page_that_is_none(self):
        looked = look(lambda _: OK_JSON)
        reason = "answers 200 with something that is not HTML: what the headers of its pages are, nobody can tell"
        assert looked.gaps() == [("/", reason)]

    def test_a_page_for_everything(self):
        looked = look(lambda _: page("<html>"))
        assert looked.shown() == [("/", Kind.PAGE, 200), ("/", Kind.PAGE, 200), ("?", Kind.PAGE, 200)]

    @pytest.mark.parametrize("body", ["<!DOCTYPE html><p>", " \n<html>"])
    def test_a_page_without_a_type(self, body):
        assert look(routes({"/": answer(200, body)})).shown()[0] == ("/", Kind.PAGE, 200)

    def test_scripts_of_others_are_not_asked_for(self):
        body = '<script src="https://cdn.example.net/x.js"></script><script src="//cdn.example.net/y.js"></script>'
        assert len(look(routes({"/": page(body)})).asked) == 3

    def test_the_unknown_path_is_one_in_a_run_and_another_in_the_next(self):
        first, second = look(routes(PAGES)), look(routes(PAGES))
        paths = {one.path for looked in (first, second) for one in looked.asked if one.path.startswith("/audit-")}
        assert len(paths) == 2


class TestApi:
    def test_what_is_asked(self):
        looked = look(routes({"/health": OK_JSON}, MISSING), "api")
        assert looked.shown() == [
            ("/", Kind.ERROR, 404),
            ("/health", Kind.DATA, 200),
            ("/openapi.json", Kind.ERROR, 404),
            ("?", Kind.ERROR, 404),
        ]
        assert looked.gaps() == []

    def test_a_root_that_leads_away_is_no_gap(self):
        looked = look(routes({"/": answer(301, Location="https://example.com/"), "/health": OK_JSON}), "api")
        assert looked.gaps() == []

    def test_documentation_is_a_page(self):
        looked = look(routes({"/": answer(307, Location="/docs"), "/docs": page("<html>"), "/health": OK_JSON}), "api")
        assert ("/docs", Kind.PAGE, 200) in looked.shown()

    def test_a_client_certificate_is_wanted(self):
        """nginx answers 400 to everything: what it says there is not what the application says."""
        looked = look(lambda _: page("<title>400 No required SSL certificate was sent</title>", 400), "api")
        assert looked.gaps() == [
            ("", "answers only 400: what the headers of its ordinary answers are, nobody can tell")
        ]
        assert {one.kind for one in looked.found.responses} == {Kind.ERROR}


class TestSupabase:
    def test_what_is_asked(self):
        def respond(asked):
            return OK_JSON if "apikey" in asked.headers else answer(401, "{}", Content_Type="application/json")

        looked = look(respond, "supabase")
        assert looked.shown() == [
            ("/rest/v1/", Kind.DATA, 200),
            ("/rest/v1/", Kind.ERROR, 401),
            ("?", Kind.ERROR, 401),
        ]
        assert [one.headers.get("apikey") for one in looked.asked].count(ANON.reveal()) == 1
        assert ANON.reveal() not in repr(looked.found)

    def test_without_a_key(self):
        async def main():
            async with site(lambda _: OK_JSON) as server:
                supabase = Supabase(server.origin())
                async with way(absent=frozenset({"frontend", "api"}), supabase=supabase) as to:
                    return await responses(to.environment, to.http), server.paths

        found, paths = run(main())
        assert (len(found.responses), max(paths)) == (2, "/rest/v1/")

    def test_its_refusals_are_ordinary_answers(self):
        assert look(lambda _: answer(401, "{}", Content_Type="application/json"), "supabase").gaps() == []

    def test_those_of_a_gate_are_not(self):
        assert look(lambda _: page("no", 403), "supabase").gaps() == [
            ("", "answers only 403: what the headers of its ordinary answers are, nobody can tell")
        ]


class TestMisbehaviour:
    @pytest.mark.parametrize("behaviour", [CLOSE, RESET, b"220 smtp\r\n\r\n"])
    def test_one_cause_is_one_gap(self, behaviour):
        looked = look(lambda _: behaviour)
        assert looked.found.responses == ()
        assert [subject for subject, _ in looked.gaps()] == [""]

    def test_a_server_that_hangs(self, monkeypatch):
        monkeypatch.setattr(module, "_SECONDS", 0.3)
        started = time.monotonic()
        looked = look(lambda _: HANG, "api")
        assert time.monotonic() - started < 3
        assert looked.found.responses == ()
        assert [reason[-12:] for _, reason in looked.gaps()] == ["within 0.3 s"]

    def test_one_that_hangs_hides_nothing(self, monkeypatch):
        monkeypatch.setattr(module, "_SECONDS", 0.3)
        looked = look(lambda asked: HANG if asked.path == "/health" else MISSING, "api")
        assert [path for path, _, _ in looked.shown()] == ["/", "/openapi.json", "?"]
        assert [subject for subject, _ in looked.gaps()] == ["/health", ""]

    def test_time_is_up_for_a_surface(self, monkeypatch):
        monkeypatch.setattr(module, "_SURFACE_SECONDS", 0.5)
        looked = look(lambda asked: HANG if asked.path == "/a.js" else routes(PAGES)(asked))
        assert len(looked.found.responses) == 4
        assert looked.gaps() == [("", "not all answers came within 0.5 s")]

    @pytest.mark.parametrize(
        ("head", "piece", "pause", "reason"),
        [
            (b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65536, 0.0, "sent more than 64 KB of headers or of one line"),
            (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 10_000, 0.0, "sent more than 64 KB of headers or of one line"),
            (b"HTTP/1.1 200 OK\r\nX: ", b"a", 0.01, "within 0.5 s"),
        ],
        ids=["100 MB header", "headers without end", "drip"],
    )
    def test_headers_without_end(self, monkeypatch, head, piece, pause, reason):
        monkeypatch.setattr(module, "_SECONDS", 0.5)

        async def main():
            async with (
                serve(endless(head, piece, pause)) as server,
                way(api=f"http://127.0.0.1:{server.port}", absent=frozenset({"frontend"})) as to,
            ):
                return await responses(to.environment, to.http)

        found = run(main())
        assert (found.responses, len(found.gaps)) == ((), 2)
        assert found.gaps[1].reason.endswith(reason)

    def test_the_budget_is_a_gap(self):
        looked = look(routes(PAGES), budget=2)
        assert len(looked.found.responses) == 2
        assert "budget of 2 requests is used up" in looked.gaps()[0][1]

    def test_what_is_not_there(self):
        async def main():
            async with way(absent=frozenset({"api"})) as to:
                return await responses(to.environment, to.http)

        hint = "add `frontend` to [env.test], or put it in `absent` if the stack has none"
        assert run(main()) == Responses(
            (),
            (
                Gap("frontend", "the checklist names no frontend in [env.test]", hint),
                Gap("api", "the checklist declares api absent", absent=True),
            ),
        )


class TestKeep:
    def test_cookies_and_credentials_are_not_kept(self):
        kept = keep([("Set-Cookie", "a=b"), ("X-CSRF-Token", "abc"), ("X-Session", "s"), ("Location", "/x?token=1#y")])
        assert kept.headers == (("x-csrf-token", "(not kept)"), ("x-session", "(not kept)"), ("location", "/x"))
        assert (kept.cookies, kept.problems) == (("a=b",), ())

    def test_a_long_value_is_cut(self):
        kept = keep([("Link", f"a b{'x' * MAX_VALUE}"), ("X-Frame-Options", "DENY")])
        assert kept.headers == (("link", "a … (cut)"), ("x-frame-options", "DENY"))
        assert kept.problems == ()

    def test_a_long_policy_cannot_be_judged(self):
        kept = keep([("Content-Security-Policy", "x" * 8193)])
        assert kept.problems == ("its content-security-policy is longer than 8192 characters: it cannot be judged",)

    def test_many_headers(self):
        kept = keep([("a", "b")] * 201)
        assert len(kept.headers) == 200
        assert kept.problems == ("it has more than 200 headers: the rest was not looked at",)

    def test_the_same_in_a_fact(self):
        looked = look(lambda _: answer(200, "{}", Set_Cookie="sid=abcdef; Secure", X="\xe9"), "api")
        one = looked.found.responses[0]
        assert one.cookies == (SetCookie("sid", 6, (("secure", ""),)),)
        assert one.values("x") == ("\xe9",)
        assert "abcdef" not in repr(looked.found)


def test_hsts_through_tls(server_tls, ca_file):
    """From a server to a verdict."""
    hsts = {"Strict_Transport_Security": "max-age=31536000"}
    pages = {"/health": answer(200, "{}", Content_Type="application/json", **hsts)}

    async def main():
        async with site(routes(pages), tls=server_tls("api.example.com")) as server:
            environment = {
                "api": server.origin("api.example.com"),
                "absent": frozenset({"frontend"}),
                "resolve": {"api.example.com": "127.0.0.1"},
                "tls": TlsSettings(ca_file, "custom"),
            }
            async with way(**environment) as to:
                return await responses(to.environment, to.http)

    found = run(main())
    assert [f.outcome for f in hsts_enabled(found, TlsPolicy())] == ["pass"]
    assert len(found.gaps) == 1
    without = replace(found, responses=tuple(replace(one, headers=()) for one in found.responses))
    assert [f.outcome for f in hsts_enabled(without, TlsPolicy())] == ["fail"]


def test_a_certificate_that_nobody_trusts_hides_nothing_but_gets_no_key(server_tls):
    """Certificates are judged elsewhere. The anon key goes only where its owner was proven."""

    async def main():
        async with site(lambda _: OK_JSON, tls=server_tls("x.supabase.example")) as server:
            where = {
                "absent": frozenset({"frontend", "api"}),
                "supabase": Supabase(server.origin("x.supabase.example"), anon_key=ANON),
                "resolve": {"x.supabase.example": "127.0.0.1"},
            }
            async with way(**where) as given:
                return await responses(given.environment, given.http), server

    found, server = run(main())
    assert {one.reason for one in found.responses} == {"the REST API without a key", "a path that does not exist"}
    assert [asked.headers.get("apikey") for asked in server.asked] == [None, None]
    [gap] = [gap for gap in found.gaps if not gap.absent]
    assert "does not verify" in gap.reason
