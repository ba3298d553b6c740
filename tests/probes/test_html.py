from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.page import Page, Reference
from auditor.probes.html import MOST_REFERENCES, read_page
from auditor.probes.markup import MOST_TAGS

URL = "https://app.example.com/shop/cart?token=secret#top"


def names(html: str) -> list[tuple[str, str, str]]:
    return [(one.tag, one.attribute, one.url) for one in read_page(html, URL).references]


def urls(html: str) -> list[str]:
    return [one.url for one in read_page(html, URL).references]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<math><title><a href=//a.test>", ("a", "href", "https://a.test/")),
        ("<script src=a.js></script>", ("script", "src", "https://app.example.com/shop/a.js")),
        ("<SCRIPT SRC='/a.js'></SCRIPT>", ("script", "src", "https://app.example.com/a.js")),
        ("<img src=http://a.test/x.png>", ("img", "src", "http://a.test/x.png")),
        ("<image src=//a.test/x.png>", ("image", "src", "https://a.test/x.png")),
        ("<iframe src=//a.test></iframe>", ("iframe", "src", "https://a.test/")),
        ("<frame src=//a.test>", ("frame", "src", "https://a.test/")),
        ("<object data=//a.test/x.swf></object>", ("object", "data", "https://a.test/x.swf")),
        ("<embed src=//a.test/x>", ("embed", "src", "https://a.test/x")),
        ("<audio src=//a.test/x>", ("audio", "src", "https://a.test/x")),
        ("<video src=//a.test/x>", ("video", "src", "https://a.test/x")),
        ("<video poster=//a.test/x>", ("video", "poster", "https://a.test/x")),
        ("<source src=//a.test/x>", ("source", "src", "https://a.test/x")),
        ("<track src=//a.test/x>", ("track", "src", "https://a.test/x")),
        ("<form action=http://a.test/login>", ("form", "action", "http://a.test/login")),
        ("<button formaction=http://a.test/>", ("button", "formaction", "http://a.test/")),
        ("<input formaction=http://a.test/>", ("input", "formaction", "http://a.test/")),
        ("<input type=IMAGE src=//a.test/x>", ("input", "src", "https://a.test/x")),
        ("<a href=//a.test/x>", ("a", "href", "https://a.test/x")),
        ("<area href=//a.test/x>", ("area", "href", "https://a.test/x")),
        ("<body background=//a.test/x>", ("body", "background", "https://a.test/x")),
        ("<svg><image href=//a.test/x></svg>", ("image", "href", "https://a.test/x")),
        ("<svg><use xlink:href='//a.test/x#i'/></svg>", ("use", "xlink:href", "https://a.test/x")),
        ("<svg><script href=//a.test/x></script></svg>", ("script", "href", "https://a.test/x")),
        ("<meta http-equiv=Refresh content='0; URL=http://a.test/'>", ("meta", "refresh", "http://a.test/")),
        ("<meta property=og:url content=http://a.test/>", ("meta", "content", "http://a.test/")),
        ("<p style='background:url(//a.test/x)'>", ("p", "style", "https://a.test/x")),
        ("<style>@import '//a.test/x'</style>", ("style", "style", "https://a.test/x")),
        ("<template shadowrootmode=open><img src=//a.test></template>", ("img", "src", "https://a.test/")),
        (
            "<iframe srcdoc='&lt;img src=&quot;b.png&quot;>'></iframe>",
            ("img", "src", "https://app.example.com/shop/b.png"),
        ),
        ("<a/href=//a.test/>", ("a", "href", "https://a.test/")),
        ("<a href =\n '//a.test'>", ("a", "href", "https://a.test/")),
        ("<a href=//a.test href=//b.test>", ("a", "href", "https://a.test/")),
        ("<a href='//a.test/?x=1&copy=2'>", ("a", "href", "https://a.test/")),
        ("<a href='//a.test/&eacute;&#x26;'>", ("a", "href", "https://a.test/%C3%A9%26")),
        ("<!-- x --><a href=//a.test>", ("a", "href", "https://a.test/")),
        ("<!--><a href=//a.test>", ("a", "href", "https://a.test/")),
        ("<!-- a --!><a href=//a.test>", ("a", "href", "https://a.test/")),
        ("<? x ?><a href=//a.test>", ("a", "href", "https://a.test/")),
        ("</ x><a href=//a.test>", ("a", "href", "https://a.test/")),
        ("1 < 2 <a href=//a.test>", ("a", "href", "https://a.test/")),
        ("<script><!-- <script> </script> --></script><a href=//a.test>", ("a", "href", "https://a.test/")),
        ("<svg><style><a href=//a.test></svg>", ("a", "href", "https://a.test/")),
        ("<svg><p><img src=//a.test>", ("img", "src", "https://a.test/")),
        ("<svg><foreignObject><img src=//a.test>", ("img", "src", "https://a.test/")),
    ],
)
def test_names(html, expected):
    assert names(html) == [expected]


