"""Texts inside the text: base64, escapes through and through, strings that are put together."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from auditor.facts.sightings import Nature
from auditor.probes.secrets.escapes import Origin, joined, unescaped
from auditor.probes.secrets.found import Look, escaped
from auditor.probes.secrets.rules import Rule
from auditor.probes.secrets.shapes import is_caseless, leads

BACK = 2000
LONGEST = 24_000
LONGEST_WHOLE = 30_000_000
_STRUCTURES = (
    b"eyJhbGciOi", b"-----BEGIN ", b"postgres://", b"postgresql:", b"mongodb://", b"mongodb+srv:", b"redis://",
    b"rediss://", b"mysql://", b"service_role", b"_SECRET=", b"_PASSWORD=", b"_KEY=\"",
)  # fmt: skip
_SHORTEST = 6
_RUN = 26
"""Base64 of the shortest tokens, of twenty bytes."""
_CUT = 10
_ALIGNED = (0, 2, 3)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]+={0,2}")
_BASE64_ESCAPED = re.compile(rb"(?:[A-Za-z0-9+/=_-]|%2[BbFf]|%3[Dd]|\\{1,15}/|\\{1,15}u00[23][BbDdFf]){20,24000}")
_RUN_BEFORE = re.compile(rb"[A-Za-z0-9+/_-]*\Z")
_TEXTUAL = re.compile(rb"json|javascript|ecmascript|text/|xml|html|x-pem|x-yaml", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inner:
    """A text inside another."""

    start: int
    """In the outer text, as ``end``."""
    end: int
    data: bytes = field(repr=False)
    origin: Origin
    """From a place in the inner text to one in the outer."""
    written: str


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Where inner texts may be, and how to get at them."""

    looks: tuple[Look, ...]
    unwrap: Callable[[bytes, int], Inner | None]


def wrappings(rules: Iterable[Rule]) -> tuple[Wrapping, ...]:
    """Everything that may hide a token of these rules."""
    starts = dict.fromkeys(start for rule in rules for start in _starts(rule))
    starts.update(dict.fromkeys(_STRUCTURES))
    shifted = (
        Wrapping(tuple(_core(start, shift) for start in starts), partial(_shifted, _ALIGNED[shift]))
        for shift in range(3)
    )
    return (*shifted, *_WHOLE)


def _starts(rule: Rule) -> Iterable[bytes]:
    if rule.nature is not Nature.SECRET or is_caseless(rule.shape) or not leads(rule):
        return ()
    return (literal[:_CUT] for literal in rule.literals if len(literal) >= _SHORTEST)


