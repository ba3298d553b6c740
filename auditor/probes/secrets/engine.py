"""Finds where to look, in one hyperscan pass over the bytes as they are.

Only places come from here: what stands there, the detectors decide. The pass holds no lock of the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from auditor.probes.secrets.found import Look
from auditor.probes.secrets.plain import PlainFinder, occurrences

if TYPE_CHECKING:
    import hyperscan

Places = list[tuple[int, int]]
"""Index of the look, and where its literal begins; sorted, each once."""

_BACK = 400


class Finder(Protocol):
    """Either engine."""

    def places(self, data: bytes) -> Places:
        """Everywhere that one of the looks may lead to something."""
        ...


def finder(looks: Sequence[Look], *, plain: bool = False) -> Finder:
    """The fastest engine that there is.

    Args:
        looks: what to find.
        plain: take the one of the standard library all the same.
    """
    if plain or not looks or not find_spec("hyperscan"):
        return PlainFinder(looks)
    return HyperscanFinder(looks)


class HyperscanFinder:
    """Compiles the looks once, and then reads at hundreds of megabytes a second.

    What knows capitals and what does not are compiled apart: together they take five times as long to compile, and
    as long to run as one after the other.
    """

    def __init__(self, looks: Sequence[Look]) -> None:
        self._looks = tuple(looks)
        self._databases = [
            _compiled({i: look for i, look in enumerate(looks) if look.caseless is caseless})
            for caseless in (False, True)
            if any(look.caseless is caseless for look in looks)
        ]

    def places(self, data: bytes) -> Places:
        """Everywhere that one of the looks may lead to something."""
        import hyperscan

        ends: list[tuple[int, int]] = []

        def met(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            ends.append((index, end))

        for database in self._databases:
            # a scratch of its own: threads may share the database, and not this
            database.scan(data, met, scratch=hyperscan.Scratch(database))
        return sorted({(index, at) for index, end in ends for at in self._starts(data, index, end)})

    def _starts(self, data: bytes, index: int, end: int) -> Iterator[int]:
        """Where the literal stands in a match that ends there: known, or anywhere in it."""
        look = self._looks[index]
        if look.width:
            yield end - look.width
            return
        start = max(0, end - _BACK)
        before = data[start:end]
        for at in occurrences(before.lower() if look.caseless else before, look.literal):
            yield start + at


def _compiled(looks: dict[int, Look]) -> hyperscan.Database:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[look.wide or look.expression for look in looks.values()],
        ids=list(looks),
        elements=len(looks),
        flags=[hyperscan.HS_FLAG_CASELESS if look.caseless else 0 for look in looks.values()],
    )
    return database