@pytest.mark.parametrize(
    "html",
    [
        "<!-- <img src=//a.test> -->",
        "<script>'<img src=//a.test>'</script>",
        "<script><!-- <script> </script> <img src=//a.test>",
        '<script>self.__next_f.push([1,"<img src=\\"http://a.test\\">"])</script>',
        "<template><img src=//a.test><template></template><script src=//a.test></script></template>",
        "<noscript><img src=//a.test></noscript>",
        "<textarea><img src=//a.test></textarea>",
        "<title><img src=//a.test></title>",
        "<iframe><img src=//a.test></iframe>",
        "<plaintext><img src=//a.test>",
        "<svg><![CDATA[<img src=//a.test>]]></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'></svg>",
        "<img src='//a.test",
        "<img src=//a.test",
        "<a href='#part'><a href=''><img src><form action=''>",
        "<a href=javascript:alert(1)><img src=data:image/png;base64,AA==><a href=mailto:a@b.c><video src=blob:x>",
        "<a href=' jav&#x09;ascript:x'>",
        "<input src=//a.test>",
        "<p data-src=//a.test title='<img src=//a.test>'>",
        "<p style='fill:url(#gradient)'>",
        "<style>@namespace svg url(http://www.w3.org/2000/svg); /* url(//a.test) */</style>",
        "<style>p::after { content: 'url(//a.test)' }</style>",
        "<meta http-equiv=refresh content=30>",
        "<meta name=refresh content='0;url=//a.test'>",
        "<a href='https://['><a href='https://a.test:port/'>",
        "<a href='https://a;b/'><a href='https://$(x)/'><a href='https://a b/'>",
    ],
)
def test_names_nothing(html):
    assert names(html) == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("http:x", "http://x/"),
        ("https:x", "https://app.example.com/shop/x"),
        ("https:/x", "https://app.example.com/x"),
        ("https:///a.test", "https://a.test/"),
        (r"\\a.test\x", "https://a.test/x"),
        ("///a.test/x", "https://a.test/x"),
        (" \n//a.te\nst\t ", "https://a.test/"),
        ("HTTP://A.TEST:80/X", "http://a.test/X"),
        ("https://user:secret@a.test:8443/x?token=secret#secret", "https://a.test:8443/x"),
        ("https://[::1]:443/", "https://[::1]/"),
        ("?token=secret", "https://app.example.com/shop/cart"),
        ("../../../x", "https://app.example.com/x"),
        ("wss://a.test/live", "wss://a.test/live"),
        ("https://a.test./", "https://a.test/"),
        ("//a.test/';rm -rf $(x)`|&", "https://a.test/%27%3Brm%20-rf%20%24%28x%29%60%7C%26"),
        ("//a.test/" + "x" * 3000, "https://a.test/" + "x" * 1999),
    ],
)
def test_addresses(written, expected):
    assert urls(f'<a href="{written}">') == [expected]


def test_the_base():
    html = "<img src=a><base target=x><base href='http://b.test/c/?q'><img src=d><base href=//e.test/><a href=f>"
    assert urls(html) == ["https://app.example.com/shop/a", "http://b.test/c/d", "http://b.test/c/f"]


def test_a_base_that_is_none():
    assert urls("<base href='javascript:x'><base href=//e.test/><a href=f>") == ["https://app.example.com/shop/f"]


def test_sets_of_images():
    html = """<img srcset="a.png, http://b.test/b,c.png 2x ,data:image/gif;base64,AA== 3x, d.png (1,2) 4x,e.png,,">
        <link rel=preload as=image imagesrcset="f.png 1x"><source srcset=" g.png 100w, h.png">"""
    assert urls(html) == [
        "https://app.example.com/shop/a.png",
        "http://b.test/b,c.png",
        "https://app.example.com/shop/d.png",
        "https://app.example.com/shop/e.png",
        "https://app.example.com/shop/f.png",
        "https://app.example.com/shop/g.png",
        "https://app.example.com/shop/h.png",
    ]


def test_style_sheets():
    html = r"""<style>
        @charset "utf-8"; @import url("//a.test/1.css") screen; @IMPORT '//a.test/2.css';
        @font-face { font-family: x; src: url( //a.test/3.woff ) }
        p { background: URL('//a.test/4.png'), url(//a.test/\35 .png); content: "\"url(//a.test/no)" }
        </style>"""
    assert [(one.kind, one.url) for one in read_page(html, URL).references] == [
        ("style", "https://a.test/1.css"),
        ("style", "https://a.test/2.css"),
        ("font", "https://a.test/3.woff"),
        ("image", "https://a.test/4.png"),
        ("image", "https://a.test/5.png"),
    ]


def test_what_decides_how_it_is_treated():
    html = """<link rel="Preload  Stylesheet" as=Script href=//a.test/a crossorigin integrity=" sha384-x ">
        <script type=Module src=//a.test/b crossorigin=Use-Credentials></script><a rel=NoOpener href=//a.test/c>"""
    assert read_page(html, URL).references == (
        Reference("link", "href", "https://a.test/a", "preload stylesheet", "script", "sha384-x", ""),
        Reference("script", "src", "https://a.test/b", "", "module", "", "use-credentials"),
        Reference("a", "href", "https://a.test/c", "noopener"),
    )


