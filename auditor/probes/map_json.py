"""Reads the JSON of a source map (ECMA-426), whatever it holds, in bounded memory."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_PARTS = 1_000_000
"""Texts, and bytes beside them. A map of ten thousand sources has 50,000; ``[[],[],…`` takes thirty times its size."""
LONGEST = 4_000_000
"""Characters of one source that are read as UTF-8."""
_GUARD = b")]}"
"""What may stand in the first line, against inclusion as a script."""
_TEXT = re.compile(rb"\"(?:[^\"\\]|\\.)*+\"?|[ \t\r\n]++", re.DOTALL)


def map_document(data: bytes) -> dict[str, Any] | None:
    """The object of a source map; None when this is none, or one that no build makes.

    Its texts are UTF-8 that was read as Latin-1, one character a byte: one emoji in a source would make each character
    of the whole map take four. :func:`text_of` reads one text as it is meant.

    Args:
        data: as it was served.
    """
    data = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(_GUARD):
        data = data.partition(b"\n")[2]
    if not data[:200].lstrip().startswith(b"{") or not _is_bounded(data):
        return None
    try:
        document = json.loads(data.decode("latin-1"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not ({"mappings", "sections"} & document.keys()):
        return None
    return document


def text_of(written: str) -> str:
    """A text of a map as it is meant; a very long one, and one with such escapes in it as say more, stays as it is."""
    if len(written) > LONGEST or written.isascii():
        return written
    try:
        return written.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return written


def _is_bounded(data: bytes) -> bool:
    parts = end = 0
    for text in _TEXT.finditer(data):
        parts += text.start() - end + 1
        end = text.end()
        if parts > MAX_PARTS:
            return False
    return parts + len(data) - end <= MAX_PARTS
