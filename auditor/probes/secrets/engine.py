"""Finds where to look, in one hyperscan pass over the bytes as they are.

Only places come from here: what stands there, the detectors decide. The pass holds no lock of the interpreter.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from re._parser import parse  # type: ignore[import-not-found]
from typing import TYPE_CHECKING, Protocol

from auditor.probes.secrets.found import Look, escaped, in_long_run, numbered
from auditor.probes.secrets.plain import PlainFinder, occurrences

if TYPE_CHECKING:
    import hyperscan

Places = list[tuple[int, int]]
"""Index of the look, and where its literal begins; sorted, each once."""

_BACK = 400
_RARE = 6
_LOW = (1 << 32) - 1


class Finder(Protocol):
    """Either engine."""

    def places(self, data: bytes, first: int = 0, last: int | None = None) -> Places:
        """Everywhere in a part of the data that one of the looks may lead to something.

        Args:
            data: all of it.
            first: where the part begins.
            last: where it ends; None for the end of all.
        """
        ...


def finder(looks: Sequence[Look], *, plain: bool = False) -> Finder:
    """The fastest engine that there is.

    Args:
        looks: what to find.
        plain: take the one of the standard library all the same.
    """
    if plain or not looks or not find_spec("hyperscan"):
        return PlainFinder([_alone(look) for look in looks])
    return HyperscanFinder(looks)


class HyperscanFinder:
    """Compiles the looks once, and then reads at hundreds of megabytes a second."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self._looks = tuple(map(_alone, looks))
        self._widths = [look.width for look in self._looks]
        self._reach = {index: _reach(look) for index, look in enumerate(self._looks) if not look.width}
        self._own = threading.local()
        self._database = _compiled(self._looks)

    def places(self, data: bytes, first: int = 0, last: int | None = None) -> Places:
        """Everywhere in a part of the data that one of the looks may lead to something."""
        ends: list[int] = []  # with the index of the look, as single numbers: there may be a hundred thousand

        def met(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            ends.append(index << 32 | end)

        part = memoryview(data)[first:last]  # no copy: the stubs know of bytes alone, hyperscan of every buffer
        self._database.scan(part, met, scratch=self._scratch())  # type: ignore[type-var]
        widths = self._widths
        places = [one + first - width for one in ends if (width := widths[one >> 32])]
        places += {
            one >> 32 << 32 | at
            for one in ends
            if not widths[one >> 32]
            for at in self._starts(data, one >> 32, first, first + (one & _LOW))
        }
        told = [(one >> 32, one & _LOW) for one in sorted(places)]
        return [(index, at) for index, at in told if self._is_near_a_run(self._looks[index], data, at)]

    @staticmethod
    def _is_near_a_run(look: Look, data: bytes, at: int) -> bool:
        """Whether it is where the search without hyperscan looks: an escape may cut a token's run short."""
        if look.within and not look.caseless:
            return in_long_run(data, at, len(look.literal))
        return not look.ahead or numbered(data, at)

    def _scratch(self) -> hyperscan.Scratch:
        """Threads may share the database, and not this."""
        import hyperscan

        if not hasattr(self._own, "scratch"):
            self._own.scratch = hyperscan.Scratch(self._database)
        found: hyperscan.Scratch = self._own.scratch
        return found

    def _starts(self, data: bytes, index: int, first: int, end: int) -> Iterator[int]:
        """Where the literal stands in a match that ends there, of a length that is not known: anywhere in it.

        Where a name leads to a value, the last one does: an earlier one is part of the same name.
        """
        look = self._looks[index]
        most, least = self._reach[index]
        start = max(first, end - most)
        before = data[start : end - least + len(look.literal)]
        before = before.lower() if look.caseless else before
        if look.behind:
            if (at := before.rfind(look.literal)) >= 0:
                yield start + at
            return
        for at in occurrences(before, look.literal):
            yield start + at


def _reach(look: Look) -> tuple[int, int]:
    """How far before the end of a match its literal begins: at most, and at least."""
    if look.behind:
        return _BACK, look.behind + len(look.literal)
    least, most = parse((look.wide or look.expression).decode("latin-1")).getwidth()
    return min(most, _BACK), max(least - look.before, len(look.literal))


def _alone(look: Look) -> Look:
    """The literal alone, where it is long enough to be rare: that compiles twice as fast, and runs no slower.

    Whatever escape stands behind it, the detector sees to that.
    """
    if look.wide or look.before or len(look.literal) < _RARE:
        return look
    return replace(look, expression=escaped(look.literal), width=len(look.literal))


def _compiled(looks: Sequence[Look]) -> hyperscan.Database:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[look.wide or look.expression for look in looks],
        ids=list(range(len(looks))),
        elements=len(looks),
        flags=[hyperscan.HS_FLAG_CASELESS if look.caseless else 0 for look in looks],
    )
    return database
