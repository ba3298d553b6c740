"""What a server sends in the clear: records, alerts and handshake messages (RFC 5246, RFC 8446).

Nothing here trusts a length that the other side has written: everything is bounded and raises :class:`Malformed`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from auditor.facts.tls import Version
from auditor.probes.tls.registry import WIRE

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
"""Types of records."""
_RECORD_TYPES = frozenset({b"", b"\x14", b"\x15", b"\x16", b"\x17", b"\x18"})

MAX_RECORD = 2**14 + 2048
MAX_MESSAGE = 256 * 1024
"""Bytes of one handshake message. A chain with many long certificates has some ten thousand."""

_ALWAYS_FATAL = frozenset({40, 70, 71})
"""Alerts that some servers send as a warning before they leave (RFC 5246 section 7.2.2)."""

_RETRY = hashlib.sha256(b"HelloRetryRequest").digest()
"""The random of a ServerHello that is a HelloRetryRequest (RFC 8446 section 4.1.3)."""

_ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow",
    40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate", 43: "unsupported_certificate",
    47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
    60: "export_restriction", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
    86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension",
    110: "unsupported_extension", 112: "unrecognized_name", 113: "bad_certificate_status_response",
    115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}  # fmt: skip


class Malformed(Exception):
    """What came is not TLS.

    Args:
        reason: what is wrong with it, as a clause.
    """


class Type(IntEnum):
    """Handshake messages that matter here."""

    SERVER_HELLO = 2
    NEW_SESSION_TICKET = 4
    ENCRYPTED_EXTENSIONS = 8
    CERTIFICATE = 11
    SERVER_KEY_EXCHANGE = 12
    CERTIFICATE_REQUEST = 13
    SERVER_HELLO_DONE = 14
    CERTIFICATE_VERIFY = 15
    FINISHED = 20
    CERTIFICATE_STATUS = 22


@dataclass(frozen=True, slots=True)
class Alert:
    """A fatal alert, or the notice that the connection is closed."""

    number: int

    @property
    def name(self) -> str:
        """Such as ``handshake_failure``."""
        return _ALERTS.get(self.number, f"number {self.number}")


@dataclass(frozen=True, slots=True)
class Message:
    """A handshake message."""

    type: int
    body: bytes

    @property
    def raw(self) -> bytes:
        """With its head, as it goes into the transcript."""
        return bytes((self.type,)) + len(self.body).to_bytes(3, "big") + self.body


class Records:
    """Takes bytes as they come, gives records."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Every record that is complete with these bytes: its type and what is in it.

        Raises:
            Malformed: it is not TLS, or too long.
        """
        self._data += data
        while len(self._data) > 1 or self._data[:1] not in _RECORD_TYPES:
            if self._data[:1] not in _RECORD_TYPES or self._data[1:2] != b"\x03":
                raise Malformed(_what_else(self._data))
            length = int.from_bytes(self._data[3:5], "big")
            if length > MAX_RECORD:
                raise Malformed(f"a record of {length} bytes")
            if len(self._data) < 5 + length or len(self._data) < 5:
                return
            kind, payload, self._data = self._data[0], self._data[5 : 5 + length], self._data[5 + length :]
            yield kind, payload


class Messages:
    """Takes what records of handshakes hold, gives messages."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, payload: bytes) -> Iterator[Message]:
        """Every message that is complete with these bytes.

        Raises:
            Malformed: it is too long.
        """
        self._data += payload
        while len(self._data) >= 4:
            length = int.from_bytes(self._data[1:4], "big")
            if length > MAX_MESSAGE:
                raise Malformed(f"a handshake message of {length} bytes")
            if len(self._data) < 4 + length:
                return
            message = Message(self._data[0], self._data[4 : 4 + length])
            self._data = self._data[4 + length :]
            yield message


class Clear:
    """Takes bytes as they come, gives fatal alerts and the handshake messages that are not encrypted."""

    def __init__(self) -> None:
        self._records, self._messages = Records(), Messages()

    def feed(self, data: bytes) -> Iterator[Message | Alert]:
        """Everything that is complete with these bytes.

        Raises:
            Malformed: it is not TLS, or too long.
        """
        for kind, payload in self._records.feed(data):
            if kind == ALERT and (alert := read_alert(payload)):
                yield alert
            elif kind == HANDSHAKE:
                yield from self._messages.feed(payload)


