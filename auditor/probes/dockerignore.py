"""What a ``.dockerignore`` leaves out of a build context, by the rules of Docker's own matcher.

Source: the ``.dockerignore`` section of the Dockerfile manual, and the behaviour of moby/patternmatcher under BuildKit:
a pattern is cleaned as a path, is anchored at the root of the context, covers all that lies below what it matches,
``**`` is any number of folders, ``!`` takes back, and the last pattern that matches decides.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

LONGEST_PATTERN = 500
MOST_PATTERNS = 2000
MOST_STEPS = 1_000_000
"""Of matching, over the life of one file: a few seconds."""


class Unusable(ValueError):
    """Docker refuses a file with such a line, or the audit will not spend so long on it."""


class _Kind(Enum):
    ONE = auto()
    """One character that a test accepts."""
    MANY = auto()
    """Any number of characters that a test accepts."""
    FOLDERS = auto()
    """Nothing, or anything up to and with a slash."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    accepts: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line that counts."""

    line: int
    """Counted from 1."""
    text: str
    takes_back: bool
    literal: str
    """What it equals, when it has nothing special in it; else empty."""
    anywhere: bool
    """Whether the literal counts below any folder: ``**/.env``."""
    tokens: tuple[_Token, ...]


class Ignore:
    """The patterns of one file."""

    def __init__(self, text: str) -> None:
        """Read the file.

        Raises:
            Unusable: a pattern is malformed, or there are too many.
        """
        self.patterns = tuple(_patterns(text))
        self._steps = 0

    def decides(self, path: str) -> Pattern | None:
        """The pattern that decides about a file; None when none matches.

        Each folder above is asked about first, as in a walk of the context. A pattern that could not change the answer
        for a folder is not asked there, and so does not hold for what is below.

        Args:
            path: relative to the context, with slashes.

        Raises:
            Unusable: the patterns take too long.
        """
        parts = path.strip("/").split("/")
        above = [False] * len(self.patterns)
        found: Pattern | None = None
        for size in range(1, len(parts) + 1):
            place, found, here = "/".join(parts[:size]), None, [False] * len(self.patterns)
            left_out = False
            for index, pattern in enumerate(self.patterns):
                asked = pattern.takes_back == left_out
                here[index] = above[index] or (asked and self._matches(pattern, place))
                if here[index]:
                    left_out, found = not pattern.takes_back, pattern
            above = here
        return found

    def excludes(self, path: str) -> bool:
        """Whether a file is left out."""
        decides = self.decides(path)
        return decides is not None and not decides.takes_back

    def _matches(self, pattern: Pattern, place: str) -> bool:
        if pattern.literal:
            return pattern.literal == place or (pattern.anywhere and place.endswith(f"/{pattern.literal}"))
        tokens = pattern.tokens
        # (token, whether inside the folders of a FOLDERS token); all ways at once, so no pattern is slow
        states = _closed({(0, False)}, tokens)
        for char in place:
            self._steps += len(states) + 1
            if self._steps > MOST_STEPS:
                raise Unusable("its patterns take too long to match")
            states = _closed(set(_next(states, tokens, char)), tokens)
        return (len(tokens), False) in states


def _next(states: set[tuple[int, bool]], tokens: tuple[_Token, ...], char: str) -> Iterator[tuple[int, bool]]:
    for at, _ in states:
        if at == len(tokens) or not tokens[at].accepts(char):
            continue
        if tokens[at].kind is _Kind.ONE:
            yield at + 1, False
        elif tokens[at].kind is _Kind.MANY:
            yield at, False
        else:
            yield at, True
            if char == "/":
                yield at + 1, False


def _closed(states: set[tuple[int, bool]], tokens: tuple[_Token, ...]) -> set[tuple[int, bool]]:
    """The states, and those that they reach without a character."""
    left = list(states)
    while left:
        at, inside = left.pop()
        skips = at < len(tokens) and tokens[at].kind is not _Kind.ONE and not inside
        if skips and (at + 1, False) not in states:
            states.add((at + 1, False))
            left.append((at + 1, False))
    return states


def _patterns(text: str) -> Iterator[Pattern]:
    lines = text.removeprefix("\ufeff").split("\n")
    if len(lines) > MOST_PATTERNS:
        raise Unusable(f"it has more than {MOST_PATTERNS} lines")
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or not (pattern := line.strip()):
            continue
        takes_back = pattern.startswith("!")
        wanted = pattern[1:].strip() if takes_back else pattern
        if not wanted:
            raise Unusable(f"line {number} is `!` and nothing else")
        if len(wanted) > LONGEST_PATTERN:
            raise Unusable(f"line {number} is longer than {LONGEST_PATTERN} characters")
        cleaned = posixpath.normpath(wanted)
        # POSIX keeps two slashes at the start, Go does not
        cleaned = cleaned.lstrip("/") or "/"
        name = cleaned.removeprefix("**/")
        literal = name if not any(char in name for char in "*?[\\") else ""
        tokens = () if literal else tuple(_tokens(cleaned, number))
        yield Pattern(number, pattern, takes_back, literal, name != cleaned, tokens)


def _tokens(pattern: str, number: int) -> Iterator[_Token]:
    rest = pattern.removeprefix("**")
    if rest != pattern and not rest.startswith("/") and not any(char in rest for char in "*?[]\\"):
        # `**name` is every path that ends so, in the middle of a name too
        yield _Token(_Kind.MANY, _anything)
        yield from (_Token(_Kind.ONE, char.__eq__) for char in rest)
        return
    at, folders = 0, False
    while at < len(pattern):
        was_folders, folders = folders, False
        if pattern.startswith("**", at):
            at += 2 + pattern.startswith("/", at + 2)
            folders = at < len(pattern)
            if not (folders and was_folders):
                yield _Token(_Kind.FOLDERS if folders else _Kind.MANY, _anything)
            continue
        char = pattern[at]
        at += 1
        if char == "*":
            yield _Token(_Kind.MANY, _no_slash)
        elif char == "?":
            yield _Token(_Kind.ONE, _no_slash)
        elif char == "[":
            at, accepts = _class(pattern, at, number)
            yield _Token(_Kind.ONE, accepts)
        else:
            if char == "\\":
                if at == len(pattern):
                    raise Unusable(f"line {number} ends with a backslash")
                char, at = pattern[at], at + 1
            yield _Token(_Kind.ONE, char.__eq__)


def _anything(_: str) -> bool:
    return True


def _no_slash(char: str) -> bool:
    return char != "/"


def _class(pattern: str, at: int, number: int) -> tuple[int, Callable[[str], bool]]:
    """A character class, from behind its ``[``, by the rules of Go's filepath.Match: where it ends, and its test."""
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    while at < len(pattern) and (pattern[at] != "]" or not ranges):
        low, at = _member(pattern, at, number)
        high = low
        if pattern.startswith("-", at):
            high, at = _member(pattern, at + 1, number)
        if low > high:
            raise Unusable(f"line {number} has a range that ends before it starts")
        ranges.append((low, high))
    if at >= len(pattern):
        raise Unusable(f"line {number} has a [ without its ]")
    return at + 1, lambda char: any(low <= char <= high for low, high in ranges) != negated


def _member(pattern: str, at: int, number: int) -> tuple[str, int]:
    escaped = pattern.startswith("\\", at)
    at += escaped
    if at >= len(pattern) or (pattern[at] in "-]" and not escaped):
        raise Unusable(f"line {number} has a character class that is malformed")
    return pattern[at], at + 1
