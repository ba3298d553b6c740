"""What each file names, as pure functions say it."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.served import FileKind, SourceMap
from auditor.probes.net.response import Response
from auditor.probes.site import bounds, frameworks, pages, references
from auditor.probes.site.chunkmap import asked_ids, chunk_names
from auditor.probes.site.frontier import Frontier, How, Named
from auditor.probes.site.maps import named_map, read_map
from auditor.probes.site.readers import Readers
from auditor.probes.site.reading import Reader, is_markup, utf8
from auditor.probes.site.references import Folders
from auditor.probes.site.routes import repository_routes
from auditor.probes.site.territory import Territory, looks_built, resolve, site_of

APP = "https://app.example.com"
BOUNDED = settings(deadline=None, max_examples=150)


class TestTerritory:
    @pytest.mark.parametrize(
        ("host", "site"),
        [
            ("app.example.com", "example.com"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("shop.example.fr", "example.fr"),
            ("mine.vercel.app", "mine.vercel.app"),
            ("a.mine.vercel.app", "mine.vercel.app"),
            ("me.github.io", "me.github.io"),
            ("x.s3.eu-west-1.amazonaws.com", "eu-west-1.amazonaws.com"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
        ],
    )
    def test_the_site_of_a_host(self, host, site):
        assert site_of(host) == site

    @pytest.mark.parametrize(
        ("url", "own"),
        [
            (f"{APP}/a.js", True),
            ("https://cdn.example.com/a.js", True),
            ("https://example.com/a.js", True),
            ("https://app.example.com:8443/a.js", False),
            ("https://app.example.com.evil.test/a.js", False),
            ("https://notexample.com/a.js", False),
            ("https://static.other.test/a.js", True),
            ("https://other.test/a.js", False),
        ],
    )
    def test_scripts(self, url, own):
        assert Territory(APP, ("static.other.test",)).is_own(url) is own

    def test_two_names_below_a_platform_belong_to_two_people(self):
        assert not Territory("https://mine.vercel.app").is_own("https://theirs.vercel.app/a.js")
        assert not Territory("http://localhost:3000").is_own("http://localhost:4000/a.js")

    def test_pages_are_those_of_one_origin(self):
        home = Territory(APP)
        assert not home.is_page("https://www.example.com/")
        home.move("https://www.example.com/start")
        assert home.is_page("https://www.example.com/other")

    @pytest.mark.parametrize(
        ("reference", "url"),
        [
            ("a.js?dpl=1#x", f"{APP}/x/a.js?dpl=1"),
            ("//CDN.Example.com:443/a.js", "https://cdn.example.com/a.js"),
            ("../../../a.js", f"{APP}/a.js"),
            ("data:text/javascript,1", ""),
            ("javascript:x", ""),
            ("https://[", ""),
            ("http://h:99999/", ""),
            ("#", ""),
            ("/" + "a" * 3000, ""),
        ],
    )
    def test_resolving(self, reference, url):
        assert resolve(f"{APP}/x/", reference) == url

    @given(st.text(), st.text())
    @BOUNDED
    def test_any_reference(self, base, reference):
        resolve(f"{APP}/{base}", reference)

    def test_what_a_build_made(self):
        assert looks_built("https://x.test/_next/static/chunks/1.js")
        assert not looks_built("https://cdn.analytics.test/collect.js")


CHUNKS = {
    "webpack": (
        'd.u=e=>117===e?"static/chunks/117-ab.js":"static/chunks/"+(({12:"editor",7:"x/y"})[e]||e)+"."'
        '+({12:"9f3c",33:"00aa",7:"cc"})[e]+".js",d.miniCssF=e=>{}',
        {"static/chunks/117-ab.js", "static/chunks/editor.9f3c.js", "static/chunks/33.00aa.js",
         "static/chunks/x/y.cc.js"},
    ),
    "webpack 5, a function": (
        'r.u=function(e){return"static/js/"+e+"."+{88:"0a1b2c3d",453:"ffffffff"}[e]+".chunk.js"}',
        {"static/js/88.0a1b2c3d.chunk.js", "static/js/453.ffffffff.chunk.js"},
    ),
    "gatsby": (
        'r.u=e=>({10:"component---src-pages-about-js"}[e]||e)+"-"+{10:"77"}[e]+".js"',
        {"component---src-pages-about-js-77.js"},
    ),
    "nothing known": ('r.u=e=>"static/chunks/"+e+".js"', set()),
    "one chunk": ('r.u=e=>"static/chunks/"+({5:"a"})[e]+".js"', {"static/chunks/a.js"}),
}  # fmt: skip


class TestChunkMap:
    @pytest.mark.parametrize("name", CHUNKS)
    def test_names(self, name):
        script, expected = CHUNKS[name]
        found = chunk_names(f"!function(){{var r={{}};{script};r.p='/_next/'}}()")
        assert set(found.names()) == expected

    def test_ids_that_scripts_ask_for(self):
        ids = asked_ids('Promise.all([r.e(4),n.e("editor")]).then();t.e( 12 )', 100)
        assert ids == {"4", "editor", "12"}
        found = chunk_names('r.u=e=>"static/chunks/"+e+".js"')
        assert set(found.names(ids)) == {f"static/chunks/{one}.js" for one in ids}

    @pytest.mark.parametrize(
        "script", ["", "r.u=e=>", 'r.u=e=>f(e)+".js"', "r.u=e=>{return", "a.u=e=>1", "r.u=e=>((((("]
    )
    def test_none(self, script):
        assert chunk_names(script) is None

    @given(
        st.lists(st.sampled_from([".u=e=>", '"a.js"', "+", "(", ")", "{", "}", "[e]", "?", ":", "||", "1", ",", "==="]))
    )
    @BOUNDED
    def test_any_expression(self, parts):
        if found := chunk_names(".u=e=>" + "".join(parts)):
            list(found.names())

    @pytest.mark.parametrize("piece", [".u=e=>", '.u=e=>{"a":"b.js"}[e]+', '.u=e=>1===e?"a.js":', ".u=e=>(", '.u=e=>"'])
    def test_time(self, piece):
        started = time.process_time()
        chunk_names(piece * (1_000_000 // len(piece)))
        assert time.process_time() - started < 30


def scripts(data: str, url=f"{APP}/_next/static/chunks/main.js", **options) -> set[str]:
    folders = Folders()
    folders.learn(f"{APP}/shop/assets/index-abc.js")
    return {one.url.removeprefix(APP) for one in references.of_script(data.encode(), url, folders, **options)}


class TestScripts:
    @pytest.mark.parametrize(
        ("data", "url", "found"),
        [
            ('import("./b.js")', f"{APP}/assets/a.js", {"/assets/b.js"}),
            ('from"../c.js";', f"{APP}/assets/x/a.js", {"/assets/c.js"}),
            ('m.f=["assets/lazy-1.js","assets/l.css"]', f"{APP}/base/assets/a.js", {"/base/assets/lazy-1.js"}),
            ('"assets/lazy-1.js"', f"{APP}/main.js", {"/shop/assets/lazy-1.js"}),
            ('"/_astro/C.D1.js"', f"{APP}/", {"/_astro/C.D1.js"}),
            (r'"\/component---a-1.js"', f"{APP}/", {"/component---a-1.js"}),
            ("&quot;/_astro/C.js&quot;", f"{APP}/", {"/_astro/C.js"}),
            ('"https://cdn.test/x.mjs?v=1"', f"{APP}/", {"https://cdn.test/x.mjs"}),
            ('"lodash.js"', f"{APP}/", set()),
            ('"vendor/unknown.js"', f"{APP}/", set()),
            ('"./node_modules/x/y.js"', f"{APP}/a.js", set()),
            ('"static/chunks/9.js"', "https://cdn.test/pre/_next/static/chunks/1.js",
             {"https://cdn.test/pre/_next/static/chunks/9.js"}),
            ('navigator.serviceWorker.register("/worker")', f"{APP}/a.js", {"/worker"}),
            ('new Worker(new URL("w-1.js",import.meta.url))', f"{APP}/a/b.js", {"/a/w-1.js"}),
            ("${base}/x.js`", f"{APP}/", set()),
        ],
    )  # fmt: skip
    def test_strings(self, data, url, found):
        assert scripts(data, url) == found

    def test_a_worker_names_files_beside_itself(self):
        data = 'define(["./workbox-5ffe50d4"],s);s.precache([{url:"assets/index-1.js"},{url:"registerSW.js"}])'
        found = {"/app/workbox-5ffe50d4.js", "/app/registerSW.js", "/shop/assets/index-1.js"}
        assert scripts(data, f"{APP}/app/sw.js", worker=True) == found

    @given(st.lists(st.sampled_from(['"', "'", "\\", "/", ".js", "a", "(", "static/", "http://", "[", "%", "\n", "é"])))
    @BOUNDED
    def test_any_text(self, parts):
        scripts("".join(parts))

    @pytest.mark.parametrize("piece", ['"/a.js",', ".js", '".js', "(" * 50 + ".js", 'import("', "new   Worker(  "])
    def test_time(self, piece):
        started = time.process_time()
        found = scripts(piece * (2_000_000 // len(piece)))
        assert time.process_time() - started < 30
        assert len(found) <= bounds.MAX_REFERENCES


def named(data: str) -> list[tuple[str, str]]:
    found = pages.of_page(data.encode(), f"{APP}/x/").references
    return [(one.url.removeprefix(APP), str(one.kind)) for one in found]


class TestPages:
    @pytest.mark.parametrize(
        ("tag", "found"),
        [
            ('<base href="/app/"><script src="m.js">', [("/app/m.js", "script")]),
            ("<link rel=modulepreload href=m.js>", [("/x/m.js", "script")]),
            ("<link rel=prefetch as=script href=/c.js?dpl=2>", [("/c.js?dpl=2", "script")]),
            ('<link rel=preload as=fetch href="/_payload.json?1">', [("/_payload.json?1", "data")]),
            ("<link rel=stylesheet href=/a.css>", [("/a.css", "style sheet")]),
            ("<link rel=alternate href=/fr>", []),
            ('<astro-island component-url="/_astro/C.js" renderer-url="/_astro/r.js">',
             [("/_astro/C.js", "script"), ("/_astro/r.js", "script")]),
            ('<script type=importmap>{"imports":{"a":"/a.mjs","b/":"/b/"}}</script>', [("/a.mjs", "script")]),
            ("<script type=importmap>{</script>", []),
            ("<script data-src='/_payload.json?x' id=__NUXT_DATA__>", [("/_payload.json?x", "data")]),
            ("<a href=/about?tab=1#x>", [("/about", "page")]),
            ("<a href=/report.pdf><a href=/logout><a href=/api/x><a href=mailto:x><a download href=/y>", []),
            ("<!-- <script src=/no.js> -->", []),
        ],
    )  # fmt: skip
    def test_tags(self, tag, found):
        assert named(tag) == found


class TestManifests:
    def test_routes_of_next(self):
        data = b'self.__BUILD_MANIFEST={"/":["static/chunks/a.js"],"/post/[id]":[],"/old":[],s:["/_app","/still"]}'
        found = [one.url for one in references.routes(data, f"{APP}/shop/_next/static/b/_buildManifest.js")]
        assert found == [f"{APP}/shop/", f"{APP}/shop/old", f"{APP}/shop/still"]

    def test_routes_of_sveltekit(self):
        data = b'const r={"/":[2],"/about":[3],"/load":[-5],"/x/[id]":[4]}'
        found = [one.url for one in references.routes_of_kit(data, f"{APP}/_app/immutable/entry/app.1.js")]
        assert found == [f"{APP}/", f"{APP}/about", f"{APP}/load"]

    def test_sitemaps(self):
        page = b"<urlset><url><loc> https://app.example.com/a?x=1&amp;y </loc></url><loc><![CDATA[/b]]></loc></urlset>"
        assert [one.url for one in references.of_sitemap(page, f"{APP}/sitemap.xml")] == [f"{APP}/a", f"{APP}/b"]
        index = b"<sitemapindex><loc>/s1.xml.gz</loc></sitemapindex>"
        [one] = references.of_sitemap(index, f"{APP}/sitemap.xml")
        assert (one.url, one.kind) == (f"{APP}/s1.xml.gz", FileKind.MANIFEST)

    def test_robots(self):
        data = b"User-agent: *\nDisallow: /admin\nDisallow: /*.pdf$\nAllow: /\nSITEMAP: https://app.example.com/s.xml\n"
        assert [one.url for one in references.of_robots(data, f"{APP}/robots.txt")] == [f"{APP}/admin", f"{APP}/s.xml"]

    def test_json(self):
        data = b'{"files":{"main.js":"/static/js/main.1.js","a":"/a.css"},"entrypoints":["static/js/main.1.js"]}'
        found = {one.url for one in references.of_json(data, f"{APP}/")}
        assert found == {f"{APP}/static/js/main.1.js", f"{APP}/main.js"}
        assert list(references.of_json(b"[" * 100_000, f"{APP}/")) == []


class TestFrameworks:
    def test_next(self):
        data = b'<script id="__NEXT_DATA__">{"buildId":"b1"}</script>'
        found = {one.url.removeprefix(APP) for one in frameworks.of_page(data, f"{APP}/old", f"{APP}/", {"Next.js"})}
        assert {"/_next/static/b1/_buildManifest.js", "/_next/data/b1/old.json"} <= found

    @pytest.mark.parametrize(
        ("name", "data", "url", "found"),
        [
            ("SvelteKit", b"", f"{APP}/load/", "/load/__data.json"),
            ("Nuxt", b"_payload.json", f"{APP}/about", "/about/_payload.json"),
            ("Gatsby", b"", f"{APP}/", "/page-data/index/page-data.json"),
            ("React Router", b"", f"{APP}/", "/_root.data"),
            ("Create React App", b"", f"{APP}/", "/asset-manifest.json"),
            ("Angular", b"", f"{APP}/", "/ngsw.json"),
        ],
    )
    def test_others(self, name, data, url, found):
        assert found in {one.url.removeprefix(APP) for one in frameworks.of_page(data, url, f"{APP}/", {name})}

    @pytest.mark.parametrize(
        ("found", "told"),
        [
            ({"Next.js", "Next.js (Turbopack)"}, ("Next.js (Turbopack)",)),
            ({"Vite", "Astro"}, ("Astro",)),
            ({"Vite"}, ("Vite",)),
            (set(), ()),
        ],
    )
    def test_told(self, found, told):
        assert frameworks.told(found) == told

    def test_where_the_application_lives(self):
        assert frameworks.base_of(f"{APP}/shop/_next/static/chunks/a.js") == f"{APP}/shop/"
        assert frameworks.base_of(f"{APP}/main.js") == ""


class TestMaps:
    @pytest.mark.parametrize(
        ("data", "url"),
        [
            (b"f()\n//# sourceMappingURL=odd-name.js.map\n", f"{APP}/c/odd-name.js.map"),
            (b"f()\n/*# sourceMappingURL=a.map */", f"{APP}/c/a.map"),
            (b"f()\n//@ sourceMappingURL=/a.map", f"{APP}/a.map"),
            (b'x="//# sourceMappingURL="+y', ""),
            (b"f()", ""),
        ],
    )
    def test_named(self, data, url):
        assert named_map(data, f"{APP}/c/a.js") == (url, b"")

    def test_by_header(self):
        answer = Response("", "GET", 200, (("SourceMap", "/m.map"),), b"")
        assert named_map(b"f()", f"{APP}/a.js", answer) == (f"{APP}/m.map", b"")

    def test_inside(self):
        data = b"f()\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozfQ=="
        assert named_map(data, f"{APP}/a.js") == ("", b'{"version":3}')
        assert named_map(b"f()\n//# sourceMappingURL=data:,%7B%7D", f"{APP}/a.js") == ("", b"{}")

    def test_counted(self):
        one = b'{"mappings":"","sources":["a","b"],"sourcesContent":["x",null]}'
        sections = b'{"sections":[{"offset":{},"map":' + one + b'},{"map":' + one + b"},{}]}"
        assert read_map(one, "m", "s") == SourceMap("m", "s", 2, 1)
        assert read_map(b")]}'\n" + sections, "m", "s") == SourceMap("m", "s", 4, 2)

    @pytest.mark.parametrize(
        "data", [b"", b"<html>", b"[]", b"{}", b"{" * 10_000, b'{"a":' * 10_000, b"\xff\xfe", b"null"]
    )
    def test_none(self, data):
        assert read_map(data, "m", "s") is None

    @given(st.binary())
    @BOUNDED
    def test_any_bytes(self, data):
        named_map(b"//# sourceMappingURL=" + data, APP)
        read_map(data, "m", "s")


class TestFrontier:
    def test_scripts_first_maps_last(self):
        queue = Frontier()
        for kind in (FileKind.SOURCE_MAP, FileKind.PAGE, FileKind.DATA, FileKind.SCRIPT):
            queue.add(Named(f"{APP}/{kind}", kind, depth=1))
        assert [queue.pop().kind for _ in range(4)] == ["script", "page", "data", "source map"]

    def test_once(self):
        queue = Frontier()
        assert queue.add(Named(APP, FileKind.PAGE))
        assert not queue.add(Named(APP, FileKind.SCRIPT))
        assert queue.add(Named(APP, FileKind.DATA, headers=(("RSC", "1"),)))

    def test_pages_of_one_folder(self):
        queue = Frontier()
        for n in range(100):
            queue.add(Named(f"{APP}/blog/{n}", FileKind.PAGE))
        assert (len(queue), queue.alike, queue.left()) == (bounds.MAX_ALIKE, 80, 20)
        assert queue.add(Named(f"{APP}/blog/own", FileKind.PAGE, route=True))

    def test_bounds(self, monkeypatch):
        monkeypatch.setattr(bounds, "MAX_PAGES", 3)
        monkeypatch.setattr(bounds, "MAX_QUEUE", 9)
        queue = Frontier()
        for n in range(20):
            queue.add(Named(f"{APP}/{n}/x", FileKind.PAGE))
        assert (len(queue), queue.dropped) == (3, 17)

    def test_guesses_are_not_missed(self):
        queue = Frontier()
        queue.add(Named(f"{APP}/env.js", FileKind.SETTINGS, How.GUESS))
        assert queue.left() == 0


FILES = {
    "next.config.mjs": 'export default { basePath: "/shop" }',
    "app/page.tsx": "",
    "app/(group)/about/page.jsx": "",
    "app/post/[id]/page.tsx": "",
    "app/@modal/login/page.js": "",
    "app/_private/x/page.js": "",
    "app/(.)photo/page.js": "",
    "app/layout.tsx": "",
    "src/pages/index.tsx": "",
    "src/pages/old/index.tsx": "",
    "src/pages/still.jsx": "",
    "src/pages/_app.tsx": "",
    "src/pages/api/x.ts": "",
    "src/pages/[slug].tsx": "",
    "node_modules/lib/next.config.js": "",
    "node_modules/lib/pages/no.js": "",
}


class TestRoutes:
    def write(self, root, files):
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)

    def test_next(self, tmp_path):
        self.write(tmp_path, FILES)
        assert repository_routes(tmp_path) == ("/shop", "/shop/about", "/shop/login", "/shop/old", "/shop/still")

    def test_in_a_folder_of_a_monorepo(self, tmp_path):
        self.write(tmp_path, {"apps/web/next.config.ts": "", "apps/web/src/app/dash/page.tsx": "", "pages/no.js": ""})
        assert repository_routes(tmp_path) == ("/dash",)

    @pytest.mark.parametrize(
        ("files", "routes"),
        [
            ({"svelte.config.js": "", "src/routes/+page.svelte": "", "src/routes/(a)/b/+page.svelte": ""}, ("/", "/b")),
            ({"nuxt.config.ts": "", "app/pages/index.vue": "", "app/pages/a/b.vue": ""}, ("/", "/a/b")),
            ({"astro.config.mjs": "", "src/pages/about.astro": "", "src/pages/[x].astro": ""}, ("/about",)),
            ({"app/page.tsx": ""}, ("/",)),
            ({"main.py": ""}, ()),
        ],
    )
    def test_others(self, tmp_path, files, routes):
        self.write(tmp_path, files)
        assert repository_routes(tmp_path) == routes

    def test_links_are_not_followed(self, tmp_path):
        self.write(tmp_path, {"app/page.tsx": ""})
        (tmp_path / "app" / "loop").symlink_to(tmp_path / "app", target_is_directory=True)
        assert repository_routes(tmp_path) == ("/",)

    def test_no_folder(self, tmp_path):
        assert repository_routes(tmp_path / "none") == ()


class _Null:
    gaps = ()

    def scan(self, data, place):
        return []


def read(kind, body, url=f"{APP}/a.js", **headers):
    answer = Response(url, "GET", 200, tuple(headers.items()), body)
    return Reader(_Null(), Readers()).read(Named(url, kind), answer, scanned=True)


class TestReading:
    def test_a_sitemap_that_is_a_gzip_file(self):
        packed = gzip.compress(b"<urlset><loc>/a</loc></urlset>")
        found = read(FileKind.MANIFEST, packed, f"{APP}/sitemap.xml.gz").references
        assert [one.url for one in found] == [f"{APP}/a"]

    @pytest.mark.parametrize("order", [("runtime", "asking"), ("asking", "runtime")])
    def test_a_chunk_that_is_named_by_its_number(self, order):
        texts = {"runtime": b'r.u=e=>"static/chunks/"+e+".js"', "asking": b"r.e(412)"}
        reader, found = Reader(_Null(), Readers()), set()
        for name in order:
            url = f"{APP}/_next/static/chunks/{name}.js"
            answer = Response(url, "GET", 200, (), texts[name])
            found |= {one.url for one in reader.read(Named(url, FileKind.SCRIPT), answer, scanned=True).references}
        assert found == {f"{APP}/_next/static/chunks/412.js"}

    def test_readers_get_the_script_with_its_map(self):
        got = []
        readers = Readers(maps=(lambda *given: got.append(given) or [],))
        script, url = b"f()\n//# sourceMappingURL=m", f"{APP}/a.js"
        readers.read(Named(url, FileKind.SCRIPT), script)
        readers.read(Named(f"{APP}/m", FileKind.SOURCE_MAP, by=url), b"{}")
        assert got == [(url, script, f"{APP}/m", b"{}")]

    def test_text_in_other_encodings(self):
        body = "é".encode("utf-16")
        assert utf8(Response("", "GET", 200, (), body)) == "é".encode()
        little = Response("", "GET", 200, (("Content-Type", "a/b; charset=utf-16le"),), "é".encode("utf-16-le"))
        assert utf8(little) == "é".encode()
        assert utf8(Response("", "GET", 200, (), b"\xef\xbb\xbfx")) == b"x"

    @pytest.mark.parametrize(
        ("body", "kind", "page"),
        [
            (b"f()", "text/html", False),
            (b"<x-app>", "text/html", True),
            (b"\xef\xbb\xbf<html>", "", True),
            ("<html>".encode("utf-16"), "", True),
            (b"\n <!DOCTYPE html>", "text/javascript", True),
            (b"<div>", "", True),
            (b"f('<html>')", "text/javascript", False),
            (b"", "", False),
        ],
    )
    def test_pages_by_any_type(self, body, kind, page):
        assert is_markup(Response("", "GET", 200, (("content-type", kind),), body)) is page

    @given(st.binary(max_size=300), st.sampled_from(list(FileKind)))
    @BOUNDED
    def test_any_file(self, body, kind):
        read(kind, body)
