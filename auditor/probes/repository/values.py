"""What the readers of files say: something is given to a name, at a place."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LONGEST = 20_000
"""Characters of a value in which references are looked for."""


@dataclass(frozen=True, slots=True)
class Value:
    """Something that a file gives to a name."""

    line: int
    key: str
    text: str
    refers: bool = True
    """Whether ``${NAME}`` in it is a reference."""
    column: int = 0
    """Counted from 1, in characters; 0 when only the line is known."""
    code: bool = False
    """A name of a program or of a text, and not of a setting: it says less about what it holds."""
    constant: bool = False
    """A program gives it to a name of its own, which is a secret or the name of a field as often."""
    within: str = ""
    """The key of the list that it is an entry of."""


Reader = Callable[[str], Iterator[Value]]
"""Text of a file to what it holds."""


class Lines:
    """Where the characters of a text stand.

    Args:
        text: all of it; lines end at line feeds.
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


_REFERENCE = re.compile(
    r"(?P<dollar>\$\$)|\$\{[A-Za-z_]\w*(?:(?P<how>:?[-?+])(?P<word>(?:[^{}]|\{[^{}]*\})*))?\}|(?<![\w$])\$[A-Za-z_]\w*"
)
"""``${NAME}``, with or without a default, and ``$NAME`` where a word may start; ``$$`` is a dollar sign."""


def written_out(value: str, unset: str = "") -> tuple[str, bool]:
    """What a value is when no variable is set, and whether it then lacks something.

    Args:
        value: as it is written.
        unset: stands for a variable without a default.
    """
    open_ = False

    def put(found: re.Match[str]) -> str:
        nonlocal open_
        if found["dollar"]:
            return "$"
        if found["how"] and "?" not in found["how"]:
            word, inner = written_out(found["word"], unset)
            open_ = open_ or inner
            return word
        open_ = True
        return unset

    return _REFERENCE.sub(put, value), open_


def text_of(data: bytes) -> str:
    """The text of a file, as editors and shells write it."""
    # what PowerShell writes with ">"
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return data.decode(encoding, "replace")
