"""Recognises secrets in bytes: one pass for where to look, then detectors, then texts inside the text."""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from threading import Lock

from auditor.facts.sightings import Nature, Sighting
from auditor.model import Gap, Severity
from auditor.probes.secrets import cloud, jwt, names, pem, tokens, urls, weak
from auditor.probes.secrets import known as exact_values
from auditor.probes.secrets.engine import finder
from auditor.probes.secrets.found import Detector, Found
from auditor.probes.secrets.inner import Wrapping, wrappings
from auditor.probes.secrets.positions import lines_and_columns
from auditor.probes.secrets.rules import Rule
from auditor.probes.secrets.rules import rules as table
from auditor.probes.secrets.search import Clock, Engine, Late, Limits, Search
from auditor.redact import MET, Secret

_MOST_GAPS = 1_000
_HINT = "look at what it is, and take it out of what is searched, or make it smaller"
_DEFAULT_KEYS = tuple(start.encode() for start in weak.DEFAULT_KEY_STARTS)
_STRUCTURAL = frozenset({b"eyJ", b"AIza", b"AKIA", b"ASIA"})
"""Literals of rows that a detector of its own knows more about."""


class Scanner:
    """Searches texts for secrets. May be used by several threads.

    Args:
        known: values that must not be there, whatever their shape.
        rules: rows of the table.
        plain: search with the standard library, though hyperscan is there.
        limits: what a text may cost.
        until: of ``time.monotonic``, after which nothing more is searched; None when there is no such moment.
    """

    def __init__(
        self,
        known: Iterable[Secret] = (),
        rules: tuple[Rule, ...] | None = None,
        *,
        plain: bool = False,
        limits: Limits | None = None,
        until: float | None = None,
    ) -> None:
        self._engines = [_engine(None if rules is None else tuple(rules), plain)]
        if (exact := exact_values.detector(known)) is not None:
            self._engines.append(_made((exact,), plain=plain))
        self._limits = limits or Limits()
        self._until = until
        self._salt = os.urandom(16)
        self._numbers: dict[bytes, int] = {}
        self._verdicts: dict[bytes, bool] = {}
        self._told = 0
        self._lock = Lock()
        self.gaps: list[Gap] = []
        """What was left unsearched, by the places that ``scan`` was given: whoever takes its sightings takes these."""

    def __repr__(self) -> str:
        return "Scanner()"

    def scan(self, data: bytes, place: str) -> list[Sighting]:
        """What is in a text, in its order. What a bound left out of it is in ``gaps``.

        Takes time in proportion to the text, whatever it holds, and no longer than the limits say.

        Args:
            data: all of it.
            place: the URL that served it, or its path.
        """
        search = Search(self._engines, self._limits, Clock(self._limits.seconds, self._until))
        search.run(data)
        found = self._room(self._judged(_without_overlaps(search.found), search), search)
        self._note(place, search.reasons)
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
        search = Search(self._engines, self._limits, Clock(self._limits.seconds, self._until))
        search.run(data)
        return _without_overlaps(search.found)

    def _judged(self, found: list[Found], search: Search) -> list[Found]:
        """What everybody has, or can make, is told as such."""
        verdicts = self._tried(found, search)
        judged: list[Found] = []
        for one in found:
            verdict = verdicts.get(one.value)
            if one.rule == "jwt" and one.value in verdicts:
                untried = "it stands among too many others to be tried with the secrets that everybody knows"
                one = one if verdict is False else jwt.as_forgeable(one) if verdict else jwt.as_untried(one, untried)
            elif one.value.startswith(_DEFAULT_KEYS):
                one = replace(one, why="the default key of every installation of the Supabase CLI")
            judged.append(one)
            if one.exact and verdict:
                judged.append(jwt.as_forgeable(one))
        return judged

    def _tried(self, found: list[Found], search: Search) -> dict[bytes, bool | None]:
        """Whether everybody can sign each token; None for those that there was no time for."""
        verdicts: dict[bytes, bool | None] = {}
        tokens = dict.fromkeys(one.value for one in found if one.algorithm in jwt.HASHED or one.exact)
        for number, token in enumerate(tokens):
            try:
                search.clock.check()
            except Late as late:
                search.reasons[str(late)] = None
                number = self._limits.signatures
            if (key := self._digest(token)) in self._verdicts:
                verdicts[token] = self._verdicts[key]
            elif number < self._limits.signatures and len(self._verdicts) < self._limits.told:
                verdicts[token] = self._verdicts[key] = jwt.verifies(token)
            else:
                verdicts[token] = None
        return verdicts

    def _room(self, found: list[Found], search: Search) -> list[Found]:
        """As much of it as there is room for."""
        with self._lock:
            room = self._limits.told - self._told
            self._told += min(room, len(found))
        if len(found) <= room:
            return found
        search.reasons[f"more than {self._limits.told} values that look like secrets: the rest is not told"] = None
        return sorted(sorted(found, key=_weight)[:room], key=lambda one: one.start)

    def _note(self, place: str, reasons: Iterable[str]) -> None:
        with self._lock:
            for reason in reasons:
                if len(self.gaps) < _MOST_GAPS:
                    self.gaps.append(Gap(place, reason, _HINT))

    def _sighting(self, one: Found, place: str, line: int, column: int) -> Sighting:
        return Sighting(
            place, line, column, one.rule, one.kind, len(one.value.decode("utf-8", "replace")), one.severity,
            one.nature, one.prefix, one.written, one.name, one.exact, one.why, one.rotate, self._number(one.value),
            one.algorithm,
        )  # fmt: skip

    def _number(self, value: bytes) -> int:
        digest = self._digest(value)
        with self._lock:
            return self._numbers.setdefault(digest, len(self._numbers) + 1)

    def _digest(self, value: bytes) -> bytes:
        return hashlib.blake2b(value, key=self._salt).digest()


