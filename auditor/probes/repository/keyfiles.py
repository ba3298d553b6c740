"""Knows private keys and key stores by what they begin with, whatever they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PEM = re.compile(
    rb"-----BEGIN (?P<kind>(?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----\s*"
    rb"(?:Proc-Type: (?P<proc>[^\n]*)\n)?(?P<body>[A-Za-z0-9+/=\s:,.\-]{40})"
)
_AROUND = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{1,60}-----[^-]{0,20000}-----END [A-Z0-9 ]{1,60}-----|^\s*#[^\n]*$|^Bag Attributes"
    rb"|^[ \t]+\w+:[^\n]*$|^(?:subject|issuer|Key Attributes)[^\n]*$",
    re.MULTILINE,
)
"""What tools write around a key."""
_PUTTY = re.compile(rb"PuTTY-User-Key-File-\d: [^\n]*\nEncryption: (?P<encryption>[^\s]+)")
_DER = re.compile(rb"\x30(?:[\x10-\x7f]|\x81.|\x82..|\x83...)\x02\x01[\x00\x01]", re.DOTALL)
"""A SEQUENCE that begins with version 0 or 1: PKCS #8, PKCS #1 and RFC 5915 alike."""
_STORES = (
    (b"\xfe\xed\xfe\xed", "Java key store"),
    (b"\xce\xce\xce\xce", "Java key store"),
    (b"\x03\xd9\xa2\x9a", "KeePass database"),
)
_PKCS12_NAMES = (".p12", ".pfx", ".keystore", ".jks", ".p8")
_GIT_CRYPT = b"\0GITCRYPT\0"
ENCRYPTED = (
    _GIT_CRYPT,
    b"$ANSIBLE_VAULT;",
    b"age-encryption.org/v1",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"Salted__",
)
"""What encrypted files begin with: they hold no literal."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a file of keys is."""

    kind: str
    length: int
    """Of the file, in bytes."""
    encrypted: bool
    """By a passphrase, which makes it harder to use and no less tracked."""


def key_file(name: str, data: bytes) -> KeyFile | None:
    """What kind of private key a whole file is; None when it is none.

    Args:
        name: of the file; only PKCS #12 needs it, that begins as many things do.
        data: its beginning, some kilobytes.
    """
    for magic, kind in _STORES:
        if data.startswith(magic):
            return KeyFile(kind, len(data), encrypted=True)
    # an outer SEQUENCE, and version 3: https://www.rfc-editor.org/rfc/rfc7292#section-4
    if name.lower().endswith(_PKCS12_NAMES) and re.match(
        rb"\x30(?:[\x00-\x7f]|\x80|[\x81-\x84].{1,4})\x02\x01[\x00\x01\x03]", data, re.DOTALL
    ):
        return KeyFile(
            "PKCS #12 key store" if b"\x02\x01\x03" in data[:12] else "private key",
            len(data),
            encrypted=b"\x02\x01\x03" in data[:12],
        )
    if putty := _PUTTY.match(data):
        return KeyFile("PuTTY private key", len(data), encrypted=putty["encryption"] != b"none")
    if _is_der_key(name, data):
        return KeyFile("private key", len(data), encrypted=False)
    if (found := _PEM.search(data[:20_000])) and _mostly(data, found):
        locked = b"ENCRYPTED" in found["kind"] or b"ENCRYPTED" in (found["proc"] or b"")
        return KeyFile("private key", len(data), encrypted=locked)
    return None


def _is_der_key(name: str, data: bytes) -> bool:
    return name.lower().endswith((".key", ".der", ".pk8")) and _DER.match(data) is not None


def _mostly(data: bytes, found: re.Match[bytes]) -> bool:
    """Whether the file is the key, with certificates and comments at most, and not a text that quotes one."""
    before = data[: found.start()]
    return not _AROUND.sub(b"", before).strip()
