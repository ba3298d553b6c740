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
_LAP = 8_000
"""Of a run that is longer than what is decoded of it at once: as much of its end is decoded again, with what follows,
so that no token is cut in two."""
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
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_PART = 400_000
"""Characters, in groups of four."""
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
    covers: int
    """The first place in the outer text that asks for another look."""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Where inner texts may be, and how to get at them."""

    looks: tuple[Look, ...]
    unwrap: Callable[[bytes, int], Inner | None]
    """Of a text and a place in it. A text without bytes says that nothing is there up to where it covers."""
    phases: int = 1
    """In so many ways a run may be read, by the place where that begins: base64 in groups of four."""


def wrappings(rules: Iterable[Rule]) -> tuple[Wrapping, ...]:
    """Everything that may hide a token of these rules."""
    starts = dict.fromkeys(start for rule in rules for start in _starts(rule))
    starts.update(dict.fromkeys(_STRUCTURES))
    shifted = (
        Wrapping(tuple(_core(start, shift) for start in starts), partial(_shifted, _ALIGNED[shift]), 4)
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
    return Look(core, escaped(core) + rb"[A-Za-z0-9+\/_\-%\\]{8}", len(core) + 8, within=_RUN)


def _shifted(ahead: int, data: bytes, at: int) -> Inner | None:
    return _decoded(data, at - ahead)


def _decoded(data: bytes, at: int) -> Inner | None:
    """Base64 around a place where a group of four begins."""
    before = data[max(0, at - BACK) : at]
    start = at - (len(before) - len(before.rstrip(_ALPHABET))) // 4 * 4
    return _from(data, start, at + LONGEST)


def _from(data: bytes, start: int, longest: int) -> Inner | None:
    if start < 0:
        return None
    run = _BASE64.match(data, start, longest)
    if run is None:
        return None
    if data[run.end() : run.end() + 1] in (b"%", b"\\") and (far := _BASE64_ESCAPED.match(data, start)):
        plain, origin = unescaped(far[0])
        written, end = "base64, URL-encoded", far.end()
        return _inner(
            _bytes(plain, 0, len(plain)),
            start,
            end,
            written,
            lambda at: start + origin(at // 3 * 4),
            cut=far.end() - start,
        )
    cut = run.end() - start if run.end() == longest else 0
    return _inner(_bytes(data, start, run.end()), start, run.end(), "base64", lambda at: start + at // 3 * 4, cut=cut)


def _inner(data: bytes | None, start: int, end: int, written: str, origin: Origin, *, cut: int = 0) -> Inner:
    """A text; ``cut`` is the length of its run when that goes on behind it, or may."""
    lap = _LAP if cut > 2 * _LAP else 0
    return Inner(start, end, data or b"", origin, written, end - lap)


def _nothing(start: int, end: int) -> Inner:
    return Inner(start, end, b"", lambda at: at, "", end)


def _bytes(data: bytes, start: int, end: int) -> bytes | None:
    """Base64 of either alphabet decoded, part by part: there may be millions, and each step makes another copy."""
    while end > start and data[end - 1 : end] == b"=":
        end -= 1
    end -= (end - start) % 4 == 1
    parts = bytearray()
    try:
        for at in range(start, end, _PART):
            text = data[at : min(at + _PART, end)].translate(_STANDARD)
            parts += base64.b64decode(text + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
    return bytes(parts)


def _json(data: bytes, at: int) -> Inner | None:
    """Base64 of ``{"``: configuration, and parts of a JWT, which are looked at as such."""
    before = data[at - 1 : at] if at else b""
    run = _BASE64.match(data, at, at + LONGEST_WHOLE)
    if run is None or len(run[0]) < 40:
        return None
    if before == b"." or data[run.end() : run.end() + 1] == b".":
        return _nothing(at, run.end())
    return _from(data, at, at + LONGEST_WHOLE)


def _data_url(data: bytes, at: int) -> Inner | None:
    start = at + len(b";base64,")
    return _from(data, start, start + LONGEST_WHOLE) if _TEXTUAL.search(data[max(0, at - 80) : at]) else None


def _atob(data: bytes, at: int) -> Inner | None:
    opened = re.compile(rb"atob\(\s{0,4}\\{0,8}[\"'`]").match(data, at)
    return _from(data, opened.end(), opened.end() + LONGEST_WHOLE) if opened else None


_ESCAPED_RUN = re.compile(
    rb"(?:\\{1,16}x[0-9A-Fa-f]{2}|\\{1,16}u00[0-9A-Fa-f]{2}|\\{1,16}u\{[0-9A-Fa-f]{2}\}|%[0-9A-Fa-f]{2}|&#[xX]?[0-9A-Fa-f]{2,3};"
    rb"|[A-Za-z0-9_.:/+=@-]){4,60000}+"
)


def _escapes(data: bytes, at: int) -> Inner | None:
    run = _ESCAPED_RUN.match(data, at)
    if run is None:
        return None
    plain, origin = unescaped(run[0])
    if plain == run[0]:
        return _nothing(at, run.end())  # bytes of characters that are not ASCII
    lap = 2 * _LAP if len(run[0]) >= 60_000 else 0  # of escapes, which are longer
    return Inner(at, run.end(), plain, lambda place: at + origin(place), "escaped", run.end() - lap)


def _concatenated(data: bytes, at: int) -> Inner | None:
    if not _IN_A_TOKEN.match(data, max(0, at - 3)):
        return None
    start, end = max(0, at - 4000), min(len(data), at + 12_000)
    plain, origin = joined(data[start:end])
    covers = end if end == len(data) else at + 8000
    return Inner(start, end, plain, lambda place: start + origin(place), "put together from parts", covers)


_IN_A_TOKEN = re.compile(rb"[A-Za-z0-9_.-]{3}(\\{0,7}[\"'] ?\+ ?\\{0,7}[\"'])[A-Za-z0-9_.-]{3}")
_HEX = rb"[0-9A-Fa-f]{2}"
_PLUS = (rb'"+"', rb"'+'", rb'" + "', rb"' + '", rb"\"+\"", rb"\" + \"", rb"\\\"+\\\"")
"""The last ones in JSON, and in JSON in JSON."""
_WHOLE = (
    Wrapping((Look(b"eyJ", rb"eyJ[A-Za-z0-9+\/_\-]{37}", 40, within=40),), _json, 4),
    Wrapping((Look(b";base64,", rb";base64,[A-Za-z0-9+\/]{20}", 28),), _data_url, 4),
    Wrapping((Look(b"atob(", rb"atob\([\"'`\\][A-Za-z0-9+\/\"'`]{16}", 22),), _atob, 4),
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