def test_each_is_told_once():
    assert len(urls("<img src=a><img src=a><img src=a?b><a href=a>")) == 2


def test_what_a_page_declares():
    html = """<!doctype html><html><head><meta charset=utf-8>
        <meta http-equiv=Content-Security-Policy content="default-src 'self'"><meta name=Referrer content=origin>
        <meta name=referrer content=no-referrer><meta name=generator content="Hugo 0.1">
        <script nonce=abc>1</script><script nonce=abc src=x></script><style nonce=def></style>
        <script type=application/ld+json>{}</script><script type=module>2</script></head>
        <meta http-equiv=content-security-policy content="script-src 'none'">
        <body onload=x><meta http-equiv=content-security-policy content="img-src 'none'"><p onclick=y one=z>"""
    assert read_page(html, URL, truncated=True) == Page(
        (Reference("script", "src", "https://app.example.com/shop/x"),),
        policies=("default-src 'self'", "script-src 'none'"),
        referrer="no-referrer",
        nonces=("abc", "def"),
        inline_scripts=2,
        inline_handlers=2,
        generator="Hugo 0.1",
        truncated=True,
    )


def test_text_ends_the_head():
    assert read_page("text<meta http-equiv=content-security-policy content=x>", URL).policies == ()


@pytest.mark.parametrize(
    ("html", "maker"),
    [
        ("<script src=/_next/static/chunks/main.js></script>", "next"),
        ("<script>window.__NUXT__={}</script>", "nuxt"),
        ("<script type=module src=/assets/index-BxY12_ab.js></script>", "vite"),
        ("<p>/assets/index-BxY12_ab.js</p>", ""),
    ],
)
def test_what_made_it(html, maker):
    assert read_page(html, URL).generator == maker


def test_no_page():
    assert read_page("", URL) == Page()


def test_more_than_is_looked_at():
    many = "".join(f"<a href=/{number}>" for number in range(MOST_REFERENCES + 2))
    assert (len(urls(many)), read_page(many, URL).truncated) == (MOST_REFERENCES, True)
    assert read_page("<p>" * MOST_TAGS, URL).truncated
    assert read_page("<iframe srcdoc='<img src=a>'>" * 10, URL).truncated is False


def test_frames_in_frames():
    html = "<img src=x>"
    for _ in range(6):
        html = '<iframe srcdoc="' + html.replace("&", "&amp;").replace('"', "&quot;") + '">'
    found = read_page(html, URL)
    assert (found.references, found.truncated) == ((), True)


_PIECES = """
    < > / = " ' ! - -- <!-- --> ]]> <![CDATA[ <a <img <script </script> <style> </style> <svg> <template> </template>
    <base href= src= srcset= style= url( @import url(' &amp; &#x41; &#99999999999; \\ http://a b.c , ( ) ; { } # ?
    <noscript> <iframe srcdoc= <meta http-equiv=refresh content= // : [ ] é <p> on x
"""
_MARKUP = st.lists(st.sampled_from([*_PIECES.split(), "\0", "\n"])).map(" ".join) | st.text()


@settings(max_examples=3000, deadline=None)
@given(_MARKUP | _MARKUP.map(lambda text: text.replace(" ", "")))
def test_any_page(html):
    for one in read_page(html, URL).references:
        assert one.url.startswith(("http://", "https://", "ws", "ftp://"))
        assert "?" not in one.url
        assert "#" not in one.url


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<div>",
            "<table><tr><td>",
            "<b><p></b>",
            "<a href=x>",
            "<!--",
            "<!>",
            "<",
            "</",
            "<a",
            "<a ",
            "x=1 ",
            "<template>",
        ),
        *(
            "<svg>",
            "<script>",
            "<script><!--",
            "<style>url(a)",
            "<style>@import'",
            "<style>url('\\'",
            "\\'\"",
            "&amp;",
            "\0",
        ),
        *(
            "<p style='background:url(//a.test/c)'>",
            "<img srcset='a,b 1x,",
            "a (",
            "<iframe srcdoc='<img>'>",
            "<p on ",
            "../",
        ),
    ],
)
def test_two_megabytes_of_the_same(piece):
    """Quadratic work would take minutes."""
    for start in ("", "<a href='", "<a ", "<style>", "<script><!--", "<img srcset='", "<p style='"):
        started = time.process_time()
        read_page(start + piece * (2_000_000 // len(piece) // 10), URL)
        assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("contents", "in_force"),
    [
        (("unsafe-url", "made-up"), "unsafe-url"),
        (("made-up", "unsafe-url"), "unsafe-url"),
        (("no-referrer", "always"), "always"),
        (("unsafe-url", ""), "unsafe-url"),
        (("made-up",), "made-up"),
    ],
)
def test_the_last_referrer_policy_that_browsers_know(contents, in_force):
    text = "".join(f'<meta name=referrer content="{content}">' for content in contents)
    assert read_page(text, "https://app.example.com/").referrer == in_force
