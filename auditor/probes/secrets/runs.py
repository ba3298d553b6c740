"""Reads in a rule's shape where its matches have a long run of token characters.

Such runs make up a twentieth of what a site serves, so a finder without hyperscan looks for literals in them alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from auditor.probes.secrets.found import FAR, RUN, TOKEN

_ANY = frozenset(range(256))
_TOKEN = frozenset(c for c in _ANY if re.fullmatch(rb"[%b]" % TOKEN, bytes([c])))
_MOST_PATHS = 2000
_FEW = 4
"""So many characters of a class one after the other may be part of a literal."""
_CATEGORIES = {
    name: frozenset(c for c in _ANY if re.fullmatch(class_, bytes([c])))
    for name, class_ in (("CATEGORY_DIGIT", rb"\d"), ("CATEGORY_WORD", rb"\w"), ("CATEGORY_SPACE", rb"\s"))
}
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


@dataclass(frozen=True, slots=True)
class _Part:
    """Some characters of a class, one after the other."""

    characters: frozenset[int]
    least: int
    most: int


_Path = tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """What is certain of every match, for one literal of its shape."""

    within: bool = False
    """The literal is part of a run of ``RUN`` token characters or more."""
    ahead: bool = False
    """From the literal on, within ``FAR`` bytes, such a run begins."""


def runs(literal: bytes, shape: str) -> Runs:
    """Where runs are in matches that hold a literal; nothing when the shape says too little.

    Args:
        literal: as it stands in the shape; in small letters when the shape is caseless.
        shape: of a rule.
    """
    paths = _paths(shape)
    if paths is None:
        return Runs()
    places = [(path, at) for path in paths for at in _places(path, literal)]
    if not places:
        return Runs()
    return Runs(
        within=all(_is_within(path, at, len(literal)) for path, at in places),
        ahead=all(_is_ahead(path[at:]) for path, at in places),
    )


@cache
def _paths(shape: str) -> tuple[_Path, ...] | None:
    """Every way through a shape; None when there are too many."""
    from re import _parser

    try:
        return tuple(_through(_parser.parse(shape)))
    except _TooManyError:
        return None


class _TooManyError(Exception):
    """More ways lead through a shape than anybody wants to follow."""


def _through(items: Iterable[Any]) -> list[_Path]:
    paths: list[_Path] = [()]
    for item in items:
        ways = list(_ways(*item))
        paths = [path + way for path in paths for way in ways]
        if len(paths) > _MOST_PATHS:
            raise _TooManyError
    return paths


def _ways(operation: object, argument: Any) -> Iterator[_Path]:
    name = str(operation)
    if name in ("ASSERT", "ASSERT_NOT", "AT"):
        yield ()
    elif name == "SUBPATTERN":
        yield from _through(argument[3])
    elif name == "BRANCH":
        for branch in argument[1]:
            yield from _through(branch)
    elif name in _REPEATS:
        yield from _repeated(*argument)
    else:
        yield (_Part(_characters(name, argument), 1, 1),)


def _repeated(least: int, most: Any, items: Any) -> Iterator[_Path]:
    inner = _through(items)
    if (least, most) == (0, 1):
        yield ()
        yield from inner
    elif len(inner) == 1 and len(inner[0]) == 1:
        [part] = inner[0]
        if least == most <= _FEW:
            yield (part,) * int(least)
            return
        yield (_Part(part.characters, part.least * int(least), part.most * int(most)),)
    else:
        yield (_Part(_ANY, 0, items.getwidth()[1] * int(most)),)


def _characters(name: str, argument: Any) -> frozenset[int]:
    if name == "LITERAL":
        return frozenset({argument})
    if name != "IN":
        return _ANY
    found: set[int] = set()
    for kind, value in argument:
        if str(kind) == "LITERAL":
            found.add(value)
        elif str(kind) == "RANGE":
            found.update(range(value[0], value[1] + 1))
        elif str(value) in _CATEGORIES:
            found |= _CATEGORIES[str(value)]
        else:  # [^…], and classes that no shape has
            return _ANY
    return frozenset(found)


def _places(path: _Path, literal: bytes) -> Iterator[int]:
    for at in range(len(path) - len(literal) + 1):
        if literal[0] not in path[at].characters:
            continue  # most are none, and told apart at once
        parts = path[at : at + len(literal)]
        single = all(part.least == part.most == 1 for part in parts[:-1]) and parts[-1].least
        if single and all(c in part.characters for part, c in zip(parts, literal, strict=True)):
            yield at


def _is_token(part: _Part) -> bool:
    return part.characters <= _TOKEN


def _is_within(path: _Path, at: int, length: int) -> bool:
    first, last = at, at + length
    if not all(map(_is_token, path[first:last])):
        return False
    while first and _is_token(path[first - 1]):
        first -= 1
    while last < len(path) and _is_token(path[last]):
        last += 1
    return sum(part.least for part in path[first:last]) >= RUN


def _is_ahead(path: _Path) -> bool:
    far, begun, length = 0, 0, 0
    for part in path:
        if _is_token(part):
            begun, length = (begun, length + part.least) if length else (far, part.least)
        else:
            length = 0
        if length >= RUN:
            return begun <= FAR
        far += part.most
    return False
