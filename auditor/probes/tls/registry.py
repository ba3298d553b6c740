"""Numbers and names: versions, cipher suites, groups (https://www.iana.org/assignments/tls-parameters)."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from auditor.facts.tls import Version

WIRE = {
    Version.SSL3: 0x0300,
    Version.TLS1_0: 0x0301,
    Version.TLS1_1: 0x0302,
    Version.TLS1_2: 0x0303,
    Version.TLS1_3: 0x0304,
}
"""A version as it goes over the wire."""

FALLBACK_SCSV = 0x5600
"""RFC 7507: this hello is a second try with a lower version."""
RENEGOTIATION_SCSV = 0x00FF
"""RFC 5746, for hellos without extensions."""

GROUPS = {
    0x001D: "x25519", 0x0017: "secp256r1", 0x0018: "secp384r1", 0x0019: "secp521r1", 0x001E: "x448",
    0x11EC: "X25519MLKEM768", 0x11EB: "SecP256r1MLKEM768", 0x11ED: "SecP384r1MLKEM1024",
    0x0100: "ffdhe2048", 0x0101: "ffdhe3072", 0x0102: "ffdhe4096", 0x0103: "ffdhe6144", 0x0104: "ffdhe8192",
    0x001F: "brainpoolP256r1tls13", 0x0020: "brainpoolP384r1tls13", 0x0021: "brainpoolP512r1tls13",
    0x0200: "MLKEM512", 0x0201: "MLKEM768", 0x0202: "MLKEM1024", 0x11EE: "curveSM2MLKEM768", 0x0029: "curveSM2",
    0x6399: "X25519Kyber768Draft00", 0x639A: "SecP256r1Kyber768Draft00",
}  # fmt: skip
"""Groups of TLS 1.3 (RFC 8446 section 4.2.7, RFC 8734, RFC 8998, draft-ietf-tls-ecdhe-mlkem)."""

CURVES = {
    0x001D: "x25519", 0x0017: "secp256r1", 0x0018: "secp384r1", 0x0019: "secp521r1", 0x001E: "x448",
    0x001A: "brainpoolP256r1", 0x001B: "brainpoolP384r1", 0x001C: "brainpoolP512r1",
}  # fmt: skip
"""Curves of TLS 1.2 and older that are strong enough (RFC 8422, RFC 7027)."""

OLD_CURVES = {
    0x0001: "sect163k1", 0x0002: "sect163r1", 0x0003: "sect163r2", 0x0004: "sect193r1", 0x0005: "sect193r2",
    0x0006: "sect233k1", 0x0007: "sect233r1", 0x0008: "sect239k1", 0x0009: "sect283k1", 0x000A: "sect283r1",
    0x000B: "sect409k1", 0x000C: "sect409r1", 0x000D: "sect571k1", 0x000E: "sect571r1", 0x000F: "secp160k1",
    0x0010: "secp160r1", 0x0011: "secp160r2", 0x0012: "secp192k1", 0x0013: "secp192r1", 0x0014: "secp224k1",
    0x0015: "secp224r1", 0x0016: "secp256k1",
}  # fmt: skip
"""Curves that RFC 8422 has deprecated."""

_ALL_GROUPS = GROUPS | CURVES | OLD_CURVES

_TLS13 = frozenset({*range(0x1301, 0x1308), 0x00C6, 0x00C7, 0xC0B4, 0xC0B5, *range(0xC103, 0xC107)})
_NEEDS_TLS12 = re.compile(r"_GCM_|_CCM|CHACHA20|_MGM_|_SHA(256|384)$")
_OLD_DESPITE_ITS_HASH = re.compile(r"PSK_WITH_(?:\w+_CBC|NULL)_SHA(?:256|384)$")
"""RFC 5487 and 5489: suites with SHA-2 that older versions may negotiate too."""

_FIRST = ("TLS_AES_", "TLS_CHACHA20_", "TLS_ECDHE_ECDSA_", "TLS_ECDHE_RSA_", "TLS_DHE_RSA_", "TLS_RSA_WITH_")
_CIPHERS = ("AES_128_GCM", "AES_256_GCM", "CHACHA20", "AES_128_CBC", "AES_256_CBC", "3DES", "CAMELLIA", "AES_")


@cache
def suites() -> dict[int, str]:
    """Every cipher suite: number to name."""
    text = (files("auditor.probes.tls") / "data" / "cipher-suites.txt").read_text(encoding="ascii")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {int(number, 16): name for number, name in rows}


def suite(number: int) -> str:
    """The name of a suite; ``0x1234`` when it has none."""
    return suites().get(number, f"0x{number:04X}")


def group(number: int) -> str:
    """The name of a group; ``0x1234`` when it has none."""
    return _ALL_GROUPS.get(number, f"0x{number:04X}")


@cache
def suites_of(version: Version) -> tuple[int, ...]:
    """The suites that a version can negotiate, the common ones first, so that they spread over parallel questions."""
    return tuple(sorted(filter(lambda number: _fits(number, version), suites()), key=_rank))


def _fits(number: int, version: Version) -> bool:
    if version is Version.TLS1_3 or number in _TLS13:
        return version is Version.TLS1_3 and number in _TLS13
    name = suites()[number]
    return version is Version.TLS1_2 or not _NEEDS_TLS12.search(name) or bool(_OLD_DESPITE_ITS_HASH.search(name))


def _rank(number: int) -> tuple[int, int, int]:
    name = suites()[number]
    cipher = next((place for place, part in enumerate(_CIPHERS) if part in name), len(_CIPHERS))
    exchange = next((place for place, start in enumerate(_FIRST) if name.startswith(start)), len(_FIRST))
    return cipher if exchange < len(_FIRST) else len(_CIPHERS) + 1, exchange, number
