"""The keys of TLS 1.3 (RFC 8446 section 7.1), as far as a client needs them to read on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auditor.probes.tls.messages import APPLICATION_DATA, Malformed

_SUITES: dict[int, tuple[str, int, Callable[[bytes], Any]]] = {
    0x1301: ("sha256", 16, AESGCM),
    0x1302: ("sha384", 32, AESGCM),
    0x1303: ("sha256", 32, ChaCha20Poly1305),
    0x1304: ("sha256", 16, AESCCM),
}
"""Hash, bytes of the key, cipher."""

SUITES = tuple(_SUITES)
"""What can be decrypted here."""

_CURVES: dict[int, ec.EllipticCurve] = {0x0017: ec.SECP256R1(), 0x0018: ec.SECP384R1(), 0x0019: ec.SECP521R1()}

EXCHANGES = (0x001D, 0x001E, *_CURVES)
"""Groups in which a key can be agreed on here."""


@dataclass(frozen=True, slots=True)
class Share:
    """A key pair for one group."""

    group: int
    public: bytes
    agree: Callable[[bytes], bytes]
    """The shared secret, from the other side's public key; ValueError: that is none."""


def new_share(group: int) -> Share:
    """A fresh key pair.

    Args:
        group: one of :data:`EXCHANGES`.
    """
    if group in _CURVES:
        curve = _CURVES[group]
        key = ec.generate_private_key(curve)
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Share(
            group,
            point,
            lambda peer: key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(curve, peer)),
        )
    if group == 0x001D:
        short = x25519.X25519PrivateKey.generate()
        return Share(
            group,
            short.public_key().public_bytes_raw(),
            lambda peer: short.exchange(x25519.X25519PublicKey.from_public_bytes(peer)),
        )
    long = x448.X448PrivateKey.generate()
    return Share(
        group,
        long.public_key().public_bytes_raw(),
        lambda peer: long.exchange(x448.X448PublicKey.from_public_bytes(peer)),
    )


class Traffic13:
    """One direction of an encrypted connection.

    Args:
        suite: the cipher suite.
        secret: the traffic secret.
    """

    def __init__(self, suite: int, secret: bytes) -> None:
        name, size, cipher = _SUITES[suite]
        self._iv = expand_label(name, secret, "iv", b"", 12)
        self._cipher = cipher(expand_label(name, secret, "key", b"", size))
        self._number = 0

    def open(self, payload: bytes) -> tuple[int, bytes]:
        """What a record holds: its true type, and the content.

        Raises:
            Malformed: it does not decrypt.
        """
        head = bytes((APPLICATION_DATA, 3, 3)) + len(payload).to_bytes(2, "big")
        try:
            plain = bytes(self._cipher.decrypt(self._nonce(), payload, head)).rstrip(b"\0")
        except (InvalidTag, ValueError):
            raise Malformed("a record that does not decrypt") from None
        if not plain:
            raise Malformed("a record of nothing")
        return plain[-1], plain[:-1]

    def seal(self, kind: int, content: bytes) -> bytes:
        """A record, ready to be sent."""
        head = bytes((APPLICATION_DATA, 3, 3)) + (len(content) + 17).to_bytes(2, "big")
        return head + bytes(self._cipher.encrypt(self._nonce(), content + bytes((kind,)), head))

    def _nonce(self) -> bytes:
        number, self._number = self._number, self._number + 1
        return (int.from_bytes(self._iv, "big") ^ number).to_bytes(12, "big")


class Schedule:
    """From the shared secret to the traffic secrets.

    Args:
        suite: the cipher suite.
        shared: the outcome of the key exchange.
        transcript: every message up to the ServerHello.
    """

    def __init__(self, suite: int, shared: bytes, transcript: bytes) -> None:
        self.suite = suite
        self._hash = _SUITES[suite][0]
        zeros = bytes(hashlib.new(self._hash).digest_size)
        early = self._extract(zeros, zeros)
        self._handshake = self._extract(self._derive(early, "derived", b""), shared)
        self._zeros = zeros
        self.client = self._derive(self._handshake, "c hs traffic", transcript)
        self.server = self._derive(self._handshake, "s hs traffic", transcript)

    def application(self, transcript: bytes) -> tuple[bytes, bytes]:
        """The traffic secrets of client and server after the handshake.

        Args:
            transcript: every message up to the server's Finished.
        """
        master = self._extract(self._derive(self._handshake, "derived", b""), self._zeros)
        return self._derive(master, "c ap traffic", transcript), self._derive(master, "s ap traffic", transcript)

    def finished(self, secret: bytes, transcript: bytes) -> bytes:
        """The content of a Finished message."""
        key = expand_label(self._hash, secret, "finished", b"", len(self._zeros))
        return hmac.digest(key, hashlib.new(self._hash, transcript).digest(), self._hash)

    def _extract(self, salt: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt, secret, self._hash)

    def _derive(self, secret: bytes, label: str, transcript: bytes) -> bytes:
        context = hashlib.new(self._hash, transcript).digest()
        return expand_label(self._hash, secret, label, context, len(context))


def retried(suite: int, hello: bytes) -> bytes:
    """What stands in the transcript for a first hello that the server has not taken (RFC 8446 section 4.4.1)."""
    digest = hashlib.new(_SUITES[suite][0], hello).digest()
    return b"\xfe\0\0" + bytes((len(digest),)) + digest


def expand_label(name: str, secret: bytes, label: str, context: bytes, size: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 section 7.1).

    Args:
        name: of the hash.
        secret: to expand.
        label: without its prefix.
        context: a hash, or nothing.
        size: bytes wanted.
    """
    full = b"tls13 " + label.encode()
    info = size.to_bytes(2, "big") + bytes((len(full),)) + full + bytes((len(context),)) + context
    found, block = b"", b""
    for number in range(1, 256):
        if len(found) >= size:
            break
        block = hmac.digest(secret, block + info + bytes((number,)), name)
        found += block
    return found[:size]
