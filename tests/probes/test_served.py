from __future__ import annotations

import gzip
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.model import Supabase
from auditor.errors import Absent, Unavailable
from auditor.facts.policy import SecretsPolicy
from auditor.facts.served import Served
from auditor.model import Gap
from auditor.probes import served as served_module
from auditor.probes.served import served
from auditor.probes.site import bounds
from auditor.probes.site.frameworks import SETTINGS, WORKERS
from auditor.redact import Secret
from checks.frontend_secrets.no_secret_served import no_secret_served
from tests.probes.net.running import run
from tests.probes.planted import ANON, SERVICE
from tests.probes.stand import CLOSE, Site, answer, page, routes, site, way

CHUNKS = "/_next/static/chunks"
BUILD = "aB3-x_9"
START = page(
    f'<!doctype html><link rel="preload" as="script" href="{CHUNKS}/webpack.js"/><script src="{CHUNKS}/main.js" async>'
    f'</script><script>self.__next_f.push([1,"x"])</script><script id="__NEXT_DATA__">{{"buildId":"{BUILD}"}}</script>'
)


GUESSED = {"/_global-error", "/robots.txt", "/sitemap.xml", *(f"/{name}" for name in (*WORKERS, *SETTINGS))}
MANIFESTS = [f"/_next/static/{BUILD}/{name}" for name in ("_buildManifest.js", "_ssgManifest.js")]


def script(body: str, status: int = 200) -> bytes:
    return answer(status, body, Content_Type="application/javascript; charset=utf-8")


def gather(pages, other=answer(404, "Not Found"), policy=SecretsPolicy(), **environment) -> tuple[Served, Site]:  # noqa: B008
    async def main():
        respond = routes(pages, other) if isinstance(pages, dict) else pages
        async with site(respond) as server, way(frontend=server.origin(), **environment) as to:
            return await served(to.environment, policy, to.http, to.traffic), server

    return run(main())


def asked(server: Site) -> list[str]:
    """What was asked for, apart from guesses."""
    guessed = (*GUESSED, *(f"{path}.map" for path in server.paths))
    return [path for path in server.paths if path not in guessed and not path.startswith("/audit-")]


def named(found: Served) -> list[str]:
    names = [file.url.removeprefix(found.frontend) for file in found.files]
    return [name for name in names if name != "/_global-error"]


def outcomes(found: Served) -> list[str]:
    return [str(finding.outcome) for finding in no_secret_served(found)]


