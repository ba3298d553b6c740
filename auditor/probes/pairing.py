"""Brings the name of a variable in a source together with the value that the build wrote into the script."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.probes.env_reads import EnvRead
from auditor.probes.javascript import Kind, Token, tokens
from auditor.probes.vlq import Segment

FURTHEST = 400
"""Characters of source between a place that is mapped and the name."""
STEPS = 8
"""Mapped places before the name that are tried."""
LONGEST = 65_536
"""Characters of a value."""
_CARRIES = re.compile(
    r"[\w$.\s=:!<>(+?&|\[{-]*(?:(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)\s*\+\s*)?(?:`[^`\n}]*\$\{\s*)?[\w$.\s=:!<>(+?&|\[{-]*"
)
"""What may stand between: nothing with a value of its own but a string that the name is added to."""
_ADDED_BEFORE = re.compile(r"(?:([\"'])([^\"'\n]{1,300})\1\s*\+\s*|`([^`$\n]{1,300})\$\{\s*)\Z")
_ADDED_AFTER = re.compile(r"\s*(?:\+\s*([\"'])([^\"'\n]{1,300})\1|\}([^`$\n]{1,300})`)")


@dataclass(frozen=True, slots=True)
class Literal:
    """A string in a script."""

    value: str
    line: int
    """Counted from 1."""
    column: int
    """Of its first character after the quote, counted from 1, in characters."""
    exact: bool
    """The map leads to this very place, and not just near it."""


class Pairing:
    """The names of one source, and the places of the script that come from it.

    Args:
        source: its content.
        segments: those that lead to it.
        lines: of the script.
        line: of the script, where the section of the map starts, from 0.
        column: of the script, where the first line of the section starts, from 0.
    """

    def __init__(
        self, source: str, segments: Iterable[Segment], lines: Sequence[str], line: int = 0, column: int = 0
    ) -> None:
        self._source = source
        self._lines = lines
        self._at = (line, column)
        starts = [0, *(found.end() for found in re.finditer("\n", source))]
        self._starts = starts
        self._plain = source.isascii()
        places: dict[int, list[Segment]] = {}
        for segment in segments:
            if 0 <= segment.source_line < len(starts) and segment.source_column >= 0:
                places.setdefault(self._place(segment), []).append(segment)
        self._segments = places
        self._places = sorted(places)

    def literal(self, read: EnvRead) -> Literal | None:
        """The value that the script has where the source has the name; None when there is none to be sure of."""
        for place in () if read.apart else self._before(read):
            between = self._source[place : read.start]
            if place != read.start and not _CARRIES.fullmatch(between):
                return None
            for segment in self._segments[place][:STEPS]:
                if found := self._string(segment, read, place):
                    return found
        return None

    def _before(self, read: EnvRead) -> Iterator[int]:
        """Mapped places at the name and before it, the nearest first."""
        index = bisect_right(self._places, read.start) - 1
        for place in reversed(self._places[max(0, index - STEPS + 1) : index + 1]):
            if read.start - place > FURTHEST:
                return
            yield place

    def _string(self, segment: Segment, read: EnvRead, place: int) -> Literal | None:
        down, right = self._at
        number = segment.line + down
        shift = right if segment.line == 0 else 0
        if number >= len(self._lines) or segment.column + shift < 0:
            return None
        line = self._lines[number]
        start = _characters(line, segment.column + shift)
        end = _characters(line, segment.end + shift) if segment.end >= 0 else len(line)
        exact = place == read.start
        # where the name itself is mapped, its value starts there, or another place before it tells
        end = start + 1 if exact else max(end, start + 1)
        for token in self._strings(line, start, end):
            value, skipped = self._trimmed(token.text, read)
            if value and (exact or not self._said(value, place, read)):
                return Literal(value, number + 1, token.start + 2 + skipped, exact)
        return None

    @staticmethod
    def _strings(line: str, start: int, end: int) -> Iterator[Token]:
        # a copy, lest a string that nothing closes is looked for in megabytes
        part = line[start : end + LONGEST]
        for token in tokens(part, 0, min(end - start, FURTHEST)):
            if token.kind is Kind.STRING or (token.kind is Kind.TEMPLATE and token.text):
                yield Token(token.kind, token.text, token.start + start, token.end + start)

    def _trimmed(self, value: str, read: EnvRead) -> tuple[str, int]:
        """The value without the strings that the source adds before and after it, and how long the first of them is."""
        skipped = 0
        before = _ADDED_BEFORE.search(self._source[max(0, read.start - FURTHEST) : read.start])
        after = _ADDED_AFTER.match(self._source, read.end, read.end + FURTHEST)
        if before and value.startswith(word := before[2] or before[3]):
            value, skipped = value.removeprefix(word), len(word)
        if after and value.endswith(word := after[2] or after[3]):
            value = value.removesuffix(word)
        return value, skipped

    def _said(self, value: str, place: int, read: EnvRead) -> bool:
        """Whether the source itself has this string near the name: then it is none that the build put there."""
        start = self._source.rfind("\n", 0, place) + 1
        end = self._source.find("\n", read.end)
        near = self._source[max(start, read.start - FURTHEST) : read.start]
        near += self._source[read.end : min(read.end + FURTHEST, end if end >= 0 else len(self._source))]
        return value in near

    def _place(self, segment: Segment) -> int:
        start = self._starts[segment.source_line]
        if self._plain:
            return start + segment.source_column
        end = self._source.find("\n", start)
        line = self._source[start : end if end >= 0 else len(self._source)]
        return start + _characters(line, segment.source_column)


def _characters(line: str, units: int) -> int:
    """How many characters of a line so many UTF-16 units are."""
    if line.isascii() or units <= 0:
        return max(units, 0)
    head = line[:units]
    if not any(character > "\uffff" for character in head):
        return units
    return len(head.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))
