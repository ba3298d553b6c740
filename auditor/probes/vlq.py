"""Decodes the ``mappings`` of source maps: base64 VLQ, by ECMA-426 §9."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_DIGITS = {
    character: value
    for value, character in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
MAX_MAPPINGS = 8_000_000
"""Characters of mappings of one map that are decoded: a second's worth or two."""


@dataclass(slots=True)
class Segment:
    """A place in a script that comes from a place in a source. All are counted from 0, columns in UTF-16 units."""

    line: int
    column: int
    source: int
    source_line: int
    source_column: int
    end: int = -1
    """Column of the next segment in the same line; -1 when it is the last."""


def segments(mappings: str, sources: Collection[int]) -> list[Segment]:
    """The segments that lead to some of the sources, in the order of the script.

    Args:
        mappings: as in the map. What is no VLQ is passed over, with the rest of its line.
        sources: indexes of those that are of interest.
    """
    found: list[Segment] = []
    known: dict[str, tuple[int, ...]] = {}
    source = source_line = source_column = 0
    for line, coded in enumerate(mappings[:MAX_MAPPINGS].split(";")):
        if not coded:
            continue
        column = 0
        open_: Segment | None = None
        for segment in coded.split(","):
            # most segments are alike: decoding each kind once makes this three times as fast
            numbers = known.get(segment)
            if numbers is None:
                numbers = known[segment] = _numbers(segment)
            if not numbers:
                continue
            column += numbers[0]
            if open_ is not None:
                open_.end = column
                open_ = None
            if len(numbers) >= 4:
                source += numbers[1]
                source_line += numbers[2]
                source_column += numbers[3]
                if source in sources:
                    open_ = Segment(line, column, source, source_line, source_column)
                    found.append(open_)
    return found


def _numbers(segment: str) -> tuple[int, ...]:
    """The numbers of one segment; none when it is no VLQ, or has more than a segment can have."""
    found: list[int] = []
    value = shift = 0
    for character in segment:
        digit = _DIGITS.get(character)
        if digit is None or shift > 30:
            return ()
        value |= (digit & 31) << shift
        if digit & 32:
            shift += 5
            continue
        found.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    return tuple(found) if 1 <= len(found) <= 5 and not shift else ()