class TestDiscovery:
    def test_scripts_manifests_and_chunks(self):
        found, server = gather(
            {
                "/": START,
                f"{CHUNKS}/webpack.js": script('r.u=e=>"static/chunks/lazy.js"'),
                f"{CHUNKS}/main.js": script("main()"),
                f"{CHUNKS}/lazy.js": script('import("/_next/static/chunks/lazier.js")'),
                f"{CHUNKS}/lazier.js": script("1"),
                f"/_next/static/{BUILD}/_buildManifest.js": script('["static/chunks/pages/admin-1.js"]'),
                f"{CHUNKS}/pages/admin-1.js": script("admin()"),
            }
        )
        assert named(found) == [
            "/",
            f"/_next/static/{BUILD}/_buildManifest.js",
            f"{CHUNKS}/lazier.js",
            f"{CHUNKS}/lazy.js",
            f"{CHUNKS}/main.js",
            f"{CHUNKS}/pages/admin-1.js",
            f"{CHUNKS}/webpack.js",
        ]
        assert found.bounds.size_bytes > len(START) / 2
        assert (found.sightings, found.gaps) == ((), ())
        again = Counter(path for path in server.paths if path != "/")  # asked once more as RSC
        assert again.most_common(1)[0][1] == 1
        assert outcomes(found) == ["pass"]

    @pytest.mark.parametrize(
        "tag",
        [
            '<script src="/a.js"></script>',
            "<script src='/a.js'>",
            "<script src=/a.js>",
            '<SCRIPT DEFER SRC = "/a.js">',
            '<script\n  async\n  src="/a.js"\n>',
            '<script data-src="/lazy.js" src="/a.js">',
            '<link rel=modulepreload href="/a.js">',
            '<link rel="preload" as="script" href="a.js?dpl=1">',
            '<script src="//127.0.0.1:PORT/a.js">',
            '<script src="a.js#part">',
            '<script src="/&#97;.js">',
        ],
    )
    def test_tags(self, tag):
        def respond(request):
            if request.path == "/":
                return page(tag.replace("PORT", request.headers["host"].partition(":")[2]))
            return script("1") if request.path.startswith("/a.js") else answer(404)

        found, _ = gather(respond)
        assert [name.partition("?")[0] for name in named(found)] == ["/", "/a.js"]

    def test_a_script_of_any_name(self):
        found, _ = gather({"/": page('<script src="/env"></script>'), "/env": script(f'k="{SERVICE}"')})
        assert [leak.place.removeprefix(found.frontend) for leak in found.sightings] == ["/env"]

    @pytest.mark.parametrize(
        "reference",
        [
            '"static/chunks/x.js"',
            "'/_next/static/chunks/x.js'",
            "`_next/static/chunks/x.js`",
            '"./static/chunks/x.js"',
            r"\"static/chunks/x.js\"",
            r"\\\"static/chunks/x.js\\\"",
            '"static/chunks/x.js?dpl=1"',
        ],
    )
    def test_chunks_in_scripts_and_pages(self, reference):
        x = {f"{CHUNKS}/x.js": script("1")}
        found, _ = gather({"/": page('<script src="/a.js">'), "/a.js": script(f"f({reference})"), **x})
        assert f"{CHUNKS}/x.js" in named(found)
        found, _ = gather({"/": page(f"<script>f({reference})</script>"), **x})
        assert f"{CHUNKS}/x.js" in named(found)

    @pytest.mark.parametrize("name", ["app/(auth)/[slug]/page-1a.js", "pages/%5Bid%5D-1.js", "@x~y+z.js", "a.mjs"])
    def test_names_of_chunks(self, name):
        pages = {"/": page(f'<script>["static/chunks/{name}"]</script>'), f"{CHUNKS}/{name}": script("1")}
        assert f"{CHUNKS}/{name}" in named(gather(pages)[0])

    @pytest.mark.parametrize(
        "data", [rf'{{"buildId":"{BUILD}"}}', rf"self.__next_f \"b\":\"{BUILD}\"", rf'__NEXT_DATA__ "b":"{BUILD}"']
    )
    def test_the_build_is_named_in_the_page(self, data):
        manifest = f"/_next/static/{BUILD}/_buildManifest.js"
        assert manifest in named(gather({"/": page(data), manifest: script("1")})[0])

    def test_below_a_path_of_its_own(self):
        found, _ = gather(
            {
                "/": answer(308, Location="/shop"),
                "/shop": page(f'<script src="/shop{CHUNKS}/main.js"></script><script>{{"buildId":"{BUILD}"}}</script>'),
                f"/shop{CHUNKS}/main.js": script('"static/chunks/lazy.js"'),
                f"/shop{CHUNKS}/lazy.js": script(f'"{SERVICE}"'),
                f"/shop/_next/static/{BUILD}/_buildManifest.js": script("1"),
            }
        )
        assert len(found.files) == 4
        assert [leak.place.removeprefix(found.frontend) for leak in found.sightings] == [f"/shop{CHUNKS}/lazy.js"]

    def test_a_circle_of_chunks_ends(self):
        one, other = script('"static/chunks/b.js"'), script('"static/chunks/a.js"')
        found, server = gather({"/": START, f"{CHUNKS}/main.js": one, f"{CHUNKS}/b.js": other, f"{CHUNKS}/a.js": one})
        assert server.paths.count(f"{CHUNKS}/a.js") == server.paths.count(f"{CHUNKS}/b.js") == 1
        assert f"{CHUNKS}/b.js" in named(found)

    def test_a_circle_of_redirects_ends(self):
        with pytest.raises(Unavailable, match="redirects in a circle"):
            gather({"/": answer(302, Location="/a"), "/a": answer(302, Location="/")})


