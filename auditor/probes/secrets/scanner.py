"""Recognises secrets in bytes: one pass for where to look, then detectors, then texts inside the text."""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from threading import Lock

from auditor.facts.sightings import Nature, Sighting
from auditor.model import Severity
from auditor.probes.secrets import cloud, jwt, names, pem, tokens, urls, weak
from auditor.probes.secrets import known as exact_values
from auditor.probes.secrets.engine import Finder, finder
from auditor.probes.secrets.found import Detector, Found
from auditor.probes.secrets.inner import Inner, Wrapping, wrappings
from auditor.probes.secrets.positions import lines_and_columns
from auditor.probes.secrets.rules import Rule
from auditor.probes.secrets.rules import rules as table
from auditor.redact import MET, Secret

DEEPEST = 4
"""Texts in texts: base64 in an escaped string in a source map is the third."""
_INNER_BYTES = 4
"""So many times its own size may be decoded out of a text, and a megabyte."""
_MOST_SIGNATURES = 500
"""Different tokens of one text whose signatures are tried."""
_DEFAULT_KEYS = tuple(start.encode() for start in weak.DEFAULT_KEY_STARTS)
_STRUCTURAL = frozenset({b"eyJ", b"AIza", b"AKIA", b"ASIA"})
"""Literals of rows that a detector of its own knows more about."""


@dataclass(frozen=True, slots=True)
class _Engine:
    """Detectors and wrappings, and what leads to them."""

    takers: tuple[Detector | Wrapping, ...]
    """One for each look of the finder."""
    finder: Finder


@dataclass(slots=True)
class _Budget:
    left: int


@dataclass(slots=True)
class _Layer:
    found: list[Found] = field(default_factory=list)
    inner: dict[str, int] = field(default_factory=dict)


class Scanner:
    """Searches texts for secrets. May be used by several threads.

    Args:
        known: values that must not be there, whatever their shape.
        rules: rows of the table.
        plain: search with the standard library, though hyperscan is there.
    """

    def __init__(
        self, known: Iterable[Secret] = (), rules: tuple[Rule, ...] | None = None, *, plain: bool = False
    ) -> None:
        self._engines = [_engine(table() if rules is None else tuple(rules), plain)]
        if (exact := exact_values.detector(known)) is not None:
            self._engines.append(_made((exact,), plain=plain))
        self._salt = os.urandom(16)
        self._numbers: dict[bytes, int] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return "Scanner()"

    def scan(self, data: bytes, place: str) -> list[Sighting]:
        """What is in a text, in its order.

        Takes time in proportion to the text, whatever it holds.

        Args:
            data: all of it.
            place: the URL that served it, or its path.
        """
        found = _told(self.found(data))
        for one in found:
            if one.nature is not Nature.PUBLIC:
                MET.add(one.value.decode("utf-8", "replace"), one.kind)
        positions = lines_and_columns(data, (one.start for one in found))
        return [self._sighting(one, place, line, column) for one, (line, column) in zip(found, positions, strict=True)]

    def found(self, data: bytes) -> list[Found]:
        """The same with the values themselves and where they begin and end: for those who take them out of a text.

        Args:
            data: all of it.
        """
        return _without_overlaps(self._layer(data, DEEPEST, _Budget(_INNER_BYTES * len(data) + 1_000_000)))

    def _layer(self, data: bytes, depth: int, budget: _Budget) -> list[Found]:
        found: list[Found] = []
        covered: dict[tuple[int, int], int] = {}
        for engine in self._engines:
            for index, at in engine.finder.places(data):
                taker = engine.takers[index]
                if isinstance(taker, Detector):
                    found += taker.confirm(data, at)
                elif depth and at >= covered.get((id(taker), at % 4), 0):
                    found += self._inner(taker.unwrap(data, at), (id(taker), at % 4), covered, depth, budget)
        return found

    def _inner(
        self,
        inner: Inner | None,
        key: tuple[int, int],
        covered: dict[tuple[int, int], int],
        depth: int,
        budget: _Budget,
    ) -> Iterator[Found]:
        if inner is None or len(inner.data) > budget.left:
            return
        budget.left -= len(inner.data)
        covered[key] = max(covered.get(key, 0), inner.end)
        for one in self._layer(inner.data, depth - 1, budget):
            start, end = inner.origin(one.start), inner.origin(one.end)
            yield replace(one, start=start, end=max(start + 1, end), written=inner.written)

    def _sighting(self, one: Found, place: str, line: int, column: int) -> Sighting:
        return Sighting(
            place, line, column, one.rule, one.kind, len(one.value.decode("utf-8", "replace")), one.severity,
            one.nature, one.prefix, one.written, one.name, one.exact, one.why, one.rotate, self._number(one.value),
        )  # fmt: skip

    def _number(self, value: bytes) -> int:
        digest = hashlib.blake2b(value, key=self._salt).digest()
        with self._lock:
            return self._numbers.setdefault(digest, len(self._numbers) + 1)


def _told(found: list[Found]) -> list[Found]:
    """What everybody has, or can make, is told as such."""
    tokens = dict.fromkeys(one.value for one in found if one.rule == "jwt")
    forgeable = {token for token in islice(tokens, _MOST_SIGNATURES) if jwt.is_forgeable(token)}
    return [
        jwt.as_forgeable(one)
        if one.value in forgeable
        else replace(one, why="the default key of every installation of the Supabase CLI")
        if one.value.startswith(_DEFAULT_KEYS)
        else one
        for one in found
    ]


@cache
def _engine(rules: tuple[Rule, ...], plain: bool) -> _Engine:
    """Compiled once in a process."""
    detectors = [jwt.detector(), pem.detector(), urls.detector(), *cloud.detectors(), names.detector()]
    detectors += [tokens.detector(rule) for rule in rules if not _is_structural(rule)]
    return _made((*detectors, *wrappings(rules)), plain=plain)


def _is_structural(rule: Rule) -> bool:
    """Whether a detector of its own sees to what the row describes."""
    return all(literal in _STRUCTURAL or literal.startswith(b"-----BEGIN") for literal in rule.literals)


def _made(takers: tuple[Detector | Wrapping, ...], *, plain: bool) -> _Engine:
    looks = [(look, taker) for taker in takers for look in taker.looks]
    return _Engine(tuple(taker for _, taker in looks), finder([look for look, _ in looks], plain=plain))


def _without_overlaps(found: list[Found]) -> list[Found]:
    """Of what overlaps, what is known best; in the order of the text."""
    severity = list(Severity)
    nature = [Nature.SECRET, Nature.UNCLEAR, Nature.PUBLIC]
    best = sorted(
        dict.fromkeys(found),
        key=lambda f: (-f.rank, nature.index(f.nature), severity.index(f.severity), f.start, -len(f.value), f.rule),
    )
    kept: list[Found] = []
    for one in best:
        at = bisect_left(kept, one.start, key=lambda other: other.start)
        before, after = kept[at - 1 : at] if at else [], kept[at : at + 1]
        if all(other.end <= one.start for other in before) and all(one.end <= other.start for other in after):
            kept.insert(at, one)
    return kept
