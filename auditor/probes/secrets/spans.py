"""Where in a text the scanner sees secrets: for those who take them out of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from auditor.facts.sightings import Nature
from auditor.probes.secrets.scanner import Scanner

_CONTINUATION = bytes(range(0x80, 0xC0))


class Span(NamedTuple):
    """Characters of a text that are a secret, or the written form of one."""

    start: int
    end: int
    kind: str
    prefix: str


def secret_spans(text: str) -> list[Span]:
    """The secrets of a text, those of unclear nature too, in its order; they do not overlap.

    Args:
        text: of any length.
    """
    data = text.encode("utf-8", "surrogatepass")
    found = [one for one in _scanner().found(data) if one.nature is not Nature.PUBLIC]
    places = sorted({place for one in found for place in (one.start, one.end)})
    at = dict(zip(places, places if text.isascii() else _in_characters(data, places), strict=True))
    return [Span(at[one.start], at[one.end], one.kind, "" if one.written else one.prefix) for one in found]


def _in_characters(data: bytes, places: list[int]) -> Iterator[int]:
    count = seen = 0
    for place in places:
        count += len(data[seen:place].translate(None, _CONTINUATION))
        seen = place
        yield count


@cache
def _scanner() -> Scanner:
    return Scanner()
