"""Puts TLS in front of PostgreSQL, as a server built with OpenSSL would offer it itself.

Speaks the start of the protocol (https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-SSL) and then
passes bytes on to the unix socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct

SSL_REQUEST = 80877103
GSSENC_REQUEST = 80877104
CANCEL_REQUEST = 80877102

_LONGEST_STARTUP = 10_000
"""PostgreSQL's own limit."""

_PATIENCE = 30.0
"""Seconds from the connection to the first message that is passed on."""


class Front:
    """Answers the clients of one database.

    Args:
        upstream: path of the server's unix socket.
        tls: None: the server has no TLS, and everyone connects in the clear. Otherwise nobody does.
    """

    def __init__(self, upstream: str, tls: ssl.SSLContext | None) -> None:
        self._upstream = upstream
        self._tls = tls

    async def serve(self, listener: socket.socket) -> None:
        """Accepts connections until cancelled."""
        listener.setblocking(False)
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as connections:
            while True:
                client, _ = await loop.sock_accept(listener)
                connections.create_task(self._serve(client))

    async def _serve(self, client: socket.socket) -> None:
        # what goes wrong with one client (it left, it sent rubbish, its handshake failed) ends that client's
        # connection only
        with contextlib.suppress(OSError, EOFError, ValueError), contextlib.closing(client):
            client.setblocking(False)
            async with asyncio.timeout(_PATIENCE):
                opened = await self._open(client)
            if opened:
                await _relay(*opened, self._upstream)

    async def _open(self, client: socket.socket) -> _Opened | None:
        for _ in range(3):  # GSSENCRequest, SSLRequest and the startup message
            length, code = struct.unpack("!II", await _receive(client, 8))
            if code == SSL_REQUEST and self._tls:
                return await _upgrade(client, self._tls)
            if code not in (SSL_REQUEST, GSSENC_REQUEST):
                return await self._start_in_the_clear(client, length, code)
            await asyncio.get_running_loop().sock_sendall(client, b"N")
        return None

    async def _start_in_the_clear(self, client: socket.socket, length: int, code: int) -> _Opened | None:
        if not 8 <= length <= _LONGEST_STARTUP:
            return None
        body = await _receive(client, length - 8)
        if self._tls and code != CANCEL_REQUEST:
            await asyncio.get_running_loop().sock_sendall(client, refusal(client.getpeername()[0], body))
            return None
        return *await _streams(client), struct.pack("!II", length, code) + body


_Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]
"""A client that may talk to the server, and what it has said so far."""


def refusal(address: str, startup: bytes) -> bytes:
    """The ErrorResponse of a server whose pg_hba.conf has ``hostssl`` lines only."""
    words = startup.decode("utf-8", "replace").split("\0")
    given = dict(zip(words[::2], words[1::2], strict=False))
    user, database = given.get("user", ""), given.get("database", given.get("user", ""))
    message = f'no pg_hba.conf entry for host "{address}", user "{user}", database "{database}", no encryption'
    fields = ("SFATAL", "VFATAL", "C28000", f"M{message}", "Fauth.c", "L543", "RClientAuthentication")
    body = b"".join(field.encode() + b"\0" for field in fields) + b"\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body


async def _receive(client: socket.socket, size: int) -> bytes:
    """Exactly that many bytes and not one more: what follows an SSLRequest belongs to the TLS handshake.

    A server that reads on would take bytes from before the handshake for bytes from inside it (CVE-2021-23222).
    """
    received = b""
    while len(received) < size:
        part = await asyncio.get_running_loop().sock_recv(client, size - len(received))
        if not part:
            raise EOFError
        received += part
    return received


async def _upgrade(client: socket.socket, tls: ssl.SSLContext) -> _Opened:
    await asyncio.get_running_loop().sock_sendall(client, b"S")
    return *await _streams(client, tls), b""


async def _streams(
    client: socket.socket, tls: ssl.SSLContext | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, protocol = await loop.connect_accepted_socket(
        lambda: asyncio.StreamReaderProtocol(reader), client.dup(), ssl=tls
    )
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, opening: bytes, upstream: str) -> None:
    """Passes bytes both ways until either side ends."""
    with contextlib.closing(writer):
        server_reader, server_writer = await asyncio.open_unix_connection(upstream)
        with contextlib.closing(server_writer):
            server_writer.write(opening)
            ways = [
                asyncio.create_task(_pass_on(reader, server_writer)),
                asyncio.create_task(_pass_on(server_reader, writer)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