PIECES = [*"\"'[]:#?\\>%@\0é ", "<script src=", "//", "https://", "/_next/", "static/chunks/", "a.js", "&#"]


class TestBounds:
    def test_requests(self, monkeypatch):
        monkeypatch.setattr(served_module, "MAX_REQUESTS", 50)

        def respond(request):
            if request.path == "/":
                return page('<script src="/_next/static/chunks/1.js">')
            name = request.path.rpartition("/")[2].partition(".")[0]
            if not name.isdecimal():
                return answer(404)
            number = int(name)
            return script(f'"static/chunks/{2 * number}.js","static/chunks/{2 * number + 1}.js"')

        found, server = gather(respond)
        assert len(server.paths) == found.bounds.requests == found.bounds.max_requests == 50
        [gap] = found.gaps
        assert gap.subject == found.frontend
        more = f"{found.bounds.left} more files were named, but the limit of 50 requests is reached"
        assert gap.reason == f"{more}; 4 that many sites have were not asked for either"
        assert outcomes(found) == ["pass"]  # with the error of the gap, no pass

    def test_half_of_the_budget_of_the_audit(self):
        found, server = gather({"/": START}, budget=10)
        assert len(server.paths) == found.bounds.max_requests == 5

    def test_requests_for_what_is_not_there(self, monkeypatch):
        monkeypatch.setattr(served_module, "MAX_REQUESTS", 20)
        names = ",".join(f'"static/chunks/{n}.js"' for n in range(3000))
        found, server = gather(
            {"/": page(f'<script src="/a.js"></script><script>{names}</script>'), "/a.js": script("1")}
        )
        assert len(server.paths) == 20
        assert found.bounds.left > 2900
        assert f"{found.bounds.left} more files were named" in found.gaps[-1].reason

    def test_bytes(self, monkeypatch):
        monkeypatch.setattr(bounds, "MAX_BYTES", 1000)
        found, server = gather(
            {"/": START, f"{CHUNKS}/webpack.js": script("x" * 2000), f"{CHUNKS}/main.js": script("1")}
        )
        assert len(asked(server)) < 10
        assert "more files were named, but the limit of 1000 bytes is reached" in found.gaps[0].reason

    def test_a_file_too_long(self, monkeypatch):
        monkeypatch.setattr(bounds, "MAX_PART", 500)
        monkeypatch.setattr(bounds, "MAX_FILE", 1000)
        found, _ = gather({"/": page('<script src="/a.js">'), "/a.js": script(f'"{SERVICE}"' + " " * 2000)})
        assert found.gaps == (Gap(f"{found.frontend}/a.js", "it is longer than 1000 bytes: the rest was not searched"),)
        assert outcomes(found) == ["fail"]

    def test_an_encoding_that_was_not_asked_for(self):
        packed = answer(200, b"\x1b\x03\x00", Content_Type="text/javascript", Content_Encoding="br")
        found, _ = gather({"/": page('<script src="/a.js">'), "/a.js": packed})
        assert "compressed with br" in found.gaps[0].reason

    @pytest.mark.parametrize(
        "piece",
        [
            "<script ",
            "<script src=",
            "<",
            '"static/',
            "(static/a/",
            '"b":"',
            "&#",
            "<link href=/_next/",
            '<script src="https://[',
        ],
    )
    def test_a_long_page_takes_no_longer_than_it_must(self, piece):
        found, _ = gather({"/": page(piece * (500_000 // len(piece)))}, budget=500)
        assert isinstance(found, Served)

    def test_many_hosts(self):
        tags = "".join(f'<script src="https://{n}.example.com/_next/a.js"></script>' for n in range(2000))
        found, server = gather({"/": page(tags)})
        assert (asked(server), len(found.gaps)) == (["/"], 2000)

    @given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
    @settings(deadline=None, max_examples=40)
    def test_any_page_is_read(self, text):
        found, _ = gather({"/": page(f"<script src=/ok.js>{text}")}, budget=100)
        assert named(found)[0] == "/"


class TestElsewhere:
    def test_scripts_of_others_are_not_asked_for(self):
        found, server = gather(
            {"/": page('<script src="https://cdn.example.com/analytics.js"></script>' + START.decode())}
        )
        assert not any("analytics" in path for path in server.paths)
        assert found.gaps == ()

    @pytest.mark.parametrize(
        "location", ["https://sso.example.com/", "//sso.example.com/login", "https://[", "mailto:x"]
    )
    def test_redirects_off_the_site_are_not_followed(self, location):
        with pytest.raises(Unavailable, match=r"is not the frontend's site|answers 302"):
            gather({"/": answer(302, Location=location)})

    def test_a_chunk_that_leads_off_the_site(self):
        away = answer(302, Location="https://evil.example.com/x.js")
        _, server = gather({"/": START, f"{CHUNKS}/main.js": away})
        assert all(asked.headers["host"] == f"127.0.0.1:{server.port}" for asked in server.asked)

    def test_scripts_of_the_application_on_another_host_are_a_gap(self):
        tags = [f'<script src="https://cdn.example.com{CHUNKS}/{n}.js"></script>' for n in range(3)]
        found, server = gather({"/": page("".join([*tags, '<script src="/own.js">'])), "/own.js": script("1")})
        assert asked(server) == ["/", "/own.js"]
        assert found.gaps == (
            Gap(
                "https://cdn.example.com",
                "scripts of the application on another host: not searched",
                "if it is the application's own, add the host to policy.secrets.hosts",
            ),
        )

    def test_another_port_is_another_host(self):
        found, _ = gather({"/": page('<script src="http://127.0.0.1:1/a.js"></script>')})
        assert [gap.subject for gap in found.gaps] == ["http://127.0.0.1:1"]

    @pytest.mark.parametrize(
        "reference", ["https://[", "http://127.0.0.1:99999999/a.js", "data:text/javascript,1", "", "#", "javascript:x"]
    )
    def test_references_that_lead_nowhere(self, reference):
        found, _ = gather({"/": page(f'<script src="{reference}"></script><script src="/a.js">'), "/a.js": script("1")})
        assert named(found) == ["/", "/a.js"]


class TestWhatIsNotServed:
    @pytest.mark.parametrize("status", [404, 410])
    def test_not_there(self, status):
        found, _ = gather({"/": START}, answer(status))
        assert (named(found), found.gaps) == (["/"], ())
        assert outcomes(found) == ["error"]

    @pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
    def test_refused(self, status):
        found, _ = gather({"/": START, f"{CHUNKS}/main.js": script("1"), f"{CHUNKS}/webpack.js": answer(status)})
        assert found.gaps == (
            Gap(
                f"{found.frontend}{CHUNKS}/webpack.js",
                f"answers {status}: what it holds was not searched",
                "let the audit's address and User-Agent through, or wait",
            ),
        )

    def test_no_answer(self):
        found, _ = gather({"/": START, f"{CHUNKS}/main.js": script("1"), f"{CHUNKS}/webpack.js": CLOSE})
        [gap] = found.gaps
        assert gap.subject == f"{found.frontend}{CHUNKS}/webpack.js"
        assert "closed the connection without an answer" in gap.reason

    def test_a_catch_all_is_no_script(self):
        """A single-page application answers its page to every address, those of old chunks too."""
        found, _ = gather(lambda _: START)
        assert named(found) == ["/"]
        assert outcomes(found) == ["error"]

    def test_a_catch_all_beside_real_scripts(self):
        found, _ = gather({f"{CHUNKS}/main.js": script('"static/chunks/gone.js"')}, START)
        assert named(found) == ["/", f"{CHUNKS}/main.js"]
        assert outcomes(found) == ["pass"]

    @pytest.mark.parametrize("status", [204, 401, 404, 500])
    def test_the_start_page(self, status):
        with pytest.raises(Unavailable, match=f"answers {status}"):
            gather({"/": answer(status)})

    def test_no_answer_at_all(self):
        with pytest.raises(Unavailable, match="closed the connection without an answer"):
            gather(lambda _: CLOSE)

    @pytest.mark.parametrize("start", [answer(200, "ok"), page("")])
    def test_no_page(self, start):
        assert outcomes(gather({"/": start, "/a.js": script("1")})[0]) == ["error"]

    def test_absent(self):
        async def main():
            async with way(absent=frozenset({"frontend"})) as to:
                await served(to.environment, SecretsPolicy(), to.http, to.traffic)

        with pytest.raises(Absent):
            run(main())


class TestLeaks:
    def test_in_a_chunk_that_only_the_manifest_names(self):
        found, _ = gather(
            {
                "/": START,
                f"/_next/static/{BUILD}/_buildManifest.js": script(
                    'self.x={"/admin":["static/chunks/pages/admin-1.js"]}'
                ),
                f"{CHUNKS}/pages/admin-1.js": script(f'\n\n  createClient(u,"{SERVICE}")'),
            }
        )
        url = f"{found.frontend}{CHUNKS}/pages/admin-1.js"
        [leak] = found.sightings
        assert (leak.place, leak.line, leak.column, leak.kind) == (url, 3, 19, "Supabase service_role key")
        assert leak.length == len(SERVICE)
        assert outcomes(found) == ["fail"]

    def test_the_anon_key_is_public(self):
        found, _ = gather({"/": START, f"{CHUNKS}/main.js": script(f'createClient(u,"{ANON}")')})
        assert [one.nature for one in found.sightings] == ["public"]
        assert outcomes(found) == ["pass"]

    def test_in_the_page(self):
        found, _ = gather({"/": page(f'<script>self.__next_f.push([1,"{{\\"k\\":\\"{SERVICE}\\"}}"])</script>')})
        assert [leak.kind for leak in found.sightings] == ["Supabase service_role key"]

    @pytest.mark.parametrize("dot", [r"\u002e", r"\x2e", "%2E"])
    def test_split_by_escapes(self, dot):
        found, _ = gather({"/": START, f"{CHUNKS}/main.js": script(f'"{SERVICE.replace(".", dot)}"')})
        assert [(leak.line, leak.column, leak.length) for leak in found.sightings] == [(1, 2, len(SERVICE))]

    @pytest.mark.parametrize("charset", ["utf-8", "utf-16", "latin-1", "no-such-charset"])
    def test_in_any_charset(self, charset):
        body = f'"{SERVICE}"'.encode("utf-16" if charset == "utf-16" else "utf-8")
        found, _ = gather(
            {"/": START, f"{CHUNKS}/main.js": answer(200, body, Content_Type=f"text/javascript; charset={charset}")}
        )
        assert len(found.sightings) == 1

    def test_compressed(self):
        packed = answer(200, gzip.compress(f'"{SERVICE}"'.encode()), Content_Encoding="gzip")
        assert len(gather({"/": START, f"{CHUNKS}/main.js": packed})[0].sightings) == 1

    def test_the_very_key_of_the_checklist(self):
        key = "opaque key of 28 characters"
        found, _ = gather(
            {"/": START, f"{CHUNKS}/main.js": script(f'k="{key}"')},
            supabase=Supabase(service_key=Secret(key, "service key")),
        )
        assert [(leak.kind, leak.exact) for leak in found.sightings] == [("service key", True)]

    def test_nothing_secret_is_sent(self):
        key = "opaque-key-of-28-characters-x"
        _, server = gather({"/": START}, supabase=Supabase(service_key=Secret(key, "service key")))
        assert key not in repr(server.asked)
