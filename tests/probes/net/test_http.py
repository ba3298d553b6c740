from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from contextlib import asynccontextmanager

import pytest

from auditor import __version__
from auditor.checklist.model import TlsSettings
from auditor.errors import Unavailable
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.net.traffic import Traffic

from .running import run
from .servers import OK, endless, once, read_request, reset, serve, silent


@asynccontextmanager
async def client(*, resolve=None, source="", concurrency=8, budget=1000, tls=None):
    traffic = Traffic(budget)
    async with Http(Dialer(resolve or {}, source, concurrency, traffic), tls or TlsSettings(), traffic) as http:
        yield http


def asked(handler, *requests, **options):
    """Ask a server one or more times; the responses, and the server's own notes."""

    async def main():
        async with serve(handler) as server, client() as http:
            calls = requests or [("GET", "/")]
            found = [await http.request(m, f"http://127.0.0.1:{server.port}{p}", **options) for m, p in calls]
            return found, server

    return run(main())


def failing(handler, **options) -> Unreachable:
    async def main():
        async with serve(handler) as server, client() as http:
            with pytest.raises(Unreachable) as caught:
                await http.get(f"http://127.0.0.1:{server.port}/", **options)
            return caught.value, server.port

    error, port = run(main())
    error.said = error.reason.replace(str(port), "PORT")
    return error


