"""Source expressions of Content-Security-Policy (CSP3 section 2.3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

KEYWORDS = frozenset({
    "'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "'strict-dynamic'", "'unsafe-hashes'", "'report-sample'",
    "'unsafe-allow-redirects'", "'wasm-unsafe-eval'", "'trusted-types-eval'", "'report-sha256'", "'report-sha384'",
    "'report-sha512'", "'inline-speculation-rules'",
})  # fmt: skip

_NONCE = re.compile(r"'nonce-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE)
_HASH = re.compile(r"'(sha(?:256|384|512))-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?"  # scheme
    r"(\*|(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)"  # host; underscores are in use
    r"(?::([0-9]+|\*))?"  # port
    r"(/[^,;?#]*)?"  # path
)


class SourceKind(StrEnum):
    """What a source expression is."""

    KEYWORD = "keyword"
    NONCE = "nonce"
    HASH = "hash"
    SCHEME = "scheme"
    HOST = "host"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Source:
    """One source expression."""

    text: str
    """As written."""
    kind: SourceKind
    value: str = ""
    """Keyword, scheme and host in lower case; nonce and hash as they are."""
    scheme: str = ""
    """Of a host, when it names one."""
    port: str = ""
    path: str = ""


def parse_source(text: str) -> Source:
    """What an expression is. One that fits no rule is invalid: browsers ignore it.

    Args:
        text: without whitespace.
    """
    if text.lower() in KEYWORDS:
        return Source(text, SourceKind.KEYWORD, text.lower())
    if match := _NONCE.fullmatch(text):
        return Source(text, SourceKind.NONCE, match[1])
    if match := _HASH.fullmatch(text):
        return Source(text, SourceKind.HASH, match[2], match[1].lower())
    if match := _SCHEME.fullmatch(text):
        return Source(text, SourceKind.SCHEME, match[1].lower())
    if match := _HOST.fullmatch(text):
        scheme, host, port, path = (part or "" for part in match.groups())
        return Source(text, SourceKind.HOST, host.lower(), scheme.lower(), port, path)
    return Source(text, SourceKind.INVALID)


@lru_cache(maxsize=256)
def parse_sources(values: tuple[str, ...]) -> tuple[Source, ...]:
    """Every expression of a list."""
    return tuple(map(parse_source, values))
