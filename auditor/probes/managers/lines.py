"""Which line of a text a place is in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable


def lines_of(text: str) -> Callable[[int], int]:
    """A function from a place in the text to its line, counted from 1."""
    ends = [at for at, char in enumerate(text) if char == "\n"]
    return lambda place: bisect_left(ends, place) + 1
