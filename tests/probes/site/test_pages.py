"""What a page names, in all the ways that it can."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.served import FileKind
from auditor.probes.site import bounds, pages
from auditor.probes.site.references import MORE, TOO_LONG
from tests.probes.planted import SERVICE
from tests.probes.site.test_untold import gather, script
from tests.probes.stand import answer, page

APP = "https://app.example.com"
URL = f"{APP}/x/"


def named(text: str, header: str = "") -> list[tuple[str, str]]:
    found = pages.of_page(text.encode(), URL, header).references
    return [(one.url.removeprefix(APP), str(one.kind)) for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<link rel=stylesheet href=a.css>", [("/x/a.css", "style sheet")]),
        ("<link rel='alternate stylesheet' href=a.css>", [("/x/a.css", "style sheet")]),
        ("<link rel=preload as=style href=a.css>", [("/x/a.css", "style sheet")]),
        ("<link rel=manifest href=/site.webmanifest>", [("/site.webmanifest", "data")]),
        ("<link rel=modulepreload as=worker href=w.js>", [("/x/w.js", "script")]),
        ("<link rel=modulepreload as=json href=w.json>", [("/x/w.json", "data")]),
        ("<link rel=prefetch href=/next>", [("/next", "page")]),
        ("<svg><script href=/in.svg.js></script></svg>", [("/in.svg.js", "script")]),
        ("<svg><script xlink:href=/in.svg.js></script></svg>", [("/in.svg.js", "script")]),
        ("<template><script src=/t.js></script></template>", [("/t.js", "script")]),
        ("<iframe srcdoc=\"<base href='/f/'><script src='s.js'></script>\"></iframe><script src=o.js>",
         [("/f/s.js", "script"), ("/x/o.js", "script")]),
        ("<iframe srcdoc='&lt;script src=s.js>&lt;/script>'>", [("/x/s.js", "script")]),
        ("<embed src=/e.html><object data=/o.html>", [("/e.html", "page"), ("/o.html", "page")]),
        ('<meta http-equiv=refresh content="0;url=/en/">', [("/en/", "page")]),
        ('<meta http-equiv=Refresh content="5">', []),
        ('<meta http-equiv=refresh content="0;url=/logout">', []),
        ("<script>location.href='/en'</script>", [("/en", "page")]),
        ("<script>window.location.replace(`/en`)</script>", [("/en", "page")]),
        ("<script>location.assign('/api/logout')</script>", []),
        ('<script type=speculationrules>{"prefetch":[{"urls":["/a","/b?x"]}],"x":1}</script>',
         [("/a", "page"), ("/b", "page")]),
        ('<script type=speculationrules>{"prefetch":[1,{"urls":{}},{"urls":[1]}]}</script>', []),
        ('<script type=importmap>{"imports":[],"scopes":{"/":{"a":"/a.mjs"},"x":3}}</script>', [("/a.mjs", "script")]),
        ("<base href=/one/><base href=/two/><script src=a.js>", [("/one/a.js", "script")]),
    ],
)  # fmt: skip
def test_tags(text, found):
    assert named(text) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("</a.js>; rel=preload; as=script", [("/a.js", "script")]),
        ('<a.js>;as="script" ; rel="preload", </b.css>; rel=stylesheet',
         [("/x/a.js", "script"), ("/b.css", "style sheet")]),
        ("</m.mjs>; rel=modulepreload", [("/m.mjs", "script")]),
        ("</x>; rel=canonical", []),
        ('<,>;;rel="', []),
    ],
)  # fmt: skip
def test_headers(header, found):
    assert named("", header) == found


class TestInline:
    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("<script>f()</script><script type=module>g()</script>", 2),
            ("<script> </script><script src=/a.js>x</script>", 0),
            ("<script type=application/json>{}</script><script type=text/template>x</script>", 0),
            ("<script src='data:text/javascript,f()'></script>", 1),
            ("<iframe srcdoc='<script>f()</script>'>", 1),
        ],
    )
    def test_counted(self, text, count):
        assert pages.of_page(text.encode(), URL).inline_scripts == count

    @pytest.mark.parametrize(
        "form", ["data:text/javascript,{}", "data:;base64,{}", "DATA:text/javascript;charset=x;BASE64,{}"]
    )
    def test_scripts_in_addresses_are_read(self, form):
        text = f'k="{SERVICE}";import("/b.js")'
        body = base64.b64encode(text.encode()).decode() if "64" in form else text.replace('"', "%22")
        found, _ = gather({"/": page(f"<script src='{form.format(body)}'></script>"), "/b.js": script("1")})
        assert SERVICE[:4] == "eyJh"
        assert [(one.place, one.kind) for one in found.sightings][-1] == (
            f"{found.frontend}/",
            "Supabase service_role key",
        )
        assert f"{found.frontend}/b.js" in [file.url for file in found.files]

    def test_long_ones_are_no_address_that_is_too_long(self):
        text = "<script src='data:text/javascript," + "a" * 5000 + "'></script>"
        assert TOO_LONG not in pages.of_page(text.encode(), URL).references


class TestSites:
    def test_a_start_page_that_only_leads_on(self):
        for lead in ('<meta http-equiv=refresh content="0;url=/en/">', "<script>location.replace('/en/')</script>"):
            found, _ = gather(
                {"/": page(lead), "/en/": page("<script src=/deep.js></script>"), "/deep.js": script("1")}
            )
            assert f"{found.frontend}/deep.js" in [file.url for file in found.files]

    def test_a_header_that_names_a_script(self):
        start = answer(200, "<title>", Content_Type="text/html", Link="</a.js>; rel=preload; as=script")
        assert len(gather({"/": start})[0].files) == 2

    def test_style_sheets_and_their_maps(self):
        pages_ = {
            "/": page("<link rel=stylesheet href=/css/a.css><script src=/a.js></script>"),
            "/css/a.css": answer(200, "@import 'b.css';\n/*# sourceMappingURL=a.css.map */", Content_Type="text/css"),
            "/css/b.css": answer(200, f"/* {SERVICE} */", Content_Type="text/css"),
            "/css/a.css.map": answer(200, '{"version":3,"sources":["a.scss"],"sourcesContent":["x"],"mappings":""}'),
        }
        found, _ = gather(pages_)
        assert {file.kind for file in found.files} == {
            FileKind.PAGE, FileKind.SCRIPT, FileKind.STYLE, FileKind.SOURCE_MAP
        }  # fmt: skip
        assert [one.place.removeprefix(found.frontend) for one in found.sightings] == ["/css/b.css"]
        assert [one.script.removeprefix(found.frontend) for one in found.maps] == ["/css/a.css"]

    @pytest.mark.parametrize(
        ("call", "path"),
        [
            ("fetch('/conf/app-config.json')", "/conf/app-config.json"),
            ("fetch('assets/runtime.json?x=1')", "/assets/runtime.json"),
            ('http.get("./assets/env.prod.json")', "/assets/env.prod.json"),
            ("WebAssembly.instantiateStreaming(fetch('/x/core.wasm'))", "/x/core.wasm"),
            ("new URL('core_bg.wasm',import.meta.url)", "/js/core_bg.wasm"),
        ],
    )
    def test_data_that_scripts_load(self, call, path):
        value = answer(200, f'{{"key":"{SERVICE}"}}', Content_Type="application/octet-stream")
        found, _ = gather({"/": page("<script src=/js/a.js></script>"), "/js/a.js": script(call), path: value})
        assert [one.place.removeprefix(found.frontend) for one in found.sightings] == [path]

    def test_texts_of_a_language_are_no_settings(self):
        texts = answer(200, '{"password":"Mot de passe","secret":"Le secret est ailleurs"}')
        pages_ = {"/a.js": script("fetch('/locales/fr/env-settings.json')"), "/locales/fr/env-settings.json": texts}
        assert gather(pages_)[0].variables == ()

    def test_a_worker_is_relative_to_the_page_that_starts_it(self):
        pages_ = {
            "/": page("<script src=/js/a.js></script>"),
            "/sw2.js": script("importScripts('lib')"),
            "/js/a.js": script("navigator.serviceWorker.register('./sw2.js')"),
            "/lib": script("1"),
        }
        found, _ = gather(pages_)
        assert {file.url.removeprefix(found.frontend) for file in found.files} >= {"/sw2.js", "/lib"}


class TestHostile:
    @pytest.mark.parametrize(
        "piece",
        ["<p>", "<script src=/a.js>", "<iframe srcdoc='", "<link href=", "location=",
         "<meta http-equiv=refresh content=", "<iframe srcdoc=\"<iframe srcdoc=&quot;", "<svg><script href=/a>",
         "<script src='data:;base64,", "location.href = '"],
    )  # fmt: skip
    def test_time(self, piece):
        started = time.process_time()
        pages.of_page((piece * (2_000_000 // len(piece))).encode(), URL)
        assert time.process_time() - started < 27

    def test_time_of_a_header(self):
        started = time.process_time()
        pages.of_page(b"", URL, "<a>;" * 100_000)
        assert time.process_time() - started < 30

    def test_more_than_is_looked_at(self):
        many = "".join(f"<a href=/{n}>" for n in range(bounds.MAX_REFERENCES + 10))
        found = pages.of_page(many.encode(), URL).references
        assert len(found) == bounds.MAX_REFERENCES + 1
        assert MORE in found

    @given(st.lists(st.sampled_from([
        "<script", " src=", "'", '"', ">", "</script>", "data:", ";base64,", "<iframe srcdoc=", "<base href=", "//",
        "<meta http-equiv=refresh content=", "0;url=", "location=", "<svg>", "{", '"urls":[', "type=importmap", "\0",
        "[", "&#", "é",
    ]), max_size=30).map("".join), st.text(max_size=60))  # fmt: skip
    @settings(deadline=None, max_examples=200)
    def test_any_page(self, text, header):
        pages.of_page(text.encode(), URL, header)
