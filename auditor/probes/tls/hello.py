"""A ClientHello, as bytes (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2, RFC 6101)."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.facts.tls import Version
from auditor.probes.net.resolve import is_address
from auditor.probes.tls.registry import CURVES, FALLBACK_SCSV, GROUPS, OLD_CURVES, RENEGOTIATION_SCSV, WIRE

SIGNATURES = (
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601,
    0x081A, 0x081B, 0x081C, 0x0904, 0x0905, 0x0906, 0x0303, 0x0301, 0x0402, 0x0203, 0x0201, 0x0202, 0x0101,
)  # fmt: skip
"""Signature schemes, the weak ones last: whoever picks one of those has nothing better."""

_BROKEN_LENGTHS = range(256, 512)
"""Some load balancers hang on a hello of this many bytes (RFC 7685)."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a client offers."""

    version: Version
    """The highest version; TLS 1.3 offers nothing below it."""
    suites: tuple[int, ...]
    groups: tuple[int, ...] = ()
    """Empty: all that the version knows."""
    server_name: str = ""
    """For SNI; an address is no name (RFC 6066 section 3)."""
    compression: bool = False
    """Offer DEFLATE too (RFC 3749)."""
    staple: bool = False
    """Ask for the status of the certificate (RFC 6066 section 8)."""
    fallback: bool = False
    """Claim that a higher version was tried before (RFC 7507)."""
    key_shares: tuple[tuple[int, bytes], ...] = ()
    """TLS 1.3. None: a server has to answer with a HelloRetryRequest, which names suite and group."""
    session: bytes = b""
    """Session id; empty: a random one."""
    random: bytes = b""
    """32 bytes; empty: random ones."""


def body(hello: Hello, cookie: bytes | None = None) -> bytes:
    """The handshake message, without the record around it.

    Args:
        hello: what to offer.
        cookie: what a HelloRetryRequest wants to see again (RFC 8446 section 4.2.2).
    """
    wire = WIRE[hello.version]
    suites = hello.suites
    if hello.version is Version.SSL3:
        suites = (*suites, RENEGOTIATION_SCSV)
    if hello.fallback:
        suites = (*suites, FALLBACK_SCSV)
    start = struct.pack("!H", min(wire, 0x0303)) + (hello.random or os.urandom(32))
    start += _short(b"" if hello.version is Version.SSL3 else hello.session or os.urandom(32))
    start += _long(_numbers(suites))
    start += _short(b"\x01\x00" if hello.compression else b"\x00")
    if hello.version is not Version.SSL3:
        start += _long(_padded(b"".join((*_extensions(hello), *_cookie(cookie))), len(start)))
    return b"\x01" + len(start).to_bytes(3, "big") + start


def record(message: bytes, version: Version) -> bytes:
    """A handshake message in its record. Its version is the oldest that servers expect there (RFC 8446 section 5.1)."""
    wire = 0x0300 if version is Version.SSL3 else 0x0301
    return b"\x16" + struct.pack("!HH", wire, len(message)) + message


def encode(hello: Hello) -> bytes:
    """The record that opens a connection."""
    return record(body(hello), hello.version)


def _extensions(hello: Hello) -> Iterator[bytes]:
    name = hello.server_name.rstrip(".")
    if name and not is_address(name):
        yield _extension(0, _long(b"\x00" + _long(name.encode("ascii", "ignore"))))
    # no ffdhe below TLS 1.3: a server that knows RFC 7919 would hide the group that it gives to everyone else
    known = GROUPS if hello.version is Version.TLS1_3 else CURVES | OLD_CURVES
    yield _extension(10, _long(_numbers(hello.groups or known)))
    yield _extension(13, _long(_numbers(SIGNATURES)))
    if hello.staple:
        yield _extension(5, b"\x01\x00\x00\x00\x00")
    if hello.version is Version.TLS1_3:
        shares = b"".join(struct.pack("!H", group) + _long(share) for group, share in hello.key_shares)
        yield _extension(43, _short(struct.pack("!H", WIRE[Version.TLS1_3])))
        yield _extension(45, b"\x01\x01")
        yield _extension(51, _long(shares))
        return
    yield _extension(11, b"\x01\x00")
    yield _extension(23, b"")
    yield _extension(35, b"")
    yield _extension(0xFF01, b"\x00")


def _cookie(cookie: bytes | None) -> tuple[bytes, ...]:
    return (_extension(44, cookie),) if cookie else ()


def _padded(extensions: bytes, before: int) -> bytes:
    """Extensions, with padding when the message would have one of the lengths that some servers cannot take."""
    length = 4 + before + 2 + len(extensions)
    if length not in _BROKEN_LENGTHS:
        return extensions
    return extensions + _extension(21, bytes(max(_BROKEN_LENGTHS.stop - length - 4, 1)))


def _extension(number: int, data: bytes) -> bytes:
    return struct.pack("!H", number) + _long(data)


def _numbers(values: Iterable[int]) -> bytes:
    numbers = tuple(values)
    return struct.pack(f"!{len(numbers)}H", *numbers)


def _short(data: bytes) -> bytes:
    return bytes((len(data),)) + data


def _long(data: bytes) -> bytes:
    return struct.pack("!H", len(data)) + data
