"""What a site does not hand over is told, whether it is named or a file that many sites have."""

from __future__ import annotations

import pytest

from auditor.facts.policy import SecretsPolicy
from auditor.model import Gap
from auditor.probes import served as module
from auditor.probes.net.http import Http
from auditor.probes.served import served
from auditor.probes.site import bounds
from tests.probes.net.running import run
from tests.probes.planted import SERVICE
from tests.probes.stand import CLOSE, HANG, RESET, answer, page, routes, site, way

START = page("<title>x</title><script src=/a.js></script>")
REFUSED = "answers {}: what it holds was not searched"


def script(body: str, **headers) -> bytes:
    return answer(200, body, **{"Content_Type": "text/javascript", **headers})


def gather(pages, other=answer(404, "Not Found"), policy=SecretsPolicy(), **environment):  # noqa: B008
    async def main():
        respond = routes({"/": START, "/a.js": script("1"), **pages}, other) if isinstance(pages, dict) else pages
        async with site(respond) as server, way(frontend=server.origin(), **environment) as to:
            return await served(to.environment, policy, to.http, to.traffic), server

    return run(main())


def told(found) -> dict[str, str]:
    """Reasons of gaps, by the path that each is about."""
    return {gap.subject.removeprefix(found.frontend): gap.reason for gap in found.gaps}


def missing(found) -> dict[str, str]:
    return {one.url.removeprefix(found.frontend): one.reason for one in found.missing}


class TestGuesses:
    @pytest.mark.parametrize("path", ["/env.js", "/config.json", "/sw.js", "/robots.txt", "/sitemap.xml"])
    @pytest.mark.parametrize("status", [408, 421, 425, 429, 500, 502, 503, 504, 520])
    def test_a_server_that_fails(self, path, status):
        found, _ = gather({path: answer(status)})
        assert found.gaps == (
            Gap(
                f"{found.frontend}{path}",
                REFUSED.format(status),
                "let the audit's address and User-Agent through, or wait",
            ),
        )
        assert found.missing == ()

    @pytest.mark.parametrize("data", [CLOSE, RESET])
    def test_a_connection_that_is_cut(self, data):
        found, _ = gather({"/env.js": data})
        assert list(told(found)) == ["/env.js"]

    def test_an_answer_that_never_comes(self, monkeypatch):
        given = Http.get
        monkeypatch.setattr(Http, "get", lambda self, url, **more: given(self, url, **{**more, "deadline": 0.3}))
        found, _ = gather({"/env.js": HANG})
        assert told(found) == {"/env.js": f"no complete answer from {found.frontend} within 0.3 s"}

    def test_when_time_is_up(self, monkeypatch):
        monkeypatch.setattr(bounds, "MAX_SECONDS", 1.0)
        found, _ = gather({"/env.js": HANG})
        assert told(found) == {
            "": "1 files that many sites have, as /env.js, were not asked for: the limit of 1 s is reached"
        }

    def test_when_requests_are_spent(self, monkeypatch):
        monkeypatch.setattr(module, "MAX_REQUESTS", 6)
        found, server = gather({})
        assert len(server.paths) == 6
        [reason] = told(found).values()
        assert reason.endswith(
            "files that many sites have, as /env.js, were not asked for: the limit of 6 requests is reached"
        )

    def test_when_there_are_too_many(self, monkeypatch):
        monkeypatch.setattr(bounds, "MAX_GUESSES", 5)
        found, _ = gather({})
        [reason] = told(found).values()
        assert reason.endswith("were not asked for: the limit of 5 is reached")

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 418, 451])
    def test_what_nobody_gets_is_no_gap(self, status):
        found, _ = gather({}, answer(status))
        assert (found.gaps, found.missing) == ((), ())

    def test_one_that_is_named_later_is_no_guess(self):
        found, _ = gather({"/": page("<script src=/a.js></script><a href=/x>"), "/x": page("<script src=/env.js>"),
                           "/env.js": answer(403)})  # fmt: skip
        assert told(found) == {"/env.js": REFUSED.format(403)}

    @pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/json"])
    def test_a_catch_all_of_any_length_is_none(self, kind):
        found, _ = gather({}, answer(200, "Nothing", Content_Type=kind))
        assert (found.gaps, len(found.files)) == ((), 2)

    @pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/octet-stream", ""])
    def test_beside_a_catch_all_of_the_same_length(self, kind):
        """Handlers that return a string are called ``text/html`` by frameworks, and browsers run it."""
        value = "window.A='1'"
        found, _ = gather({"/env.js": answer(200, value, Content_Type=kind)}, answer(200, "?" * len(value)))
        assert f"{found.frontend}/env.js" in [file.url for file in found.files]

    def test_a_catch_all_that_says_the_path(self):
        def respond(request):
            pages = {"/": START, "/a.js": script("1")}
            return pages.get(request.path) or answer(200, f"Cannot GET {request.path}", Content_Type="text/plain")

        found, _ = gather(respond)
        assert [file.url.removeprefix(found.frontend) for file in found.files] == ["/", "/a.js"]

    def test_away_from_the_site(self):
        away = {"/env.js": answer(302, Location="https://cdn.example.com/v1/env.js"),
                "/config.js": answer(302, Location="https://sso.example.com/login?next=/config.js")}  # fmt: skip
        assert told(gather(away)[0]) == {
            "/env.js": "redirects to https://cdn.example.com: what it holds was not searched"
        }

    def test_a_circle(self):
        found, _ = gather({"/env.js": answer(302, Location="/env.js")})
        assert told(found) == {"/env.js": "redirects in a circle: what it holds was not searched"}

    def test_a_circle_of_everything_that_is_not_there(self):
        found, _ = gather(lambda request: {"/": START, "/a.js": script("1")}.get(request.path)
                          or answer(302, Location=request.path))  # fmt: skip
        assert found.gaps == ()


