"""Makes source maps for tests."""

from __future__ import annotations

import json
from collections.abc import Iterable

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def vlq(*numbers: int) -> str:
    """Numbers as base64 VLQ."""
    coded = ""
    for number in numbers:
        left = (abs(number) << 1) | (number < 0)
        while True:
            digit, left = left & 31, left >> 5
            coded += DIGITS[digit | (32 if left else 0)]
            if not left:
                break
    return coded


def mappings(places: Iterable[tuple[int, int, int, int, int]]) -> str:
    """Coded places: line and column of the script, source, its line and column; in the order of the script."""
    lines: list[list[str]] = [[]]
    before = (0, 0, 0)
    column = 0
    for line, at, *place in places:
        while len(lines) <= line:
            lines.append([])
            column = 0
        source = tuple(place)
        lines[-1].append(vlq(at - column, *(now - then for now, then in zip(source, before, strict=True))))
        column, before = at, source
    return ";".join(",".join(line) for line in lines)


def mapped(
    source: str, script: str, pairs: Iterable[tuple[str, str]], name: str = "webpack://_N_E/./app/page.js"
) -> dict:
    """A map that leads from places in a script to places in a source, each told by the text that starts there."""
    places = []
    for there, here in pairs:
        at, from_ = script.index(here), source.index(there)
        places.append(
            (
                script.count("\n", 0, at),
                at - script.rfind("\n", 0, at) - 1,
                0,
                source.count("\n", 0, from_),
                len(source[source.rfind("\n", 0, from_) + 1 : from_].encode("utf-16-le")) // 2,
            )
        )
    return {
        "version": 3,
        "sources": [name],
        "sourcesContent": [source],
        "names": [],
        "mappings": mappings(sorted(places)),
    }


def coded(document: object) -> bytes:
    return json.dumps(document).encode()
