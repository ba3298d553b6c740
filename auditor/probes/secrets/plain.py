"""Finds where to look with the standard library alone, where there is no wheel of hyperscan.

Searching for each of a thousand literals in all bytes takes a second for a megabyte. Nearly all tokens are, or hold,
long runs of token characters, and different ones of those make up a thirtieth of what a site serves. So the runs are
found first, and of the literals only those are searched for whose first characters stand in a run at all.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

from auditor.probes.secrets.found import FAR, Look, long_runs, numbered

Places = Iterator[tuple[int, int]]
_GRAM = 4
_DIGIT = re.compile(rb"[0-9]")
_JOIN = re.compile(rb"\+(?<=[\"' ]\+) ?\\{0,15}[\"']")
"""What ways to write ``"abc" + "def"`` have in common: begins with one letter, as that is found fast."""
_MARKS = (b"~", b"#", b"%", b"\\")
"""Characters that some literals hold and scripts hardly do: a single one is found ten times as fast as two."""
_RARE = 512
"""Bytes for each such character, at least, where it is no detour to look for it."""
_BATCH = 4096
"""Runs that are looked at together: bounds the memory that a text of nothing else takes."""


class PlainFinder:
    """The same places as hyperscan finds, or more of them: detectors see to the rest."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self._looks = tuple(looks)
        self._expressions = [re.compile(look.expression, re.IGNORECASE if look.caseless else 0) for look in looks]
        self._after = [re.compile(look.after, re.IGNORECASE if look.caseless else 0) for look in looks]
        within = [index for index, look in enumerate(looks) if look.within and not look.caseless]
        ahead = [index for index, look in enumerate(looks) if look.ahead and index not in set(within)]
        self._within = _Literals((looks[index].literal, index) for index in within)
        self._ahead = _Literals(((looks[index].literal.lower(), index) for index in ahead), fewest=5)
        self._joins = [(look.literal.index(b"+"), index) for index, look in enumerate(looks) if _is_join(look)]
        elsewhere = [i for i, look in enumerate(looks) if i not in {*within, *ahead} and not _is_join(look)]
        caseless = {looks[i].literal for i in elsewhere if looks[i].caseless}
        self._caseless = _together((low, i) for i in elsewhere if (low := looks[i].literal.lower()) in caseless)
        self._everywhere = _together(
            (looks[i].literal, i) for i in elsewhere if looks[i].literal.lower() not in caseless
        )

    def places(self, data: bytes, first: int = 0, last: int | None = None) -> list[tuple[int, int]]:
        """Everywhere in a part of the data that one of the looks may lead to something."""
        return [(index, first + at) for index, at in sorted(self._places(data[first:last]))]

    def _places(self, data: bytes) -> set[tuple[int, int]]:
        found = set(self._anywhere(data, data, self._everywhere))
        if self._joins:
            found.update(self._put_together(data))
        if self._caseless:
            found.update(self._anywhere(data, data.lower(), self._caseless))
        if self._within.some or self._ahead.some:
            runs = long_runs(data)
            while batch := list(islice(runs, _BATCH)):
                found.update(self._in_runs(data, batch))
        return found

    def _anywhere(self, data: bytes, text: bytes, literals: dict[bytes, list[int]]) -> Places:
        absent: list[bytes] = []
        rare = {mark: few for mark in _MARKS if (few := _few(text, mark)) is not None}
        for literal, indexes in literals.items():
            if any(part in literal for part in absent):
                continue
            mark = next((mark for mark in rare if mark in literal), b"")
            at = -1
            for at in _beside(text, literal, mark, rare[mark]) if mark else occurrences(text, literal):
                yield from self._those(indexes, data, at)
            if at < 0:
                absent.append(literal)

    def _put_together(self, data: bytes) -> Places:
        """``"abc" + "def"``, in one of the ways to write it."""
        for match in _JOIN.finditer(data):
            for offset, index in self._joins:
                at = match.start() - offset
                before = at - self._looks[index].before
                if before >= 0 and self._expressions[index].match(data, before):
                    yield index, at

    def _in_runs(self, data: bytes, runs: list[tuple[int, int]]) -> Places:
        different: defaultdict[bytes, list[int]] = defaultdict(list)
        for start, end in runs:
            different[data[start:end]].append(start)
        texts = list(different)
        for index, run, offset in self._within.among(texts):
            for start in different[texts[run]]:
                yield from self._those((index,), data, start + offset)
        numbers = [(start, start + len(run)) for run in texts if _DIGIT.search(run) for start in different[run]]
        regions = list(_with_what_is_before(sorted(numbers)))
        for index, region, offset in self._ahead.among([data[start:end].lower() for start, end in regions]):
            yield from self._those((index,), data, regions[region][0] + offset)

    def _those(self, indexes: Sequence[int], data: bytes, at: int) -> Places:
        """The looks that what stands at a place is right for: the same that hyperscan asks for."""
        for index in indexes:
            look, expression = self._looks[index], self._expressions[index]
            if look.before:
                matches = self._after[index].match(data, at + len(look.literal))
            else:
                matches = expression.match(data, at)
            if matches and (not look.ahead or numbered(data, at)):
                yield index, at