def _core(start: bytes, shift: int) -> Look:
    """What stays the same of its base64 form, wherever in a longer text it starts."""
    encoded = base64.b64encode(b"\0" * shift + start)
    core = encoded[_ALIGNED[shift] : (len(start) + shift) * 8 // 6]
    return Look(core, escaped(core) + rb"[A-Za-z0-9+\/_\-]{8}", len(core) + 8, within=_RUN)


def _shifted(ahead: int, data: bytes, at: int) -> Inner | None:
    return _decoded(data, at - ahead)


def _decoded(data: bytes, at: int) -> Inner | None:
    """Base64 around a place where a group of four begins."""
    before = _RUN_BEFORE.search(data[max(0, at - BACK) : at])
    start = at - (len(before[0]) if before else 0) // 4 * 4
    return _from(data, start, at + LONGEST)


def _from(data: bytes, start: int, longest: int) -> Inner | None:
    if start < 0:
        return None
    run = _BASE64.match(data, start, longest)
    if run is None:
        return None
    if data[run.end() : run.end() + 1] in (b"%", b"\\") and (far := _BASE64_ESCAPED.match(data, start)):
        plain, origin = unescaped(far[0])
        return _inner(_bytes(plain), start, far.end(), "base64, URL-encoded", lambda at: start + origin(at // 3 * 4))
    return _inner(_bytes(run[0]), start, run.end(), "base64", lambda at: start + at // 3 * 4)


def _inner(data: bytes | None, start: int, end: int, written: str, origin: Origin) -> Inner | None:
    return Inner(start, end, data, origin, written) if data else None


def _bytes(text: bytes) -> bytes | None:
    text = text.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4)) or None
    except (ValueError, binascii.Error):
        return None


def _json(data: bytes, at: int) -> Inner | None:
    """Base64 of ``{"``: configuration, and parts of a JWT, which are looked at as such."""
    before = data[at - 1 : at] if at else b""
    run = _BASE64.match(data, at, at + LONGEST)
    if run is None or len(run[0]) < 40 or before == b"." or data[run.end() : run.end() + 1] == b".":
        return None
    return _from(data, at, at + LONGEST)


def _data_url(data: bytes, at: int) -> Inner | None:
    start = at + len(b";base64,")
    return _from(data, start, start + LONGEST_WHOLE) if _TEXTUAL.search(data[max(0, at - 80) : at]) else None


def _atob(data: bytes, at: int) -> Inner | None:
    opened = re.compile(rb"atob\(\s{0,4}\\{0,8}[\"'`]").match(data, at)
    return _from(data, opened.end(), opened.end() + LONGEST) if opened else None


_ESCAPED_RUN = re.compile(
    rb"(?:\\{1,16}x[0-9A-Fa-f]{2}|\\{1,16}u00[0-9A-Fa-f]{2}|\\{1,16}u\{[0-9A-Fa-f]{2}\}|%[0-9A-Fa-f]{2}|&#[xX]?[0-9A-Fa-f]{2,3};"
    rb"|[A-Za-z0-9_.:/+=@-]){4,8192}"
)
_ESCAPED_BEFORE = re.compile(rb"(?:\\x[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|&#[xX]?[0-9A-Fa-f]{2,3};)\Z")


def _escapes(data: bytes, at: int) -> Inner | None:
    if _ESCAPED_BEFORE.search(data[max(0, at - 8) : at]):
        return None  # the one that begins here is part of a run that was seen
    run = _ESCAPED_RUN.match(data, at)
    if run is None:
        return None
    plain, origin = unescaped(run[0])
    return Inner(at, run.end(), plain, lambda place: at + origin(place), "escaped")


def _concatenated(data: bytes, at: int) -> Inner | None:
    if not _IN_A_TOKEN.match(data, max(0, at - 3)):
        return None
    start, end = max(0, at - 200), at + 4000
    plain, origin = joined(data[start:end])
    return Inner(start, min(end, len(data)), plain, lambda place: start + origin(place), "put together from parts")


_IN_A_TOKEN = re.compile(rb"[A-Za-z0-9_.-]{3}(\\{0,7}[\"'] ?\+ ?\\{0,7}[\"'])[A-Za-z0-9_.-]{3}")
_HEX = rb"[0-9A-Fa-f]{2}"
_PLUS = (rb'"+"', rb"'+'", rb'" + "', rb"' + '", rb"\"+\"", rb"\" + \"", rb"\\\"+\\\"")
"""The last ones in JSON, and in JSON in JSON."""
_WHOLE = (
    Wrapping((Look(b"eyJ", rb"eyJ[A-Za-z0-9+\/_\-]{37}", 40, within=40),), _json),
    Wrapping((Look(b";base64,", rb";base64,[A-Za-z0-9+\/]{20}", 28),), _data_url),
    Wrapping((Look(b"atob(", rb"atob\([\"'`\\][A-Za-z0-9+\/\"'`]{16}", 22),), _atob),
    Wrapping(
        (
            Look(b"\\x", rb"(?:\\x%b){6}" % _HEX, 24),
            Look(b"\\\\x", rb"(?:\\\\x%b){6}" % _HEX, 30),
            Look(b"\\u00", rb"(?:\\u00%b){6}" % _HEX, 36),
            Look(b"%", rb"(?:%%%b){6}" % _HEX, 18),
            Look(b"&#", rb"(?:&#[xX]?[0-9A-Fa-f]{2,3};){6}"),
        ),
        _escapes,
    ),
    Wrapping(
        tuple(Look(plus, rb"[A-Za-z0-9_.\-]{3}" + escaped(plus) + rb"[A-Za-z0-9_.\-]{3}", before=3) for plus in _PLUS),
        _concatenated,
    ),
)
