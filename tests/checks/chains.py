"""Served chains to judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from auditor.facts.certificates import Cause, Certificate, Certificates, Key, Problem, ServedChain

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
DAY = timedelta(days=1)
API = "https://api.example.com"
RSA_SHA256 = "sha256WithRSAEncryption"

LEAF = Certificate(
    subject="api.example.com",
    issuer="R11",
    not_before=NOW - DAY,
    not_after=NOW + 89 * DAY,
    key=Key("EC", 256, "secp256r1"),
    signature=RSA_SHA256,
    signature_hash="sha256",
    serial="1",
    sha256="1" * 64,
    spki_sha256="a" * 64,
    names=("api.example.com",),
    names_count=1,
)
R11 = replace(
    LEAF, subject="R11", issuer="X1", key=Key("RSA", 2048), authority=True, serial="2", sha256="2" * 64,
    spki_sha256="b" * 64, names=(), names_count=0, not_after=NOW + 500 * DAY,
)  # fmt: skip
X1 = replace(
    R11, subject="X1", key=Key("RSA", 4096), self_issued=True, serial="3", sha256="3" * 64, spki_sha256="c" * 64,
    not_after=NOW + 3000 * DAY,
)  # fmt: skip
GOOD = ServedChain(
    API, "api.example.com", protocol="TLSv1.3", certificates=(LEAF, R11), path=(0, 1), anchor=X1, public=True,
    verified=True, trusted=True,
)  # fmt: skip
PLAIN = ServedChain("http://api.example.com", "api.example.com", encrypted=False)


def chain(leaf=LEAF, intermediate=R11, anchor=X1, **options) -> ServedChain:
    """The good chain with other certificates in it."""
    return replace(GOOD, certificates=(leaf, intermediate), anchor=anchor, **options)


def wrong(cause: Cause, text="it is wrong", position=0, **options) -> ServedChain:
    """The good chain with a problem."""
    return replace(
        GOOD, verified=False, refusal="OpenSSL's words", problems=(Problem(cause, text, position),), **options
    )


def seen(*chains: ServedChain, **options) -> Certificates:
    """The fact that holds them."""
    return Certificates(chains, NOW, **options)