class _Literals:
    """Many literals, few of which stand in any text.

    Args:
        literals: with what stands for each.
        fewest: characters of those that are not searched for one by one; from four on.
    """

    def __init__(self, literals: Iterable[tuple[bytes, int]], fewest: int = _GRAM) -> None:
        self._indexes = _together(literals)
        self._short = [literal for literal in self._indexes if len(literal) < fewest]
        self._step = 1 if fewest == _GRAM else 2
        """Numbers of four characters are looked at that begin at every place, or at every second one."""
        self._ends = {one: _first_and_last(one, self._step) for one in self._indexes if len(one) >= fewest}
        self._starts: defaultdict[int, list[bytes]] = defaultdict(list)
        for literal, ends in self._ends.items():
            for first, _ in ends:
                self._starts[first].append(literal)
        self._known = frozenset(number for ends in self._ends.values() for pair in ends for number in pair)
        self.some = bool(self._indexes)

    def among(self, texts: Sequence[bytes]) -> Iterator[tuple[int, int, int]]:
        """Each place of each literal: what stands for the literal, which text, and where in it."""
        joined = b" ".join(texts)
        begins = [0, *accumulate(len(text) + 1 for text in texts)]
        for literal in [*self._short, *self._present(joined)]:
            for at in occurrences(joined, literal):
                text = bisect_right(begins, at) - 1
                if at + len(literal) < begins[text + 1]:
                    for index in self._indexes[literal]:
                        yield index, text, at - begins[text]

    def _present(self, text: bytes) -> set[bytes]:
        """Those whose first and last four characters stand in a text. Four are a number, and sets of those are fast."""
        met: set[int] = set()
        for shift in range(0, _GRAM, self._step):
            whole = (len(text) - shift) // _GRAM * _GRAM
            if whole > 0:
                met |= self._known.intersection(memoryview(text)[shift : shift + whole].cast("I"))
        started = {literal for first in met & self._starts.keys() for literal in self._starts[first]}
        return {one for one in started if any(first in met and last in met for first, last in self._ends[one])}


def occurrences(data: bytes, literal: bytes) -> Iterator[int]:
    """Where a literal stands."""
    at = data.find(literal)
    while at >= 0:
        yield at
        at = data.find(literal, at + 1)


def _few(text: bytes, mark: bytes) -> list[int] | None:
    """The places of a character, unless it is a frequent one."""
    return list(occurrences(text, mark)) if text.count(mark) <= len(text) // _RARE + 1 else None


def _beside(text: bytes, literal: bytes, mark: bytes, places: Iterable[int]) -> Iterator[int]:
    """Where a literal stands, by the places of a character that it holds."""
    offset = literal.index(mark)
    return (at - offset for at in places if at >= offset and text.startswith(literal, at - offset))


def _is_join(look: Look) -> bool:
    return look.before > 0 and not look.caseless and _JOIN.search(look.literal) is not None


def _first_and_last(literal: bytes, step: int) -> tuple[tuple[int, int], ...]:
    """The numbers of its first and its last characters, as far as they are looked at, wherever it stands."""
    last = len(literal) - _GRAM
    places = ((start, last - (last - start) % step) for start in range(step))
    return tuple((_number(literal[a : a + _GRAM]), _number(literal[b : b + _GRAM])) for a, b in places)


def _number(gram: bytes) -> int:
    return int.from_bytes(gram, sys.byteorder)


def _together(literals: Iterable[tuple[bytes, int]]) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = {}
    for literal, index in literals:
        found.setdefault(literal, []).append(index)
    return found


def _with_what_is_before(runs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs with the bytes before them that may lead to them, none overlapping another."""
    first, last = 0, 0
    for start, end in runs:
        if start - FAR > last:
            if last:
                yield first, last
            first = start - FAR
        last = end
    if last:
        yield first, last
