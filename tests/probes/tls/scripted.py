"""A server that reads hellos and answers with whatever bytes a test wants, as no real one would."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass

from auditor.facts.tls import Version
from auditor.probes.tls.messages import Cursor, read_extensions
from auditor.probes.tls.registry import WIRE
from tests.probes.net.servers import serve

HANG, CLOSE, RESET = b"(hang)", b"(close)", b"(reset)"

HANDSHAKE_FAILURE, PROTOCOL_VERSION, INTERNAL_ERROR, UNRECOGNIZED_NAME, FALLBACK = 40, 70, 80, 112, 86


@dataclass(frozen=True)
class Heard:
    """A hello, taken apart."""

    version: Version
    suites: tuple[int, ...]
    compression: bytes
    extensions: dict[int, bytes]
    number: int
    """Counted from 1."""


@asynccontextmanager
async def server(answer):
    """Answer each hello with the bytes that the function returns."""
    count = 0

    async def handler(reader, writer):
        nonlocal count
        count += 1
        number = count
        head = await reader.readexactly(5)
        body = await reader.readexactly(int.from_bytes(head[3:], "big"))
        data = answer(read(body, number))
        if data == HANG:
            await reader.read()
        elif data == RESET:
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif data != CLOSE:
            writer.write(data)
            await writer.drain()
            await asyncio.wait_for(reader.read(), 5)

    async with serve(handler) as running:
        yield running


def read(body: bytes, number: int) -> Heard:
    """Take a hello apart."""
    cursor = Cursor(body)
    assert cursor.number(1) == 1
    cursor = Cursor(cursor.vector(3))
    wire = cursor.number(2)
    cursor.take(32)
    cursor.vector(1)
    suites = cursor.vector(2)
    compression = cursor.vector(1)
    extensions = read_extensions(cursor.vector(2)) if cursor.left else {}
    assert not cursor.left
    if 43 in extensions:
        wire = int.from_bytes(extensions[43][1:3], "big")
    version = next(version for version, value in WIRE.items() if value == wire)
    numbers = tuple(int.from_bytes(suites[at : at + 2], "big") for at in range(0, len(suites), 2))
    return Heard(version, numbers, compression, extensions, number)


def alert(number: int, level: int = 2) -> bytes:
    return b"\x15\x03\x01\x00\x02" + bytes((level, number))


def record(payload: bytes, kind: int = 22) -> bytes:
    return bytes((kind, 3, 3)) + struct.pack("!H", len(payload)) + payload


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def long(data: bytes) -> bytes:
    return len(data).to_bytes(3, "big") + data


def hello(
    version: Version, suite: int, *, compression: int = 0, extensions: bytes | None = b"", random: bytes = b""
) -> bytes:
    """A ServerHello."""
    start = struct.pack("!H", min(WIRE[version], 0x0303)) + (random or bytes(32)) + b"\x00"
    start += struct.pack("!HB", suite, compression)
    return message(2, start + (struct.pack("!H", len(extensions)) + extensions if extensions else b""))


def extension(number: int, data: bytes) -> bytes:
    return struct.pack("!HH", number, len(data)) + data


def flight(version: Version, suite: int, **options) -> bytes:
    """A ServerHello, an empty chain, and the end of the flight."""
    return record(hello(version, suite, **options) + message(11, bytes(3)) + message(14, b""))
