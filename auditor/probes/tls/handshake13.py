"""TLS 1.3 as far as is needed to read what only comes encrypted (RFC 8446).

That is the chain, the staple, a request for a client certificate, and the tickets that say whether early data is taken.
Python's own TLS can neither ask for a staple nor tell what a ticket allows. Nothing secret is sent over this
connection: it says goodbye as soon as the handshake is over.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace

from auditor.facts.tls import Version
from auditor.probes.net.failures import Unreachable
from auditor.probes.tls.ask import MAX_BYTES, Server
from auditor.probes.tls.hello import Hello, body, record
from auditor.probes.tls.keys import EXCHANGES, SUITES, Schedule, Traffic13, new_share, retried
from auditor.probes.tls.messages import (
    ALERT,
    APPLICATION_DATA,
    HANDSHAKE,
    Cursor,
    Malformed,
    Message,
    Messages,
    Records,
    ServerHello,
    Type,
    read_alert,
    read_certificates13,
    read_extensions,
    read_server_hello,
)

_CLOSE_NOTIFY = b"\x01\x00"
_CHANGE_CIPHER_SPEC = b"\x14\x03\x03\x00\x01\x01"
"""For middleboxes that take TLS 1.3 for a resumed session of TLS 1.2 (RFC 8446 appendix D.4)."""


@dataclass(slots=True)
class Encrypted:
    """What came encrypted."""

    chain: tuple[bytes, ...] = ()
    staple: bytes = b""
    client_certificate: bool = False
    tickets: int = 0
    early_data_bytes: int = 0
    """The most that a ticket allows."""
    finished: bool = False
    """The server's side of the handshake is proven to be whole."""
    goodbye: bool = False
    """It ended in order, so that no ticket can have been missed."""


async def read_encrypted(server: Server, suites: tuple[int, ...], groups: tuple[int, ...] = ()) -> Encrypted | None:
    """Shake hands in TLS 1.3, and read.

    Args:
        server: whom to ask.
        suites: those that it accepts.
        groups: those that it accepts; empty: not known.

    Returns:
        None: there is no suite or group in common, or the handshake came to no end.
    """
    usable = tuple(suite for suite in suites if suite in SUITES)
    exchanges = tuple(group for group in EXCHANGES if not groups or group in groups)
    if not usable or not exchanges:
        return None
    talk = _Talk(server, usable, exchanges)
    try:
        async with server.dialer.connection(server.host, server.port, address=server.address or None) as (
            reader,
            writer,
        ):
            async with asyncio.timeout(server.seconds):
                if server.preamble:
                    await server.preamble(reader, writer)
                await talk.run(reader, writer)
    except (TimeoutError, Unreachable, Malformed, OSError, ValueError):
        pass  # what was read until then counts
    return talk.heard if talk.heard.chain else None


