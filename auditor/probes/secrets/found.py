"""What a detector looks for, and what it found. Values live here, inside one scan, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from auditor.facts.sightings import Nature
from auditor.model import Severity

RUN = 16
"""Characters of the shortest run that finders without hyperscan look at."""
FAR = 384
"""Bytes from a literal to such a run, at most."""
TOKEN = rb"A-Za-z0-9_+/%\\-"
"""Characters of tokens, and the first ones of escapes, as base64 in a URL or in JSON may hold."""
_LONG = re.compile(rb"[%b]{%d,}" % (TOKEN, RUN))
_CLASSES = bytes(97 if re.fullmatch(rb"[%b]" % TOKEN, bytes([c])) else 32 for c in range(256))
_DIGIT = re.compile(rb"[0-9]")


@dataclass(frozen=True, slots=True)
class Look:
    """A place worth a detector's while."""

    literal: bytes
    """Stands at the place. In small letters when ``caseless``."""
    expression: bytes
    """For hyperscan: the literal and some of what must follow it. Never stricter than the detector is."""
    width: int = 0
    """Of every match of the expression, in bytes; 0 when they differ."""
    caseless: bool = False
    wide: bytes = b""
    """For hyperscan instead of the expression, when that compiles fast: matches more."""
    before: int = 0
    """Bytes before the literal, at most, where a match of the expression begins."""
    after: bytes = b""
    """What must follow the literal, where the expression also says what stands before it; empty: whatever."""
    behind: int = 0
    """Bytes at the end of every match that are the beginning of a value, where a name leads to one; else 0."""
    within: int = 0
    """The literal is part of a run of token characters of this length, at least; 0 when it need not be."""
    ahead: bool = False
    """Soon after the place a run of token characters begins that holds a digit; see ``numbered``."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value, and what is known about it."""

    start: int
    """In bytes of the text that is searched; ``end`` is the one after it."""
    end: int
    value: bytes = field(repr=False)
    rule: str
    kind: str
    severity: Severity = Severity.CRITICAL
    nature: Nature = Nature.SECRET
    prefix: str = ""
    written: str = ""
    name: str = ""
    why: str = ""
    rotate: str = ""
    rank: int = 1
    """Of two that overlap the higher one stays: 9 very values, 5 structures, 3 shapes, 1 names."""
    exact: bool = False
    algorithm: str = ""
    """Of a token's signature; empty where that is nobody's affair."""


Confirm = Callable[[bytes, int], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Detector:
    """Where to look, and what to make of it. ``confirm`` sees the whole text and one place of a literal in it."""

    looks: tuple[Look, ...]
    confirm: Confirm


def plain_look(literal: bytes) -> Look:
    """A literal and nothing after it."""
    return Look(literal, escaped(literal), len(literal), within=RUN if _LONG.fullmatch(literal) else 0)


def numbered(data: bytes, at: int) -> bool:
    """Whether a run of token characters with a digit in it begins within ``FAR`` bytes of a place.

    Random values of this length hold one: of 24 letters and digits 98 in 100, of 40 all but one in a thousand.
    """
    near = data[at : at + FAR + RUN]
    return any(_DIGIT.search(near, start, end) for start, end in long_runs(near))


def in_long_run(data: bytes, at: int, length: int) -> bool:
    """Whether what stands at a place is part of a long run of token characters.

    Args:
        data: all of it.
        at: where it begins.
        length: its bytes.
    """
    first = max(0, at - RUN)
    classes = data[first : at + length + RUN].translate(_CLASSES)
    begin, end = classes.rfind(b" ", 0, at - first + length) + 1, classes.find(b" ", at - first)
    end = len(classes) if end < 0 else end
    return begin <= at - first and end >= at - first + length and end - begin >= RUN


def long_runs(data: bytes) -> Iterator[tuple[int, int]]:
    """Runs of token characters that are long enough. Ten times as fast as an expression for them."""
    classes, run = data.translate(_CLASSES), b"a" * RUN
    at = classes.find(run)
    while at >= 0:
        end = classes.find(b" ", at)
        end = len(data) if end < 0 else end
        yield at, end
        at = classes.find(run, end)


def escaped(literal: bytes) -> bytes:
    """As an expression, for hyperscan: which knows no escape of what need not be escaped."""
    return b"".join(bytes([c]) if chr(c).isalnum() else b"\\x%02x" % c for c in literal)
