"""Small web servers on 127.0.0.1, and the audit's own way to them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from auditor.checklist.model import Environment
from auditor.probes.capabilities import open_capabilities
from auditor.probes.net.dial import Dialer
from auditor.probes.net.http import Http
from auditor.probes.net.traffic import Traffic
from auditor.probes.surfaces import Databases
from tests.probes.net.servers import read_request, reset, serve

HANG = b"(says nothing)"
CLOSE = b"(closes without an answer)"
RESET = b"(cuts the connection)"


@dataclass(frozen=True)
class Asked:
    """A request that a server got."""

    method: str
    path: str
    headers: dict[str, str]
    number: int
    """Counted from 1, over all connections."""


Respond = Callable[[Asked], bytes]


@dataclass
class Site:
    """What a server saw."""

    port: int = 0
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)

    def origin(self, host: str = "127.0.0.1") -> str:
        """Such as ``http://127.0.0.1:4711``."""
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def paths(self) -> list[str]:
        """In the order in which they were asked for."""
        return [asked.path for asked in self.asked]


@asynccontextmanager
async def site(respond: Respond, *, tls=None):
    """Answer each request with the bytes that the function returns."""
    seen = Site(scheme="https" if tls else "http")

    async def handler(reader, writer):
        while True:
            line, headers, _ = await read_request(reader)
            method, path, _ = line.split(" ", 2)
            asked = Asked(method, path, headers, len(seen.asked) + 1)
            seen.asked.append(asked)
            data = respond(asked)
            if data == HANG:
                while await reader.read(65536):
                    pass
            if data in (HANG, CLOSE):
                return
            if data == RESET:
                reader.feed_data(b"\r\n\r\n")
                await reset(reader, writer)
                return
            writer.write(data)
            await writer.drain()

    async with serve(handler, tls=tls) as server:
        seen.port = server.port
        yield seen


def answer(status: int = 200, body: str | bytes = "", /, **headers: str) -> bytes:
    """An HTTP response; underscores in header names stand for hyphens."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content


def page(body: str | bytes, status: int = 200) -> bytes:
    """An HTML page."""
    return answer(status, body, Content_Type="text/html; charset=utf-8")


def routes(pages: dict[str, bytes], other: bytes = answer(404, "Not Found")) -> Respond:
    """Answers by path, the query left out."""
    return lambda asked: pages.get(asked.path.partition("?")[0], other)


@dataclass(frozen=True)
class Way:
    """What a probe is given to reach servers."""

    environment: Environment
    http: Http
    dialer: Dialer
    databases: Databases
    traffic: Traffic


@asynccontextmanager
async def way(*, budget: int = 2000, **environment):
    """Open the audit's capabilities for an environment with these values."""
    made = Environment("test", **environment)
    made = replace(made, network=replace(made.network, max_requests=budget))
    traffic = Traffic(made.network.max_requests)
    async with open_capabilities(made, traffic) as given:
        yield Way(made, given[Http], given[Dialer], given[Databases], traffic)
