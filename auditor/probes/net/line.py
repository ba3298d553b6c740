"""An open connection that can be closed at once."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import SupportsIndex

_BUFFER_BYTES = 64 * 1024

Preamble = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What has to be said in the clear before TLS begins."""


class Inbox(asyncio.StreamReader):
    """A stream reader that knows whether something lies in it unread."""

    def __init__(self) -> None:
        super().__init__(limit=_BUFFER_BYTES, loop=asyncio.get_running_loop())
        self._unread = 0

    @property
    def quiet(self) -> bool:
        """Whether the peer has neither said anything more nor left."""
        return not self._unread and not self.at_eof() and self.exception() is None

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        """Take what the transport has received."""
        received = bytes(data)
        self._unread += len(received)
        super().feed_data(received)

    async def read(self, n: int = -1) -> bytes:
        """Up to ``n`` bytes; empty at the end of the stream."""
        data = await super().read(n)
        self._unread -= len(data)
        return data


class _Protocol(asyncio.StreamReaderProtocol):
    def __init__(self, reader: Inbox, lost: Callable[[], None]) -> None:
        super().__init__(reader, loop=asyncio.get_running_loop())
        self._lost = lost

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._lost()


class Line:
    """One connection.

    Args:
        reader: what the peer says.
        writer: what it is told.
        peer: its address and port, such as ``127.0.0.1:443``.
    """

    def __init__(self, reader: Inbox, writer: asyncio.StreamWriter, peer: str) -> None:
        self.reader = reader
        self.writer = writer
        self.peer = peer

    @property
    def reusable(self) -> bool:
        """Whether both ends still stand by, with nothing left over."""
        return self.reader.quiet and not self.writer.is_closing()

    def close(self) -> None:
        """Cut it. Does not wait for the peer, so it cannot hang; fine to repeat."""
        self.writer.transport.abort()


async def attach(
    sock: socket.socket,
    peer: str,
    lost: Callable[[], None],
    tls: ssl.SSLContext | None,
    server_name: str,
    preamble: Preamble | None = None,
) -> Line:
    """Make a line of a connected socket; the socket is closed when that fails.

    Args:
        sock: connected and non-blocking.
        peer: for :attr:`Line.peer`.
        lost: called once, when the socket is closed, however that comes about.
        tls: shake hands with this.
        server_name: for SNI and for the certificate.
        preamble: what is said before TLS.

    Raises:
        OSError: the handshake failed (``ssl.SSLError``), or the peer left.
        Exception: what the preamble raises.
    """
    reader = Inbox()
    protocol = _Protocol(reader, lost)
    loop = asyncio.get_running_loop()
    if tls is None or preamble:
        transport, _ = await loop.create_connection(lambda: protocol, sock=sock)
    else:
        transport, _ = await loop.create_connection(lambda: protocol, sock=sock, ssl=tls, server_hostname=server_name)
    line = Line(reader, asyncio.StreamWriter(transport, protocol, reader, loop), peer)
    if tls and preamble:
        await _upgrade(line, tls, server_name, preamble)
    return line


async def _upgrade(line: Line, tls: ssl.SSLContext, server_name: str, preamble: Preamble) -> None:
    try:
        await preamble(line.reader, line.writer)
        if not line.reader.quiet:  # it could be taken for what comes encrypted (CVE-2021-23222)
            raise ConnectionResetError("the peer goes on in the clear, or has left, where TLS should begin")
        await line.writer.start_tls(tls, server_hostname=server_name)
    except BaseException:
        line.close()
        raise
