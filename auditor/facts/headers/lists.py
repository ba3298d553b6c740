"""Header values that are lists, split as browsers split them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PART = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.|\\\Z)*(?:"|\Z))*', re.DOTALL)
"""Up to the next comma that is in no quoted string; an unclosed one goes to the end."""


def split_list(values: Iterable[str]) -> tuple[str, ...]:
    """The Fetch standard's *get, decode, and split*: several fields are one list, commas in quoted strings stay.

    Args:
        values: of every field of one name, in order.
    """
    text = ", ".join(values)
    found: list[str] = []
    position = 0
    while position <= len(text):
        match = _PART.match(text, position)
        end = match.end() if match else position
        found.append(text[position:end].strip(" \t"))
        position = end + 1
    return tuple(found)
