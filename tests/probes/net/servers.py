"""Small servers on 127.0.0.1 that behave, or misbehave, in one way each."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Server:
    port: int = 0
    connections: int = 0
    open: int = 0
    peak: int = 0
    peers: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """First line, headers by lower-case name, body."""
    server_names: list[str | None] = field(default_factory=list)
    """From SNI."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def met(self, connections: int) -> None:
        """Wait until that many connections have come."""
        while self.connections < connections:
            self.arrived.clear()
            await self.arrived.wait()


@asynccontextmanager
async def serve(handler: Handler | bytes = OK, *, tls=None, host="127.0.0.1"):
    """Serve connections with a handler, or answer every request with the same bytes."""
    state = Server()
    tasks: set[asyncio.Task] = set()
    handle = answer(state, handler) if isinstance(handler, bytes) else handler

    async def accept(reader, writer):
        tasks.add(asyncio.current_task())
        state.connections += 1
        state.arrived.set()
        state.open += 1
        state.peak = max(state.peak, state.open)
        state.peers.append(writer.get_extra_info("peername")[0])
        try:
            await handle(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            state.open -= 1
            writer.transport.abort()

    if tls is not None:
        tls.sni_callback = lambda _sock, name, _context: state.server_names.append(name)
    server = await asyncio.start_server(accept, host, 0, ssl=tls)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def read_request(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
    return head[0], headers, await reader.readexactly(int(headers.get("content-length", 0)))


def answer(state: Server, data: bytes) -> Handler:
    """Answers every request on a connection with the same bytes, until it is closed."""

    async def handler(reader, writer):
        while True:
            state.requests.append(await read_request(reader))
            writer.write(data)
            await writer.drain()

    return handler


def once(data: bytes) -> Handler:
    """Answers one request, then closes."""

    async def handler(reader, writer):
        await read_request(reader)
        writer.write(data)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return handler


async def silent(reader, writer):
    """Accepts, reads, never says a word."""
    while await reader.read(65536):
        pass


async def reset(reader, writer):
    """Reads a request, then cuts the connection with RST."""
    await reader.readuntil(b"\r\n\r\n")
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Handler:
    """Sends a beginning, then the same piece for ever."""

    async def handler(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return handler
