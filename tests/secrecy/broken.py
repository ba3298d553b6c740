"""Servers that answer with planted values where no value belongs, and break off."""

from __future__ import annotations

import itertools
import socketserver
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import quote

_SSL_REQUEST = 80877103


def answers(text: str) -> tuple[bytes, ...]:
    """Answers to a request that no client can make sense of."""
    flat = text.replace("\n", " ")
    lines = (
        flat,
        f"HTTP/1.1 {flat} OK\n\n",
        f"HTTP/{flat} 200 OK\n\n",
        f"HTTP/1.1 200 {flat}\n{flat}\nContent-Length: 1\n\nx",
        f"HTTP/1.1 200 OK\n{flat}: a\n b\n\n",
        f"HTTP/1.1 200 OK\nContent-Length: {flat}\n\n{flat}",
        f"HTTP/1.1 200 OK\nContent-Length: 9999\nX: {flat}\n\n{flat}",
        f"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n{flat}\n{flat}",
        f"HTTP/1.1 200 OK\nTransfer-Encoding: {flat}\n\n{flat}",
        f"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {len(flat.encode())}\n\n{flat}",
        f"HTTP/1.1 200 OK\nContent-Type: text/html; charset={flat}\nContent-Length: 1\n\nx",
        f"HTTP/1.1 302 Found\nLocation: http://[{flat}\nContent-Length: 0\n\n",
        f"HTTP/1.1 302 Found\nLocation: http://127.0.0.1:9/{quote(flat, safe='')}\nContent-Length: 0\n\n",
        f"HTTP/1.1 302 Found\nLocation: http://{quote(flat, safe='')}:99999999/\nContent-Length: 0\n\n",
        f"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: {len(flat.encode()) + 2}\n\n{{{flat}:",
    )
    return tuple(line.replace("\n", "\r\n").encode() for line in lines)


@contextmanager
def http(texts: Sequence[str]) -> Iterator[int]:
    """A web server that answers each request in another of these ways; its port."""
    bodies = itertools.cycle([answer for text in texts for answer in answers(text)])
    with _served(lambda stream: _http(stream, bodies)) as port:
        yield port


@contextmanager
def postgres(texts: Sequence[str]) -> Iterator[int]:
    """A database server that refuses everybody, each time with another value in its message; its port."""
    messages = itertools.cycle(texts)
    with _served(lambda stream: _postgres(stream, messages)) as port:
        yield port


def _http(stream: socketserver.StreamRequestHandler, bodies: Iterator[bytes]) -> None:
    while (line := stream.rfile.readline(65_536)) not in (b"\r\n", b"\n", b""):
        pass
    if line:
        stream.wfile.write(next(bodies))


def _postgres(stream: socketserver.StreamRequestHandler, messages: Iterator[str]) -> None:
    while head := stream.rfile.read(8):
        size, code = struct.unpack("!II", head)
        if code != _SSL_REQUEST:
            break
        stream.wfile.write(b"N")
    else:
        return
    stream.rfile.read(min(size, 10_000) - 8)
    text = next(messages).encode()
    fields = b"SFATAL\0VFATAL\0C28P01\0M" + text + b"\0D" + text + b"\0H" + text + b"\0Fauth.c\0L1\0Rauth_failed\0\0"
    stream.wfile.write(b"E" + struct.pack("!I", len(fields) + 4) + fields)


@contextmanager
def _served(answer) -> Iterator[int]:
    class Handler(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            with suppress(OSError):  # the other side has had enough
                answer(self)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()
