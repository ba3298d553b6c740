"""Which line of a text a place is in."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

_END = re.compile("\n")


def lines_of(text: str) -> Callable[[int], int]:
    """A function from a place in the text to its line, counted from 1."""
    ends = [found.start() for found in _END.finditer(text)]
    return lambda place: bisect_left(ends, place) + 1
