"""Where in a text the scanner sees secrets: for those who take them out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from auditor.facts.sightings import Nature
from auditor.probes.secrets.escapes import Origin, unescaped
from auditor.probes.secrets.scanner import Scanner

_UNDONE = 2
"""Escapes in escapes, as of a URL in the query of another."""
_ESCAPES = re.compile(rb"[\\%&]")
_CONTINUATION = bytes(range(0x80, 0xC0))


class Span(NamedTuple):
    """Characters of a text that are a secret, or the written form of one."""

    start: int
    end: int
    kind: str
    prefix: str


def secret_spans(text: str) -> list[Span]:
    """The secrets of a text, those of unclear nature too, in its order. They may overlap.

    Args:
        text: of any length.
    """
    data = text.encode("utf-8", "surrogatepass")
    found = list(_found(data))
    places = sorted({place for one in found for place in one[:2]})
    at = dict(zip(places, places if text.isascii() else _in_characters(data, places), strict=True))
    return sorted(Span(at[start], at[end], kind, prefix) for start, end, kind, prefix in found)


def _found(data: bytes) -> Iterator[tuple[int, int, str, str]]:
    """What the scanner sees, and what it sees when escapes are undone: a token may hold one in its middle."""
    inner, back = data, list[Origin]()
    for _ in range(_UNDONE + 1):
        for one in _scanner().found(inner):
            if one.nature is not Nature.PUBLIC:
                start, end = one.start, one.end
                for origin in reversed(back):
                    start, end = origin(start), origin(end)
                yield start, end, one.kind, "" if one.written else one.prefix
        if not _ESCAPES.search(inner):
            return
        before, (inner, origin) = inner, unescaped(inner)
        if inner == before:
            return
        back.append(origin)


def _in_characters(data: bytes, places: list[int]) -> Iterator[int]:
    count = seen = 0
    for place in places:
        count += len(data[seen:place].translate(None, _CONTINUATION))
        seen = place
        yield count


@cache
def _scanner() -> Scanner:
    return Scanner()