class TestNamed:
    @pytest.mark.parametrize("status", [304, 400, 401, 403, 405, 429, 500, 503])
    def test_a_tag(self, status):
        found, _ = gather({"/a.js": answer(status)})
        assert told(found) == {"/a.js": REFUSED.format(status)}

    @pytest.mark.parametrize(("other", "reason"), [(404, REFUSED.format(403)), (403, None)])
    def test_a_text_that_may_be_an_address(self, other, reason):
        """Storage answers 403 of what it does not have, to a random address as well."""
        found, _ = gather({"/a.js": script('"/b.js"'), "/b.js": answer(403)}, answer(other))
        assert told(found).get("/b.js") == reason
        assert missing(found).get("/b.js") == (None if reason else "answers 403")

    @pytest.mark.parametrize("status", [201, 203, 206, 299])
    def test_any_success_is_read(self, status):
        """Browsers run it."""
        found, _ = gather({"/a.js": answer(status, f'k="{SERVICE}"')})
        assert len(found.sightings) == 1
        assert list(told(found)) == (["/a.js"] if status == 206 else [])

    def test_nothing_in_it(self):
        found, _ = gather({"/a.js": answer(204)})
        assert told(found) == {"/a.js": REFUSED.format(204)}

    def test_a_circle_that_wants_a_cookie(self):
        found, _ = gather({"/a.js": answer(302, Location="/a.js", Set_Cookie="seen=1")})
        assert found.gaps == (
            Gap(
                f"{found.frontend}/a.js",
                "redirects in a circle: what it holds was not searched",
                "let it answer a client that keeps no cookies",
            ),
        )

    @pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "dcb"])
    def test_an_encoding_that_was_not_asked_for(self, encoding):
        found, _ = gather({"/env.js": answer(200, b"\x00\x01", Content_Encoding=encoding)})
        assert list(told(found)) == ["/env.js"]

    @pytest.mark.parametrize(("encoding", "body"), [("gzip", b"\x1f\x8bnonsense"), ("deflate", b"\xff\xff")])
    def test_damaged(self, encoding, body):
        found, _ = gather({"/a.js": answer(200, body, Content_Encoding=encoding)})
        assert "damaged" in told(found)["/a.js"]

    def test_cut_in_the_middle(self):
        found, _ = gather({"/a.js": b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nx"})
        assert list(told(found)) == ["/a.js"]

    def test_a_chain_that_is_too_long(self, monkeypatch):
        monkeypatch.setattr(bounds, "MAX_DEPTH", 5)

        def respond(request):
            if request.path == "/":
                return page("<script src=/1.js></script>")
            name = request.path.strip("/").removesuffix(".js")
            return script(f'"/{int(name) + 1}.js"') if name.isdecimal() else answer(404)

        found, _ = gather(respond)
        assert told(found) == {"": "1 more files were named, but no more than 20000 files, 250 pages and 5 references "
                                   "in a row count"}  # fmt: skip

    def test_a_page_of_tags_without_end(self):
        found, _ = gather({"/": page("<script src=/a.js></script>" + "<p>" * 200_000)})
        assert told(found) == {"/": "names more files than are looked at: the rest was not looked for"}


class TestTurnedAway:
    def test_a_firewall_that_has_seen_enough(self):
        """What answered 403 was not kept from everybody, but from the audit."""

        def respond(request):
            if request.number > 8:
                return answer(403, "Access denied")
            return {"/": START, "/a.js": script("1")}.get(request.path) or answer(404)

        found, _ = gather(respond)
        [gap] = found.gaps
        assert gap.reason.startswith("answers 403, and so does the start page by now: the site turned the audit away (")

    def test_a_wall_before_a_page_is_none(self):
        found, _ = gather({"/": page("<script src=/a.js></script><a href=/account>"), "/account": answer(401)})
        assert (found.gaps, missing(found)) == ((), {"/account": "answers 401"})

    def test_the_page_of_a_refusal_is_read(self):
        login = page(f'<script>k="{SERVICE}"</script><script src=/login.js></script>', 403)
        found, _ = gather({"/": page("<script src=/a.js></script><a href=/account>"), "/account": login,
                           "/login.js": script("1")})  # fmt: skip
        assert [one.place.removeprefix(found.frontend) for one in found.sightings] == ["/account"]
        assert f"{found.frontend}/login.js" in [file.url for file in found.files]

    def test_the_page_of_an_error_is_read_and_is_a_gap(self):
        error = page(f"<pre>KEY={SERVICE}</pre>", 500)
        found, _ = gather({"/": page("<script src=/a.js></script><a href=/x>"), "/x": error})
        assert len(found.sightings) == 1
        assert told(found) == {"/x": REFUSED.format(500)}


class TestOtherHosts:
    @pytest.mark.parametrize(
        "name", ["/assets/index-DiwrgTda.js", "/main-ABCDEFG2.js", "/static/js/app.0a1b2c3d.js", "/bundle.min.js"]
    )
    def test_all_scripts_of_a_page_on_another_host(self, name):
        tag = f'<script>theme()</script><script type=module src="https://d1.cloudfront.net{name}"></script>'
        found, _ = gather({"/": page(tag)})
        assert list(told(found)) == ["https://d1.cloudfront.net"]

    @pytest.mark.parametrize(
        "name", ["/assets/index-DiwrgTda.js", "/main.0a1b2c3d4e5f.js", "/_next/static/chunks/1.js"]
    )
    def test_a_build_beside_a_file_of_settings(self, name):
        tag = f'<script src=/a.js></script><script src="https://d1.cloudfront.net{name}"></script>'
        found, _ = gather({"/": page(tag)})
        assert list(told(found)) == ["https://d1.cloudfront.net"]

    @pytest.mark.parametrize(
        "url",
        ["https://www.googletagmanager.com/gtag/js?id=G-1", "https://js.stripe.com/v3/", "//cdn.jsdelivr.net/npm/a.js"],
    )
    def test_those_of_everybody(self, url):
        found, _ = gather({"/": page(f'<script>x()</script><script src="{url}"></script>')})
        assert (found.gaps, found.only_inline) == ((), True)

    def test_one_beside_own_scripts(self):
        found, _ = gather({"/": page('<script src=/a.js></script><script src="https://chat.example.net/widget.js">')})
        assert found.gaps == ()