def read_alert(payload: bytes) -> Alert | None:
    """The alert of a record; None: a warning, after which all goes on.

    Raises:
        Malformed: it has the wrong length.
    """
    if len(payload) != 2:
        raise Malformed("an alert of the wrong length")
    return Alert(payload[1]) if payload[0] == 2 or payload[1] == 0 or payload[1] in _ALWAYS_FATAL else None


def _what_else(data: bytes) -> str:
    for start, name in ((b"HTTP/", "plain HTTP"), (b"SSH-", "SSH"), (b"220 ", "SMTP or FTP"), (b"<", "markup")):
        if data.startswith(start):
            return f"{name} instead of TLS"
    return "something that is not TLS"


class Cursor:
    """Reads a message from its start to its end.

    Args:
        data: the message.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes that were not read yet."""
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            Malformed: there are not as many.
        """
        if size > self.left:
            raise Malformed("a message that ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        """The next bytes as a number."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """The next bytes, as many as a number of ``size`` bytes before them says."""
        return self.take(self.number(size))


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What the server has picked."""

    version: Version | None
    """None: one that does not exist."""
    suite: int
    compression: int
    extensions: dict[int, bytes]
    random: bytes
    retry: bool
    """It is a HelloRetryRequest."""

    @property
    def group(self) -> int:
        """The group of the key exchange, in TLS 1.3; 0: not told."""
        return int.from_bytes(self.extensions.get(51, b"")[:2], "big")


def read_server_hello(data: bytes) -> ServerHello:
    """A ServerHello or HelloRetryRequest.

    Raises:
        Malformed: it is neither.
    """
    cursor = Cursor(data)
    wire, random = cursor.number(2), cursor.take(32)
    cursor.vector(1)
    suite, compression = cursor.number(2), cursor.number(1)
    extensions = read_extensions(cursor.vector(2)) if cursor.left else {}
    if 43 in extensions:
        wire = int.from_bytes(extensions[43], "big")
    version = next((version for version, number in WIRE.items() if number == wire), None)
    return ServerHello(version, suite, compression, extensions, random, random == _RETRY)


def read_extensions(data: bytes) -> dict[int, bytes]:
    """Number to content; of two with one number, the last.

    Raises:
        Malformed: the lengths do not fit.
    """
    cursor, found = Cursor(data), {}
    while cursor.left:
        number = cursor.number(2)
        found[number] = cursor.vector(2)
    return found


def read_certificates(data: bytes) -> tuple[bytes, ...]:
    """The chain of a Certificate message of TLS 1.2 or older: DER, the server's own first.

    Raises:
        Malformed: the lengths do not fit.
    """
    cursor, found = Cursor(Cursor(data).vector(3)), []
    while cursor.left:
        found.append(cursor.vector(3))
    return tuple(found)


def read_certificates13(data: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """The chain of a Certificate message of TLS 1.3, and the stapled OCSP response; empty when there is none.

    Raises:
        Malformed: the lengths do not fit.
    """
    cursor = Cursor(data)
    cursor.vector(1)
    entries, found, staple = Cursor(cursor.vector(3)), [], b""
    while entries.left:
        found.append(entries.vector(3))
        extensions = read_extensions(entries.vector(2))
        if len(found) == 1 and 5 in extensions:
            staple = read_staple(extensions[5])
    return tuple(found), staple


def read_staple(data: bytes) -> bytes:
    """The OCSP response of a CertificateStatus; empty when it is of another type.

    Raises:
        Malformed: the lengths do not fit.
    """
    cursor = Cursor(data)
    return cursor.vector(3) if cursor.number(1) == 1 else b""


def read_dh_bits(data: bytes) -> int:
    """The size of the prime of a ServerKeyExchange with a finite field, in bits.

    Raises:
        Malformed: the lengths do not fit.
    """
    return int.from_bytes(Cursor(data).vector(2), "big").bit_length()


def read_curve(data: bytes) -> int:
    """The named curve of a ServerKeyExchange with elliptic curves; 0: one without a name.

    Raises:
        Malformed: the lengths do not fit.
    """
    cursor = Cursor(data)
    return cursor.number(2) if cursor.number(1) == 3 else 0
