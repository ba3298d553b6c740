"""Where in a text a byte is, as editors count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


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
        column += len(data[seen:place].decode("utf-8", "replace"))
        seen = place
        yield line, column