class _Talk:
    """The state of one handshake."""

    def __init__(self, server: Server, suites: tuple[int, ...], exchanges: tuple[int, ...]) -> None:
        self.heard = Encrypted()
        self._share = new_share(exchanges[0])
        self._hello = Hello(
            Version.TLS1_3, suites, exchanges, server.server_name, staple=True,
            key_shares=((self._share.group, self._share.public),), session=os.urandom(32), random=os.urandom(32),
        )  # fmt: skip
        self._records, self._messages, self._later = Records(), Messages(), Messages()
        self._transcript = body(self._hello)
        self._schedule: Schedule | None = None
        self._incoming: Traffic13 | None = None
        self._retried = False

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(record(self._transcript, Version.TLS1_3))
        size = 0
        while data := await reader.read(65536):
            size += len(data)
            if size > MAX_BYTES:
                return
            for kind, payload in self._records.feed(data):
                if self._incoming and kind == APPLICATION_DATA:
                    kind, payload = self._incoming.open(payload)
                if kind == ALERT and (alert := read_alert(payload)):
                    self.heard.goodbye = alert.number == 0
                    return
                if kind == HANDSHAKE:
                    self._take(payload, writer)
        self.heard.goodbye = True

    def _take(self, payload: bytes, writer: asyncio.StreamWriter) -> None:
        if self.heard.finished:
            for message in self._later.feed(payload):
                self._ticket(message)
            return
        for message in self._messages.feed(payload):
            if message.type == Type.SERVER_HELLO and self._schedule is None:
                self._greeted(message, writer)
            elif message.type == Type.FINISHED:
                self._finish(message, writer)
            else:
                self._transcript += message.raw
                self._note(message)

    def _greeted(self, message: Message, writer: asyncio.StreamWriter) -> None:
        hello = read_server_hello(message.body)
        if hello.suite not in self._hello.suites or hello.version is not Version.TLS1_3:
            raise Malformed("a hello that picks what was not offered")
        if hello.retry:
            self._again(message, hello, writer)
            return
        self._transcript += message.raw
        self._schedule = Schedule(hello.suite, self._agree(hello), self._transcript)
        self._incoming = Traffic13(hello.suite, self._schedule.server)

    def _again(self, message: Message, hello: ServerHello, writer: asyncio.StreamWriter) -> None:
        """The server wants another group, or only its cookie back. It may ask once (RFC 8446 section 4.1.4)."""
        only_cookie = 51 not in hello.extensions and 44 in hello.extensions
        if self._retried or (not only_cookie and hello.group not in set(self._hello.groups) - {self._share.group}):
            raise Malformed("a retry for a group that was not offered")
        self._retried = True
        self._share = self._share if only_cookie else new_share(hello.group)
        second = body(
            replace(self._hello, key_shares=((self._share.group, self._share.public),)), hello.extensions.get(44)
        )
        self._transcript = retried(hello.suite, self._transcript) + message.raw + second
        writer.write(record(second, Version.TLS1_3))

    def _agree(self, hello: ServerHello) -> bytes:
        cursor = Cursor(hello.extensions.get(51, b""))
        if cursor.number(2) != self._share.group:
            raise Malformed("a key of another group")
        return self._share.agree(cursor.vector(2))

    def _note(self, message: Message) -> None:
        if message.type == Type.CERTIFICATE_REQUEST:
            self.heard.client_certificate = True
        elif message.type == Type.CERTIFICATE:
            self.heard.chain, self.heard.staple = read_certificates13(message.body)

    def _finish(self, message: Message, writer: asyncio.StreamWriter) -> None:
        schedule = self._schedule
        if schedule is None or message.body != schedule.finished(schedule.server, self._transcript):
            raise Malformed("a handshake that was tampered with")
        self._transcript += message.raw
        self.heard.finished = True
        mine, theirs = schedule.application(self._transcript)
        self._incoming = Traffic13(schedule.suite, theirs)
        outgoing = Traffic13(schedule.suite, schedule.client)
        writer.write(_CHANGE_CIPHER_SPEC)
        if self.heard.client_certificate:  # none: an empty list
            nothing = Message(Type.CERTIFICATE, bytes(4)).raw
            self._transcript += nothing
            writer.write(outgoing.seal(HANDSHAKE, nothing))
        proof = Message(Type.FINISHED, schedule.finished(schedule.client, self._transcript)).raw
        writer.write(outgoing.seal(HANDSHAKE, proof))
        writer.write(Traffic13(schedule.suite, mine).seal(ALERT, _CLOSE_NOTIFY))

    def _ticket(self, message: Message) -> None:
        if message.type != Type.NEW_SESSION_TICKET:
            return
        self.heard.tickets += 1
        cursor = Cursor(message.body)
        cursor.take(8)
        cursor.vector(1)
        cursor.vector(2)
        early = read_extensions(cursor.vector(2)).get(42, b"")
        self.heard.early_data_bytes = max(self.heard.early_data_bytes, int.from_bytes(early[:4], "big"))
