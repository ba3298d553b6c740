"""Lends libpq a connection that it cannot open itself.

libpq has no parameter for the local address to connect from. So the audit connects, and libpq talks to a port on
127.0.0.1 that leads there. Bytes pass unchanged: TLS, SCRAM and channel binding stay between libpq and the server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from auditor.probes.net.line import Line

_CHUNK_BYTES = 64 * 1024
_FAREWELL_SECONDS = 1.0


@asynccontextmanager
async def relay(line: Line) -> AsyncIterator[int]:
    """A port on 127.0.0.1 that leads, for one connection, to the other end of a line.

    Args:
        line: an open connection; it is closed with the relay.

    Raises:
        OSError: no port is free.
    """
    relaying = _Relay(line)
    try:
        server = await asyncio.start_server(relaying.accept, "127.0.0.1", 0, backlog=1)
        relaying.server = server
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
        await relaying.farewell()
    finally:
        relaying.cut()


class _Relay:
    def __init__(self, line: Line) -> None:
        self.server: asyncio.Server | None = None
        self._line = line
        self._near: asyncio.StreamWriter | None = None
        self._pump: asyncio.Task[None] | None = None
        self._over = False

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The first connection is libpq's; there is no second."""
        if self.server:
            self.server.close()
        if self._over or self._near:
            writer.transport.abort()
            return
        self._near = writer
        self._pump = asyncio.create_task(self._run(reader, writer))

    async def farewell(self) -> None:
        """Let pass what was said last: PostgreSQL's Terminate."""
        if self._pump:
            await asyncio.wait({self._pump}, timeout=_FAREWELL_SECONDS)

    def cut(self) -> None:
        """Close both ends. Not left to the task: one that is cancelled before its first step closes nothing."""
        self._over = True
        self._line.close()
        if self._near:
            self._near.transport.abort()
        if self._pump:
            self._pump.cancel()

    async def _run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass_on(reader, self._line.writer))
                both.create_task(_pass_on(self._line.reader, writer))
        except* OSError:
            pass  # one end was cut: so is the other
        finally:
            self._line.close()
            writer.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
