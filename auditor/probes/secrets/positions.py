"""Where in a text a byte is, as editors count."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

_PART = 100_000
"""Bytes that are decoded at once: a minified script is one line, however long."""


def lines_and_columns(data: bytes, places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Line and column of each place, both counted from 1, columns in characters. Reads the data once.

    Args:
        data: the text; what is not UTF-8 in it counts one character for each byte that starts none.
        places: in bytes, sorted.
    """
    line, column, seen = 1, 1, 0
    for place in places:
        if newlines := data.count(b"\n", seen, place):
            line += newlines
            seen, column = data.rfind(b"\n", seen, place) + 1, 1
        column += _characters(data, seen, place)
        seen = place
        yield line, column


def _characters(data: bytes, start: int, end: int) -> int:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    parts = (data[at : min(at + _PART, end)] for at in range(start, end, _PART))
    return sum(len(decoder.decode(part)) for part in parts) + len(decoder.decode(b"", final=True))
