"""Searches one text and the texts inside it, piece by piece, within bounds: what they leave unsearched is told."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from auditor.probes.secrets.engine import Finder
from auditor.probes.secrets.found import Detector, Found
from auditor.probes.secrets.inner import Inner, Wrapping

DEEPEST = 4
"""Texts in texts: base64 in an escaped string in a source map is the third."""
PIECE = 300_000
"""Bytes that the finder gets at once: what it holds of them is bounded, and the clock is looked at in between."""
_SELDOM = 64
_BEHIND = 512
_AHEAD = 1_024
"""Bytes of the neighbours that a piece shows, so that what lies across its ends is met: no look needs more."""

Origin = Callable[[int], int]

_KEPT = 1_000_000
"""Bytes of all decoded texts that are kept until their turn. The way back from one may take twenty times as much."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one scan may cost. Where it ends earlier, that is told as a gap."""

    seconds: float = 20.0
    """For one text, and what is in it."""
    inner_times: int = 4
    """So many times its own size may be decoded out of a text, and ``inner_bytes``."""
    inner_bytes: int = 1_000_000
    found: int = 20_000
    """Values in one text, those that overlap counted each."""
    found_bytes: int = 20_000_000
    """Of the different ones of these values."""
    signatures: int = 2_000
    """Different tokens of one text that are verified with secrets that everybody knows."""
    told: int = 50_000
    """Sightings in all texts that one scanner is given."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Detectors and wrappings, and what leads to them."""

    takers: tuple[Detector | Wrapping, ...]
    """One for each look of the finder."""
    finder: Finder
    longest: int = 0
    """Bytes of the longest literal."""


class Late(Exception):
    """A bound is reached: its text says which, as the reason of a gap."""


@dataclass(slots=True)
class Clock:
    """When a search has to end.

    Args:
        seconds: of computing for this one text, in the thread that makes the clock: how busy the machine is besides
            must not decide whether a text can be searched.
        until: of ``time.monotonic``, for all texts; None when there is no such moment.
    """

    seconds: float
    until: float | None
    _ends: float = 0.0
    _asked: int = 0

    def __post_init__(self) -> None:
        self._ends = time.thread_time() + self.seconds

    def check(self) -> None:
        """Go on.

        Raises:
            Late: it is time to stop.
        """
        self._asked += 1
        if self._asked % _SELDOM == 1:  # what happens in between takes milliseconds at most
            self.look()

    def look(self) -> None:
        """Go on, by the time that it is now.

        Raises:
            Late: it is time to stop.
        """
        if self.until is not None and time.monotonic() > self.until:
            raise Late("the time for the search was up: what is in it was not searched to its end")
        if time.thread_time() > self._ends:
            raise Late(f"it takes longer than {self.seconds:g} s to search: what is in it was not searched to its end")


@dataclass(slots=True)
class _Text:
    data: bytes = field(repr=False)
    depth: int
    origin: Origin | None = None
    """From a place in it to one in the outermost text."""
    written: str = ""


