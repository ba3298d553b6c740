"""Sites that mean harm: what they cost is bounded, what was not read is told, and nothing hangs."""

from __future__ import annotations

import asyncio
import base64
import gzip
import threading
import time
from functools import partial

import pytest

from auditor.errors import Unavailable
from auditor.facts.policy import SecretsPolicy
from auditor.probes import served as module
from auditor.probes.secrets.scanner import Scanner
from auditor.probes.secrets.search import Limits
from auditor.probes.served import served
from auditor.probes.site import bounds
from tests.probes.net.running import run
from tests.probes.net.servers import read_request, serve
from tests.probes.stand import answer, page, routes, site, way

MB = 1_000_000


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """The same machine with smaller numbers, so that each test takes a second."""
    monkeypatch.setattr(bounds, "MAX_PART", 200_000)
    monkeypatch.setattr(bounds, "MAX_FILE", 500_000)
    monkeypatch.setattr(bounds, "MAX_BYTES", 5 * MB)
    monkeypatch.setattr(module, "MAX_REQUESTS", 120)


def gather(respond, **options):
    async def main():
        async with site(respond) as server, way(frontend=server.origin(), **options) as to:
            return await served(to.environment, SecretsPolicy(), to.http, to.traffic), server

    return run(main())


def script(body, **headers) -> bytes:
    return answer(200, body, Content_Type="text/javascript", **headers)


def reasons(found):
    return " | ".join(gap.reason for gap in found.gaps)


def streaming(path, chunks, kind=b"text/javascript", pause=0.0):
    """A server that sends one file in pieces, for ever if need be."""

    async def handler(reader, writer):
        while True:
            line, _, _ = await read_request(reader)
            if line.split()[1] == "/":
                writer.write(page(f'<script src="{path}"></script>'))
            elif line.split()[1] == path:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n")
                for chunk in chunks():
                    writer.write(chunk)
                    await writer.drain()
                    if pause:
                        await asyncio.sleep(pause)
            else:
                writer.write(answer(404))
            await writer.drain()

    return handler


def gather_from(handler):
    async def main():
        async with serve(handler) as server, way(frontend=f"http://127.0.0.1:{server.port}") as to:
            return await served(to.environment, SecretsPolicy(), to.http, to.traffic)

    return run(main())


def endless(piece):
    while True:
        yield piece


def test_a_chunk_without_end():
    found = gather_from(streaming("/a.js", lambda: endless(b"/* */" * 20_000)))
    assert "it is longer than 500000 bytes: the rest was not searched" in reasons(found)
    assert found.bounds.size_bytes < 2 * MB


def test_a_chunk_that_drips(monkeypatch):
    monkeypatch.setattr(bounds, "MAX_SECONDS", 1.0)
    started = time.monotonic()
    found = gather_from(streaming("/a.js", lambda: endless(b"x"), pause=0.05))
    assert time.monotonic() - started < 5
    assert "the limit of 1 s is reached" in reasons(found)


DECOY = "x=atob('" + base64.b64encode(b'{"a":"' + b"\xff" * 3000).decode() + "')"


def gaps_of_the_search(monkeypatch, **limits):
    """Of a site with a text that is decoded for nothing."""
    monkeypatch.setattr(module, "Scanner", partial(Scanner, limits=Limits(**limits)))
    found, _ = gather(routes({"/": page("<script src=/a.js></script>"), "/a.js": script(DECOY)}))
    return [(gap.subject.rpartition("/")[2], gap.reason) for gap in found.gaps]


def test_what_the_scanner_leaves_is_told(monkeypatch):
    reason = "it holds more encoded text than is decoded: the rest of that was not searched"
    assert gaps_of_the_search(monkeypatch, inner_times=0, inner_bytes=10) == [("a.js", reason)]
    assert gaps_of_the_search(monkeypatch) == []


def test_a_file_that_takes_too_long_to_search(monkeypatch):
    reason = "it takes longer than 0 s to search: what is in it was not searched to its end"
    assert ("a.js", reason) in gaps_of_the_search(monkeypatch, seconds=0.0)


def test_no_search_outlives_the_probe(monkeypatch):
    monkeypatch.setattr(module, "_SPARE", -2 * bounds.MAX_SECONDS)
    found, _ = gather(routes({"/": page("<p>")}))
    assert "the time for the search was up" in reasons(found)


def test_nothing_long_is_searched_on_the_event_loop(monkeypatch):
    threads = {}

    class Watched(Scanner):
        def scan(self, data, place):
            threads[place.rpartition("/")[2]] = threading.current_thread() is threading.main_thread()
            return super().scan(data, place)

    monkeypatch.setattr(module, "Scanner", Watched)
    gather(routes({"/": page("<script src=/a.js></script>"), "/a.js": script("a" * 5_000)}))
    assert threads == {"": True, "a.js": False}


def test_a_start_page_that_drips(monkeypatch):
    monkeypatch.setattr(bounds, "MAX_SECONDS", 0.5)

    async def handler(reader, writer):
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for piece in endless(b"<p>"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)

    with pytest.raises(Unavailable, match=r"gave no start page within 0\.5 s"):
        gather_from(handler)


def test_a_bomb():
    bomb = gzip.compress(b"x" * 50 * MB)
    found, _ = gather(
        routes({"/": page("<script src=/a.js></script>"), "/a.js": script(bomb, Content_Encoding="gzip")})
    )
    assert "it is longer than 500000 bytes" in reasons(found)


