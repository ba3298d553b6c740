"""Characters as scripts, JSON in them (however deep), URLs and HTML write them: undone, with the way back."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

_ESCAPE = re.compile(
    rb"\\{1,32}(?:u\{?0{0,4}(?P<u>[0-9A-Fa-f]{2})\}?|x(?P<x>[0-9A-Fa-f]{2})|(?P<c>[nrt\"'`/.\\]))"
    rb"|%(?:25){0,8}(?P<p>[0-9A-Fa-f]{2})"
    rb"|&(?:amp;){0,8}(?:#(?:[xX]0{0,4}(?P<h>[0-9A-Fa-f]{1,2})|0{0,4}(?P<d>[0-9]{1,3}));?|(?P<e>quot|amp|apos|lt|gt);)"
)
_NAMED = {b"n": 10, b"r": 13, b"t": 9, b"quot": 34, b"amp": 38, b"apos": 39, b"lt": 60, b"gt": 62}
_CONCATENATED = re.compile(rb"([\"'`])\s{0,20}\+\s{0,20}[\"'`]")
_BEFORE = re.compile(
    rb"(?:\\[nrtbfv]|\\u00[0-9A-Fa-f]{2}|\\u\{[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|%(?:25){0,8}[0-9A-Fa-f]{2}|&#[0-9]{2,3})\Z"
)

Origin = Callable[[int], int]


def unescaped(data: bytes) -> tuple[bytes, Origin]:
    """The bytes with their escapes undone, once, and a function from a place in them to the place in the original.

    Takes time in proportion to the data.
    """
    parts: list[bytes] = []
    places, origins, length, at = [0], [0], 0, 0
    for match in _ESCAPE.finditer(data):
        character = _character(match)
        parts += [data[at : match.start()], character]
        length += match.start() - at + len(character)
        at = match.end()
        places.append(length)
        origins.append(at)
    return b"".join([*parts, data[at:]]), _origin(places, origins)


def joined(data: bytes) -> tuple[bytes, Origin]:
    """The bytes with ``"a" + "b"`` put together as ``"ab"``, and the way back."""
    parts: list[bytes] = []
    places, origins, length, at = [0], [0], 0, 0
    for match in _CONCATENATED.finditer(data):
        parts.append(data[at : match.start()])
        length += match.start() - at
        at = match.end()
        places.append(length)
        origins.append(at)
    return b"".join([*parts, data[at:]]), _origin(places, origins)


def _origin(places: list[int], origins: list[int]) -> Origin:
    def origin(place: int) -> int:
        index = bisect_right(places, place) - 1
        return origins[index] + place - places[index]

    return origin


def _character(match: re.Match[bytes]) -> bytes:
    word = str(match.lastgroup)
    value = match[word]
    if word in "ce":
        return bytes([_NAMED[value]]) if value in _NAMED else value
    number = int(value, 10 if word == "d" else 16)
    return bytes([number]) if number < 128 else match[0]


def ends_an_escape(data: bytes, at: int) -> bool:
    """Whether the characters before a place are the end of an escape: then no word goes on there."""
    return _BEFORE.search(data[max(0, at - 24) : at]) is not None