@dataclass(slots=True)
class Search:
    """One search of one text.

    Args:
        engines: what is looked for.
        limits: what it may cost.
        clock: when it has to end.
    """

    engines: Sequence[Engine]
    limits: Limits
    clock: Clock
    found: dict[Found, None] = field(default_factory=dict)
    """In the order in which they were met, each once, at their places in the outermost text."""
    reasons: dict[str, None] = field(default_factory=dict)
    """Why something was left, as gaps say it."""
    _values: dict[bytes, bytes] = field(default_factory=dict)
    _size: int = 0
    _waiting: list[tuple[int, int, _Text, Wrapping, int]] = field(default_factory=list)
    _number: int = 0
    _kept: dict[int, Inner] = field(default_factory=dict)
    _kept_bytes: int = 0

    def run(self, data: bytes) -> None:
        """Search a text, and then the texts in it: the smallest first, so that no decoy keeps a small one out."""
        left = self.limits.inner_times * len(data) + self.limits.inner_bytes
        try:
            self._text(_Text(data, DEEPEST))
            while self._waiting:
                size, number, outer, wrapping, at = heapq.heappop(self._waiting)
                left -= size
                if left < 0:
                    raise Late("it holds more encoded text than is decoded: the rest of that was not searched")
                if inner := self._kept.pop(number, None) or wrapping.unwrap(outer.data, at):
                    self._text(_inside(outer, inner))
        except Late as late:
            self.reasons[str(late)] = None

    def _text(self, text: _Text) -> None:
        for engine in self.engines:
            covered = _Covered()
            for index, at in self._places(engine, text.data):
                self.clock.check()
                taker = engine.takers[index]
                if isinstance(taker, Detector):
                    for one in taker.confirm(text.data, at):
                        self._add(one, text)
                elif (
                    covered.wants(taker, at)
                    and (inner := taker.unwrap(text.data, at))
                    and covered.add(taker, at, inner)
                ):
                    self._wait(text, taker, at, inner)

    def _places(self, engine: Engine, data: bytes) -> Iterator[tuple[int, int]]:
        """Everywhere that a look leads to, by place."""
        ahead = _AHEAD + engine.longest
        for start in range(0, len(data), PIECE):
            self.clock.look()
            first = max(0, start - _BEHIND)
            places = engine.finder.places(data, first, start + PIECE + ahead)
            # as single numbers, because of a hostile piece there are a hundred thousand
            here = sorted(at << 16 | index for index, at in places if start <= at < start + PIECE)
            del places
            for one in here:
                yield one & 0xFFFF, one >> 16

    def _wait(self, text: _Text, taker: Wrapping, at: int, inner: Inner) -> None:
        """What is too much to be kept is decoded again when it is its turn."""
        if not text.depth:
            self.reasons[f"it holds texts in texts, more than {DEEPEST} deep: the innermost were not searched"] = None
            return
        self._number += 1
        heapq.heappush(self._waiting, (len(inner.data), self._number, text, taker, at))
        if self._kept_bytes + inner.end - inner.start <= _KEPT:
            self._kept[self._number] = inner
            self._kept_bytes += inner.end - inner.start

    def _add(self, one: Found, text: _Text) -> None:
        value = self._values.get(one.value)
        if value is None:
            self._values[one.value] = value = one.value
            self._size += len(value)
        if text.origin:
            start, end = text.origin(one.start), text.origin(one.end)
            one = replace(one, start=start, end=max(start + 1, end), written=text.written)
        self.found[replace(one, value=value)] = None
        if len(self.found) > self.limits.found or self._size > self.limits.found_bytes:
            raise Late(f"it holds more than {self.limits.found} values that look like secrets: the rest is not told")


class _Covered:
    """Parts of a text that were decoded already: a run of base64 is met at many places, and decoded once a phase."""

    def __init__(self) -> None:
        self._ends: dict[tuple[int, int], int] = {}
        self._spans: dict[tuple[str, int], tuple[int, int]] = {}

    def wants(self, taker: Wrapping, at: int) -> bool:
        """Whether a place is in nothing that the same wrapping undid."""
        return at >= self._ends.get((id(taker), at % taker.phases), 0)

    def add(self, taker: Wrapping, at: int, inner: Inner) -> bool:
        """Note what was undone; False when another wrapping undid the same."""
        key = (id(taker), at % taker.phases)
        self._ends[key] = max(self._ends.get(key, 0), inner.covers)
        way = (inner.written, inner.start % taker.phases)
        start, end = self._spans.get(way, (0, 0))
        if start <= inner.start and inner.end <= end:
            return False
        self._spans[way] = (inner.start, inner.end)
        return True


def _inside(outer: _Text, inner: Inner) -> _Text:
    far, near = outer.origin, inner.origin
    origin: Origin = (lambda at: far(near(at))) if far else near
    return _Text(inner.data, outer.depth - 1, origin, outer.written or inner.written)