def test_a_graph_of_chunks_without_end():
    def respond(request):
        if request.path == "/":
            return page('<script src="/_next/static/chunks/1.js"></script><a href="/about">')
        if request.path == "/about":
            return page("about us")
        name = request.path.rpartition("/")[2].removesuffix(".js")
        number = int(name) if name.isdecimal() else 0
        return script(f'"static/chunks/{2 * number}.js","static/chunks/{2 * number + 1}.js"') if number else answer(404)

    found, server = gather(respond)
    assert len(server.paths) == found.bounds.requests == 120
    assert found.bounds.left > 0
    assert "the limit of 120 requests is reached" in reasons(found)
    assert "/about" in server.paths  # scripts without end do not keep pages from being read


def test_source_maps_in_a_circle():
    maps = {
        "/a.js": script("1\n//# sourceMappingURL=a.js.map"),
        "/a.js.map": answer(200, '{"version":3,"sections":[{"offset":{},"url":"/a.js.map"}]}'),
        "/b.js": script("1\n//# sourceMappingURL=b.js"),
        "/c.js": script("1\n//# sourceMappingURL=d.js"),
        "/d.js": script("1\n//# sourceMappingURL=c.js"),
    }
    tags = "".join(f"<script src=/{name}.js></script>" for name in "abcd")
    found, server = gather(routes({"/": page(tags), **maps}))
    assert max(server.paths.count(path) for path in maps) == 1
    assert [(one.sources, one.with_content) for one in found.maps] == [(0, 0)]


def test_redirects_in_a_circle_and_off_the_site():
    pages = {
        "/": page("<script src=/a.js></script><script src=/b.js></script><script src=/ok.js></script><a href=/out>"),
        "/a.js": answer(302, Location="/a2.js"),
        "/a2.js": answer(302, Location="/a.js"),
        "/b.js": answer(302, Location="https://evil.example.com/b.js?token=abc"),
        "/out": answer(302, Location="https://login.example.com/?next=/"),
        "/ok.js": script("1"),
    }
    found, server = gather(routes(pages))
    assert all(asked.headers["host"] == f"127.0.0.1:{server.port}" for asked in server.asked)
    circle = "redirects in a circle: what it holds was not searched"
    away = "redirects to https://evil.example.com: what it holds was not searched"
    assert reasons(found) == f"{circle} | {circle} | {away}"
    assert {one.url.removeprefix(found.frontend): one.reason for one in found.missing} == {
        "/out": "redirects to https://login.example.com"
    }


def test_redirects_without_end():
    def respond(request):
        if request.path == "/":
            return page("<script src=/0.js></script>")
        name = request.path.strip("/").removesuffix(".js")
        return answer(307, Location=f"/{int(name) + 1}.js") if name.isdecimal() else answer(404)

    found, server = gather(respond)
    assert "/5.js" in server.paths
    assert "/7.js" not in server.paths
    assert reasons(found) == "redirects more than 5 times: what it holds was not searched"


@pytest.mark.parametrize(
    ("path", "line"),
    [("/robots.txt", "Disallow: /folder{0}/page{0}\n"), ("/sitemap.xml", "<url><loc>/a/{0}</loc></url>\n")],
)
def test_ten_megabytes_of_pages(path, line):
    lines = "".join(line.format(n) for n in range(10_000))
    found, server = gather(
        routes({"/": page("<script src=/a.js></script>"), "/a.js": script("1"), path: answer(200, lines)})
    )
    assert len(server.paths) <= 120
    assert found.bounds.size_bytes < 5 * MB
    assert found.alike > 9_000 or "more files were named" in reasons(found)


NONSENSE = b"\xff\xfe\x00\xd8" + bytes(range(256)) * 200


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16le", "nonsense", '"', "\xff"])
def test_bytes_that_are_no_text(charset):
    body = answer(200, NONSENSE, Content_Type=f"text/javascript; charset={charset}")
    found, _ = gather(routes({"/": page(b"<script src=/a.js></script>" + NONSENSE), "/a.js": body}))
    assert {file.url.removeprefix(found.frontend) for file in found.files} >= {"/", "/a.js"}


@pytest.mark.parametrize(
    "headers",
    [
        {"SourceMap": "http://[", "Content_Type": ";;;"},
        {"SourceMap": "\x7f" * 5000},
        {"X_SourceMap": "//evil.example.com/a.map"},
        {"Location": "://", "Content_Type": "text/html" * 300},
        {"Content_Encoding": "gzip, br, nonsense"},
    ],
)
def test_nonsense_in_headers(headers):
    found, server = gather(routes({"/": page("<script src=/a.js></script>"), "/a.js": answer(200, "f()", **headers)}))
    assert all(asked.headers["host"] == f"127.0.0.1:{server.port}" for asked in server.asked)
    assert found.bounds.requests == len(server.paths)


def test_every_file_on_a_slow_host_is_refused():
    tags = "".join(f"<script src=/{n}.js></script>" for n in range(40))
    found, _ = gather(routes({"/": page(tags)}, answer(503)))
    [gap] = found.gaps
    assert gap.subject == found.frontend
    assert gap.reason.startswith("answers 503: what it holds was not searched (62 files, ")  # and guesses


def test_urls_without_end():
    long = "/" + "a" * 5000 + ".js"
    found, server = gather(routes({"/": page(f'<script src="{long}"></script><script>"{long}"</script>')}))
    assert not any(len(path) > 2_100 for path in server.paths)
    assert "longer than 2000 characters" in reasons(found)
