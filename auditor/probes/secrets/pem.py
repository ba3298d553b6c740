"""Private keys in PEM (RFC 7468), with line breaks as they are or as scripts write them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.sightings import Nature
from auditor.model import Severity
from auditor.probes.secrets.escapes import unescaped
from auditor.probes.secrets.found import Detector, Found, plain_look

LONGEST = 16_384
_BEGIN = b"-----BEGIN"
_KEY = re.compile(
    rb"-----BEGIN[ +](?P<type>[A-Z0-9]{0,12}[ +]?(?:[A-Z]{2,12}[ +])?)PRIVATE[ +]KEY(?:[ +]BLOCK)?-----"
    rb"(?P<body>(?:[A-Za-z0-9+/=\s:,.()@-](?<!----)){1,%d}?)(?:-----END|\Z|[^A-Za-z0-9+/=\s:,.()@-])" % LONGEST
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{32}")
_SOME_BASE64 = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{20}")
_JOIN = re.compile(rb"[\"'`]\s{0,20}\+\s{0,20}[\"'`]|\\\s{0,2}\n")


def detector() -> Detector:
    """What finds them."""
    return Detector((plain_look(_BEGIN),), _confirm)


def _confirm(data: bytes, at: int) -> Iterator[Found]:
    if not _SOME_BASE64.search(data, at, at + 600):
        return
    plain, origin = unescaped(data[at : at + LONGEST])
    match = _KEY.match(_JOIN.sub(lambda m: b" " * len(m[0]), plain))
    if not match or not _BASE64.search(match["body"]):
        return  # libraries hold the two lines around it, and code between them
    body = re.sub(rb"\s", b"", match["body"])
    if len(body) < 64 or len(set(body)) < 12:
        return
    sealed = b"ENCRYPTED" in match["type"] or b"ENCRYPTED" in body[:200]
    value = plain[: match.end()]
    yield Found(
        at, at + origin(match.end()), re.sub(rb"\s", b"", value), "private-key",
        "encrypted private key" if sealed else _kind(match["type"]),
        Severity.MEDIUM if sealed else Severity.CRITICAL, Nature.SECRET,
        why="as good as its passphrase" if sealed else "", rank=5,
    )  # fmt: skip


def _kind(type_: bytes) -> str:
    name = type_.decode("ascii").strip()
    return f"{name} private key" if name else "private key"