def _weight(one: Found) -> tuple[int, int]:
    """What matters most comes first."""
    return _NATURES.index(one.nature), _SEVERITIES.index(one.severity)


_NATURES = (Nature.SECRET, Nature.UNCLEAR, Nature.PUBLIC)
_SEVERITIES = tuple(Severity)


def _engine(rules: tuple[Rule, ...] | None, plain: bool) -> Engine:
    """Compiled once in a process, however many threads want it. None is the table: to compare its rows takes long."""
    with _COMPILING:
        return _compiled(rules, plain)


_COMPILING = Lock()


@cache
def _compiled(rows: tuple[Rule, ...] | None, plain: bool) -> Engine:
    rules = table() if rows is None else rows
    detectors = [jwt.detector(), pem.detector(), urls.detector(), *cloud.detectors(), names.detector()]
    detectors += [tokens.detector(rule) for rule in rules if not _is_structural(rule)]
    return _made((*detectors, *wrappings(rules)), plain=plain)


def _is_structural(rule: Rule) -> bool:
    """Whether a detector of its own sees to what the row describes."""
    return all(literal in _STRUCTURAL or literal.startswith(b"-----BEGIN") for literal in rule.literals)


def _made(takers: tuple[Detector | Wrapping, ...], *, plain: bool) -> Engine:
    looks = [(look, taker) for taker in takers for look in taker.looks]
    return Engine(
        tuple(taker for _, taker in looks),
        finder([look for look, _ in looks], plain=plain),
        max((len(look.literal) for look, _ in looks), default=0),
    )


def _without_overlaps(found: Iterable[Found]) -> list[Found]:
    """Of what overlaps, what is known best; in the order of the text."""
    best = sorted(found, key=lambda one: (-one.rank, *_weight(one), one.start, -len(one.value), one.rule))
    kept: list[Found] = []
    for one in best:
        at = bisect_left(kept, one.start, key=lambda other: other.start)
        before, after = kept[at - 1 : at] if at else [], kept[at : at + 1]
        if all(other.end <= one.start for other in before) and all(one.end <= other.start for other in after):
            kept.insert(at, one)
    return kept
