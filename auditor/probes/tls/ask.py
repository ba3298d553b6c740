"""One connection: a hello goes out, and what comes back is a yes, a no, or neither."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from auditor.facts.tls import Offer, Version
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.line import Preamble
from auditor.probes.tls.hello import Hello, encode
from auditor.probes.tls.messages import (
    Alert,
    Clear,
    Cursor,
    Malformed,
    Message,
    ServerHello,
    Type,
    read_certificates,
    read_curve,
    read_dh_bits,
    read_server_hello,
    read_staple,
)
from auditor.probes.tls.registry import suite

SECONDS = 4.0
"""For one answer, connecting not included."""
MAX_BYTES = 512 * 1024
"""Of one answer."""

_SAYS_NOTHING = frozenset({112, 49, 90})
"""Alerts that are about the name, the client or somebody's whim, and not about what was offered."""
_SAYS_LITTLE = frozenset({0, 80})
"""Alerts, close_notify and internal_error, that mean a refusal only from a server that answers other hellos."""


class NoTls(Unreachable):
    """The server says that it has no TLS."""


@dataclass(frozen=True, slots=True)
class Server:
    """Whom to ask, and how to get there."""

    dialer: Dialer
    host: str
    """The name in the checklist: for places, overrides and messages."""
    port: int
    address: str = ""
    """The address to connect to; empty: the first that answers."""
    server_name: str = ""
    """For SNI."""
    preamble: Preamble | None = None
    seconds: float = SECONDS

    @property
    def name(self) -> str:
        """``host:port``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(slots=True)
class Reply:
    """What came back."""

    offer: Offer
    reason: str = ""
    """How it refused, or why nobody can tell."""
    failure: Failure | None = None
    """When the network is to blame."""
    alert: int = -1
    hello: ServerHello | None = None
    chain: tuple[bytes, ...] = ()
    """DER, the server's own certificate first. Only of TLS 1.2 and older."""
    staple: bytes = b""
    dh_bits: int = 0
    curve: int = 0
    client_certificate: bool = False
    closed: bool = False
    """It refused without a word about what was offered: by closing the connection, or with an alert that says no more.

    A server that has too many connections does the same.
    """
    done: bool = field(default=False, repr=False)


async def ask(server: Server, hello: Hello) -> Reply:
    """Send a hello and read the server's first answer.

    Args:
        server: whom to ask.
        hello: what to offer.

    Raises:
        NoTls: it has none.
    """
    reply = Reply(Offer.UNKNOWN)
    try:
        await _converse(server, hello, reply)
    except TimeoutError:
        _lost(reply, f"no answer to a TLS hello within {server.seconds:g} s", Failure.TIMEOUT)
    except NoTls:
        raise
    except Unreachable as unreachable:
        _lost(reply, unreachable.reason, unreachable.kind)
    except Malformed as malformed:
        reply.hello = None
        _lost(reply, f"it answers with {malformed}", Failure.PROTOCOL)
    except OSError:
        _lost(reply, "it cuts the connection (RST)", Failure.RESET)
    return reply


async def _converse(server: Server, hello: Hello, reply: Reply) -> None:
    async with server.dialer.connection(server.host, server.port, address=server.address or None) as (reader, writer):
        async with asyncio.timeout(server.seconds):
            if server.preamble:
                await server.preamble(reader, writer)
            writer.write(encode(hello))
            await _read(reader, hello.version, reply)


def _lost(reply: Reply, reason: str, failure: Failure) -> None:
    if reply.hello is None:  # else it has picked, and only the rest of its flight is missing
        reply.offer, reply.reason, reply.failure = Offer.UNKNOWN, reason, failure


async def _read(reader: asyncio.StreamReader, version: Version, reply: Reply) -> None:
    """Read until the answer is clear: a refusal, a hello of TLS 1.3, or all of an older version's flight."""
    records, size = Clear(), 0
    while True:
        data = await reader.read(65536)
        size += len(data)
        if not data or size > MAX_BYTES:
            _ended(reply, size)
            return
        for found in records.feed(data):
            if isinstance(found, Alert):
                _alerted(reply, found)
            else:
                _take(reply, found, version)
            if reply.done:
                return


def _ended(reply: Reply, size: int) -> None:
    if size > MAX_BYTES:
        _lost(reply, f"it sends more than {MAX_BYTES} bytes", Failure.PROTOCOL)
    elif size:
        _lost(reply, "it answers with half a message", Failure.PROTOCOL)
    else:
        reply.offer, reply.reason, reply.closed = Offer.NO, "closes the connection", True


def _alerted(reply: Reply, alert: Alert) -> None:
    reply.done, reply.alert = True, alert.number
    if alert.number in _SAYS_NOTHING:
        reply.offer, reply.reason = Offer.UNKNOWN, f"it answers with the alert {alert.name}"
        reply.failure = Failure.TLS
    else:  # also after its hello: what it has picked, it could not carry through
        reply.offer, reply.reason, reply.hello = Offer.NO, f"alert {alert.name}", None
        reply.closed = alert.number in _SAYS_LITTLE


def _take(reply: Reply, message: Message, version: Version) -> None:
    if reply.hello is None:
        if message.type != Type.SERVER_HELLO:
            raise Malformed("a handshake that does not begin with a hello")
        reply.hello = read_server_hello(message.body)
        reply.offer = Offer.YES
        reply.done = version is Version.TLS1_3 or reply.hello.version is Version.TLS1_3
    elif message.type == Type.CERTIFICATE:
        reply.chain = read_certificates(message.body)
    elif message.type == Type.CERTIFICATE_STATUS:
        reply.staple = read_staple(message.body)
    elif message.type == Type.SERVER_KEY_EXCHANGE:
        _key_exchange(reply, message.body)
    elif message.type == Type.CERTIFICATE_REQUEST:
        reply.client_certificate = True
    reply.done = reply.done or message.type == Type.SERVER_HELLO_DONE


def _key_exchange(reply: Reply, body: bytes) -> None:
    name = suite(reply.hello.suite) if reply.hello else ""
    if "_PSK_" in name and body:  # a hint for the key comes first (RFC 4279 section 3)
        cursor = Cursor(body)
        cursor.vector(2)
        body = cursor.take(cursor.left)
    if "_ECDHE_" in name or "_ECDH_anon" in name:
        reply.curve = read_curve(body)
    elif "_DHE_" in name or "_DH_anon" in name:
        reply.dh_bits = read_dh_bits(body)