class TestAnswers:
    def test_headers_keep_order_case_duplicates_and_bytes(self):
        head = b"HTTP/1.1 207 Odd\r\nX-B: 1\r\nx-a: \xe9\r\nX-B: 2\r\nContent-Length: 0\r\n\r\n"
        [found], _ = asked(head)
        assert found.status == 207
        assert found.headers == (("X-B", "1"), ("x-a", "é"), ("X-B", "2"), ("Content-Length", "0"))
        assert found.header_list("x-b") == ("1", "2")
        assert found.header("x-b") == "1, 2"
        assert found.header("absent") is None
        assert found.http_version == "HTTP/1.1"

    def test_what_is_sent(self):
        _, server = asked(OK, ("GET", "/a/../b//c?q=1 2#part"), headers=[("X-Own", "é")])
        [(line, headers, _)] = server.requests
        assert line == "GET /a/../b//c?q=1%202 HTTP/1.1"
        assert headers == {
            "host": f"127.0.0.1:{server.port}",
            "user-agent": f"stack-audit/{__version__} (+read-only audit)",
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "x-own": "é",
        }

    def test_own_headers_are_replaced_not_doubled(self):
        _, server = asked(OK, headers=[("host", "evil.example"), ("Accept", "text/html")])
        assert server.requests[0][1]["host"] == "evil.example"
        assert server.requests[0][1]["accept"] == "text/html"

    def test_a_body_is_sent(self):
        _, server = asked(OK, ("POST", "/"), content=b"hello")
        assert server.requests[0][2] == b"hello"

    def test_head_has_no_body_and_keeps_the_line(self):
        found, server = asked(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", ("HEAD", "/"), ("HEAD", "/"))
        assert [r.body for r in found] == [b"", b""]
        assert server.connections == 1

    def test_redirects_are_not_followed_and_cookies_not_kept(self):
        head = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
        found, server = asked(head, ("GET", "/"), ("GET", "/"))
        assert found[0].header("location") == "/b"
        assert [request[0] for request in server.requests] == ["GET / HTTP/1.1"] * 2
        assert all("cookie" not in request[1] for request in server.requests)

    def test_chunks_and_early_hints(self):
        body = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        [found], _ = asked(body + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        assert (found.status, found.body, found.truncated) == (200, b"abcde", False)

    def test_body_until_close_over_http_1_0(self):
        [found], _ = asked(once(b"HTTP/1.0 200 OK\r\n\r\nall of it"))
        assert (found.body, found.http_version) == (b"all of it", "HTTP/1.0")

    def test_peer_and_time(self):
        [found], server = asked(OK)
        assert found.peer == f"127.0.0.1:{server.port}"
        assert 0 < found.elapsed_ms < 5000


class TestBounds:
    def test_a_declared_gigabyte_is_read_to_the_cap_only(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
        [found], _ = asked(endless(head, b"x" * 65536), max_body=100_000)
        assert len(found.body) == 100_000
        assert found.truncated
        assert found.why_truncated == "it is longer than 100000 bytes"

    def test_exactly_the_cap_is_whole(self):
        [found], _ = asked(OK, max_body=2)
        assert (found.body, found.truncated) == (b"ok", False)

    def test_nothing_at_all_may_be_asked_for(self):
        [found], _ = asked(OK, max_body=0)
        assert (found.body, found.truncated) == (b"", True)

    @pytest.mark.parametrize(
        ("encoding", "data"),
        [
            ("gzip", gzip.compress(b"hello", mtime=0)),
            ("X-GZIP", gzip.compress(b"hello", mtime=0)),
            ("deflate", zlib.compress(b"hello")),
            ("deflate", zlib.compress(b"hello")[2:-4]),
            ("identity", b"hello"),
        ],
    )
    def test_decompression(self, encoding, data):
        [found], _ = asked(_encoded(encoding, data))
        assert (found.body, found.truncated) == (b"hello", False)

    def test_a_gzip_bomb_is_defused(self):
        bomb = gzip.compress(bytes(100_000_000), 9, mtime=0)
        started = time.monotonic()
        [found], _ = asked(_encoded("gzip", bomb), max_body=50_000)
        assert (len(found.body), found.truncated) == (50_000, True)
        assert time.monotonic() - started < 5

    def test_compressed_data_that_never_gives_anything_ends(self):
        empty_blocks = b"\x00\x00\x00\xff\xff" * 10_000
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 1000000000\r\n\r\n"
        [found], _ = asked(endless(head, empty_blocks), max_body=1000)
        assert (found.body, found.truncated) == (b"", True)

    @pytest.mark.parametrize(
        ("encoding", "data", "why"),
        [
            ("br", b"whatever", "it is compressed with br, which the audit did not ask for"),
            ("gzip, gzip", b"whatever", "it is compressed with gzip, gzip, which the audit did not ask for"),
            ("gzip", b"not gzip at all", "its gzip data is damaged"),
            ("gzip", gzip.compress(b"hello", mtime=0)[:-9], "its gzip data ends too early"),
        ],
    )
    def test_what_cannot_be_decompressed_is_never_whole(self, encoding, data, why):
        [found], _ = asked(_encoded(encoding, data))
        assert found.truncated
        assert found.why_truncated == why

    def test_endless_headers(self):
        error = failing(endless(b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"y" * 1000 + b"\r\n"))
        assert error.kind is Failure.PROTOCOL
        assert error.said == "http://127.0.0.1:PORT sent more than 64 KB of headers or of one line"

    def test_headers_of_thirty_kilobytes_are_fine(self):
        [found], _ = asked(b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 30_000 + b"\r\nContent-Length: 2\r\n\r\nok")
        assert len(found.header("x-long")) == 30_000

    @pytest.mark.parametrize("piece", [b"x", b"X: y\r\n"])
    def test_a_dripping_server_ends_with_the_deadline(self, piece):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" if piece == b"x" else b"HTTP/1.1 200 OK\r\n"
        started = time.monotonic()
        error = failing(endless(head, piece, pause=0.1), deadline=0.5)
        assert time.monotonic() - started < 3
        assert error.kind is Failure.TIMEOUT
        assert error.said == "no complete answer from http://127.0.0.1:PORT within 0.5 s"

    def test_a_hanging_server_ends_with_the_deadline(self):
        assert failing(silent, deadline=0.3).kind is Failure.TIMEOUT


def _encoded(encoding: str, data: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        encoding.encode(),
        len(data),
        data,
    )


class TestFailures:
    def test_refused(self):
        async def main():
            async with serve() as gone:
                port = gone.port
            async with client(resolve={"api.example.com": "127.0.0.1"}) as http:
                with pytest.raises(Unreachable) as caught:
                    await http.get(f"http://api.example.com:{port}/")
            assert caught.value.kind is Failure.REFUSED
            assert caught.value.reason == f"connection refused by 127.0.0.1:{port} (api.example.com)"
            assert caught.value.hint

        run(main())

    def test_reset(self):
        error = failing(reset)
        assert error.kind is Failure.RESET
        assert error.said == "http://127.0.0.1:PORT cut the connection without an answer"

    def test_closed_without_an_answer(self):
        error = failing(once(b""))
        assert error.kind is Failure.RESET
        assert error.said == "http://127.0.0.1:PORT closed the connection without an answer"

    def test_closed_in_the_middle(self):
        error = failing(once(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"))
        assert error.kind is Failure.PROTOCOL
        assert error.said == "http://127.0.0.1:PORT closed the connection in the middle of its answer"

    @pytest.mark.parametrize(
        "data", [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"HTTP/1.1 abc\r\n\r\n"]
    )
    def test_garbage(self, data):
        error = failing(once(data))
        assert error.kind is Failure.PROTOCOL

    def test_unknown_name(self):
        async def main():
            async with client() as http:
                with pytest.raises(Unreachable) as caught:
                    await http.get("http://no-such-host.invalid/")
            assert caught.value.kind is Failure.DNS
            assert caught.value.reason.startswith("the name no-such-host.invalid does not resolve (")
            assert "[env.*.resolve]" in caught.value.hint

        run(main())

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "/x",
            "ftp://h/",
            "http://",
            "http://[::1",
            "http://h:99999/",
            "http://a b/",
            "http://\x00/",
            "javascript:x",
        ],
    )
    def test_what_is_no_url(self, url):
        async def main():
            async with client() as http:
                with pytest.raises(Unavailable, match="is not a URL that can be asked"):
                    await http.get(url)

        run(main())

    @pytest.mark.parametrize("value", ["a\r\nX-Smuggled: 1", "a\x00b", "日本"])
    def test_a_header_that_cannot_be_sent_is_not_quoted(self, value):
        async def main():
            async with serve() as server, client() as http:
                with pytest.raises(Unreachable) as caught:
                    await http.get(f"http://127.0.0.1:{server.port}/", headers=[("Authorization", value)])
                assert value not in caught.value.reason
                assert server.requests == []

        run(main())


class TestLines:
    def test_kept_alive(self):
        found, server = asked(OK, ("GET", "/1"), ("GET", "/2"), ("GET", "/3"))
        assert [r.body for r in found] == [b"ok"] * 3
        assert server.connections == 1

    def test_not_kept_when_not_wanted(self):
        _, server = asked(OK, ("GET", "/1"), ("GET", "/2"), keep_alive=False)
        assert server.connections == 2
        assert server.requests[0][1]["connection"] == "close"

    def test_a_cut_kept_line_is_no_failure(self):
        async def two_then_cut(reader, writer):
            for _ in range(2):
                await read_request(reader)
                writer.write(OK)
                await writer.drain()
            await reader.readuntil(b"\r\n\r\n")

        async def main():
            async with serve(two_then_cut) as server, client() as http:
                url = f"http://127.0.0.1:{server.port}/"
                for _ in range(5):
                    assert (await http.get(url)).body == b"ok"
                # a request with effects is not repeated
                await http.get(url)
                with pytest.raises(Unreachable) as caught:
                    await http.request("POST", url)
                assert caught.value.kind is Failure.RESET
                return server.connections, http._traffic.requests

        assert run(main()) == (3, 5 + 2 + 1 + 1)

    def test_an_unasked_for_answer_is_not_taken_for_the_next_one(self):
        timeout = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"

        async def main():
            said = asyncio.Event()

            async def handler(reader, writer):
                await read_request(reader)
                writer.write(OK)
                await writer.drain()
                if not said.is_set():
                    writer.write(timeout)
                    await writer.drain()
                    said.set()
                await read_request(reader)

            async with serve(handler) as server, client() as http:
                url = f"http://127.0.0.1:{server.port}/"
                await http.get(url)
                await said.wait()
                for _ in range(5):
                    await asyncio.sleep(0)
                assert (await http.get(url)).status == 200
                assert server.connections == 2

        run(main())

    def test_no_more_connections_than_places(self):
        async def main():
            async with serve() as server, client(concurrency=3) as http:
                url = f"http://127.0.0.1:{server.port}/"
                found = await asyncio.gather(*(http.get(url) for _ in range(50)))
                assert {r.status for r in found} == {200}
                assert server.peak <= 3
                assert server.connections <= 3  # lines are handed on, not opened again
                fresh = await asyncio.gather(*(http.get(url, keep_alive=False) for _ in range(20)))
                assert {r.status for r in fresh} == {200}
                assert server.peak <= 3

        run(main())

    def test_idle_lines_make_room(self):
        async def main():
            async with serve() as one, serve() as other, client(concurrency=2) as http:
                await asyncio.gather(*(http.get(f"http://127.0.0.1:{one.port}/") for _ in range(4)))
                # both places are held by idle lines to the other port
                async with (
                    http._dialer.connection("127.0.0.1", other.port),
                    http._dialer.connection("127.0.0.1", other.port),
                ):
                    pass
                assert (await http.get(f"http://127.0.0.1:{other.port}/")).status == 200

        run(main())

    def test_the_budget_is_kept_to_the_request(self):
        async def main():
            async with serve() as server, client(budget=20) as http:
                url = f"http://127.0.0.1:{server.port}/"
                found = await asyncio.gather(*(http.get(url) for _ in range(50)), return_exceptions=True)
                refused = [r for r in found if isinstance(r, Unavailable)]
                assert len(refused) == 30
                assert str(refused[0]) == "the audit's budget of 20 requests is used up"
                assert "max_requests" in refused[0].hint
                assert len(server.requests) == http._traffic.requests == 20
                assert http._traffic.requests_by_host == {"127.0.0.1": 20}

        run(main())

    def test_proxies_of_the_environment_are_not_used(self, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        [found], server = asked(OK)
        assert found.body == b"ok"
        assert server.requests[0][0] == "GET / HTTP/1.1"

    def test_cancelled_requests_leave_nothing_and_their_places(self):
        async def main():
            async with serve(silent) as hung, serve() as fine, client(concurrency=2) as http:
                tasks = [asyncio.create_task(http.get(f"http://127.0.0.1:{hung.port}/")) for _ in range(10)]
                await hung.met(2)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                found = await asyncio.gather(*(http.get(f"http://127.0.0.1:{fine.port}/") for _ in range(5)))
                assert {r.status for r in found} == {200}

        run(main())

    def test_a_storm_of_cancellations_leaves_every_place_free(self):
        async def main():
            async with serve() as server, client(concurrency=3, budget=10_000) as http:
                url = f"http://127.0.0.1:{server.port}/"
                for round_ in range(60):
                    tasks = [asyncio.create_task(http.get(url, keep_alive=bool(round_ % 3))) for _ in range(8)]
                    for _ in range(round_ % 20):
                        await asyncio.sleep(0)
                    for task in tasks[round_ % 2 :: 2]:
                        task.cancel()
                    done = await asyncio.gather(*tasks, return_exceptions=True)
                    assert all(isinstance(r, asyncio.CancelledError) or r.status == 200 for r in done)
                held = [http._dialer.places("127.0.0.1") for _ in range(3)]
                async with asyncio.timeout(5):
                    await asyncio.gather(*(places.take() for places in held))
                assert server.peak <= 3

        run(main())

    def test_interrupted_while_requests_are_under_way(self):
        async def main():
            async with serve(silent) as server, client() as http:
                task = asyncio.create_task(http.get(f"http://127.0.0.1:{server.port}/"))
                await server.met(1)
                asyncio.current_task().cancel()  # what asyncio.run does on Ctrl-C
                await task

        with pytest.raises(asyncio.CancelledError):
            run(main())


class TestOnce:
    """What several probes ask alike is sent once."""

    def test_everybody_gets_the_answer(self):
        async def main():
            async with serve(once(OK)) as server, client() as http:
                url = f"http://127.0.0.1:{server.port}/openapi.json"
                found = await asyncio.gather(*(http.once(url) for _ in range(3)))
                others = [await http.once(url, headers=(("A", "1"),)), await http.once(url, max_body=1)]
                return found, others, server

        found, others, server = run(main())
        assert found[0] is found[1] is found[2]
        assert (server.connections, len(others)) == (3, 2)

    def test_everybody_gets_the_failure(self):
        async def main():
            async with serve(reset) as server, client() as http:
                url = f"http://127.0.0.1:{server.port}/"
                found = await asyncio.gather(http.once(url), http.once(url), return_exceptions=True)
                return [isinstance(one, Unreachable) for one in found], server.connections

        assert run(main()) == ([True, True], 1)

    def test_who_gives_up_takes_it_from_nobody(self):
        async def main():
            async with serve(silent) as server, client() as http:
                url = f"http://127.0.0.1:{server.port}/"
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await http.once(url)
                return next(iter(http._shared.values())).done()

        assert run(main()) is False
