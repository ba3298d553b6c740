"""Finds where to look with the standard library alone, where there is no wheel of hyperscan.

Searching for each of hundreds of literals in all bytes takes long. Most tokens are long runs of token characters, and
those make up a small part of what a site serves: so first the runs are found, and the literals only in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.probes.secrets.found import RUN, Look

_IS_TOKEN = bytes(97 if chr(c).isascii() and (chr(c).isalnum() or chr(c) in "_+/-") else 32 for c in range(256))
_STRIDE = 2
_SAMPLE = b"a" * (RUN // _STRIDE)
_BEFORE = 32
"""Bytes before a run that may hold the beginning of what leads to it."""


class PlainFinder:
    """The same places as hyperscan finds, or more of them: detectors see to the rest."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self._looks = tuple(looks)
        self._expressions = [re.compile(look.expression, re.IGNORECASE if look.caseless else 0) for look in looks]
        self._everywhere: dict[tuple[bytes, bool], list[int]] = {}
        for index, look in enumerate(looks):
            if not look.run or look.caseless:
                self._everywhere.setdefault((look.literal, look.caseless), []).append(index)
        self._in_runs = [i for i, look in enumerate(looks) if look.run and not look.caseless]

    def places(self, data: bytes) -> list[tuple[int, int]]:
        """Everywhere that one of the looks may lead to something."""
        lower = data.lower() if any(look.caseless for look in self._looks) else data
        found: set[tuple[int, int]] = set()
        for (literal, caseless), indexes in self._everywhere.items():
            for at in occurrences(lower if caseless else data, literal):
                found.update((index, at) for index in indexes if self._is_one(index, data, at))
        if self._in_runs:
            found.update(self._run_places(data))
        return sorted(found)

    def _run_places(self, data: bytes) -> Iterator[tuple[int, int]]:
        regions = list(_regions(data))
        text = b"\0".join([data[start:end] for start, end in regions])
        starts: list[int] = []
        at = 0
        for start, end in regions:
            starts.append(at)
            at += end - start + 1
        for index in self._in_runs:
            region = 0
            for place in occurrences(text, self._looks[index].literal):
                while region + 1 < len(starts) and starts[region + 1] <= place:
                    region += 1
                at = regions[region][0] + place - starts[region]
                if self._is_one(index, data, at):
                    yield index, at

    def _is_one(self, index: int, data: bytes, at: int) -> bool:
        """Whether what must follow the literal does: the same that hyperscan asks for."""
        return self._looks[index].before > 0 or self._expressions[index].match(data, at) is not None


def occurrences(data: bytes, literal: bytes) -> Iterator[int]:
    """Where a literal stands."""
    at = data.find(literal)
    while at >= 0:
        yield at
        at = data.find(literal, at + 1)


def _regions(data: bytes) -> Iterator[tuple[int, int]]:
    """Runs of token characters, with a little before them, none of them overlapping."""
    sample = data[::_STRIDE].translate(_IS_TOKEN)
    first, last = 0, 0
    at = sample.find(_SAMPLE)
    while at >= 0:
        end = sample.find(b" ", at)
        end = len(sample) if end < 0 else end
        start, stop = max(0, at * _STRIDE - _BEFORE), min(len(data), end * _STRIDE + _STRIDE)
        if start > last:
            if last:
                yield first, last
            first = start
        last = stop
        at = sample.find(_SAMPLE, end)
    if last:
        yield first, last
