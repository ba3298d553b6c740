"""Reads the function by which webpack and rspack give a chunk its file name.

A runtime holds ``r.u = e => "static/chunks/" + ({412: "editor"}[e] || e) + "." + {412: "9f3c"}[e] + ".js"``, or the
same with ``e === 412 ? "static/chunks/412-9f3c.js" : …`` before it (webpack, GetChunkFilenameRuntimeModule). It is
parsed and worked out for every id; nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

LONGEST = 500_000
"""Characters that are read of functions of one script. A thousand chunks take 60,000."""
MOST_CHUNKS = 5_000
_DEEPEST = 60
_MOST_TRIED = 2_000
"""Assignments that look like the function, in one script."""

_FUNCTION = re.compile(
    r"\.u\s{0,5}=\s{0,5}(?:function\s{0,5}\(\s{0,5}([\w$]{1,40})\s{0,5}\)\s{0,5}\{\s{0,20}return\b|"
    r"\(?\s{0,5}([\w$]{1,40})\s{0,5}\)?\s{0,5}=>\s{0,5}(?:\{\s{0,20}return\b)?)"
)
_CALL = re.compile(r"\.e\(\s{0,5}(?:(\d{1,9})|\"([\w./~-]{1,120})\"|'([\w./~-]{1,120})')\s{0,5}\)")
_TOKEN = re.compile(
    r"\s*+(?:(?P<text>\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\$]|\\.)*+`)|(?P<number>\d[\d.e]*+)"
    r"|(?P<name>[A-Za-z_$][\w$]*+)|(?P<mark>===|==|\|\||[-+?:{}()\[\],.]))"
)


class _Unreadable(Exception):
    """Not an expression of this kind."""


Node = tuple[Any, ...]


@dataclass(slots=True)
class ChunkNames:
    """A runtime's function from ids to file names."""

    _parameter: str
    _node: Node
    ids: frozenset[str]
    """Every id that the function itself mentions."""

    def names(self, besides: frozenset[str] = frozenset()) -> Iterator[str]:
        """The file of every id, as it is written behind the public path.

        Args:
            besides: ids that scripts ask for and the function does not mention.
        """
        for one in sorted(self.ids | besides)[:MOST_CHUNKS]:
            name = _value(self._node, self._parameter, one)
            if name and "undefined" not in name and len(name) < 500:
                yield name


def chunk_names(script: str) -> ChunkNames | None:
    """The function of a runtime; None when the script holds none that can be read."""
    left = LONGEST
    for found in islice(_FUNCTION.finditer(script), _MOST_TRIED):
        parameter = found[1] or found[2]
        reader = _Reader(script, found.end(), found.end() + max(left, 0))
        try:
            node = reader.ternary(0)
        except _Unreadable:
            left -= reader.at - found.end()
            continue
        if reader.strings and any(".js" in text for text in reader.strings):
            return ChunkNames(parameter, node, frozenset(reader.ids))
    return None


def asked_ids(script: str, most: int) -> frozenset[str]:
    """The ids of chunks that a script asks its runtime for, by ``r.e(412)``."""
    found: set[str] = set()
    for match in _CALL.finditer(script):
        found.add(match[1] or match[2] or match[3])
        if len(found) >= most:
            break
    return frozenset(found)


@dataclass(slots=True)
class _Reader:
    text: str
    at: int
    ends: int
    kind: str = ""
    token: str = ""
    ids: set[str] = field(default_factory=set)
    strings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next()

    def _next(self) -> str:
        last = self.token
        found = _TOKEN.match(self.text, self.at, min(self.ends, len(self.text)))
        self.kind, self.token = (str(found.lastgroup), found[0].strip()) if found else ("", "")
        self.at = found.end() if found else self.at
        return last

    def _take(self, mark: str) -> bool:
        if self.kind == "mark" and self.token == mark:
            self._next()
            return True
        return False

    def _need(self, mark: str) -> None:
        if not self._take(mark):
            raise _Unreadable

    def ternary(self, depth: int) -> Node:
        """``condition ? this : that``; chains go on in a loop, for they are as long as there are chunks."""
        pairs: list[tuple[Node, Node]] = []
        while True:
            node = self._either(depth)
            if not self._take("?"):
                break
            pairs.append((node, self._either(depth)))
            self._need(":")
        return ("if", pairs, node) if pairs else node

    def _either(self, depth: int) -> Node:
        options = [self._equal(depth)]
        while self._take("||"):
            options.append(self._equal(depth))
        return ("or", options) if len(options) > 1 else options[0]

    def _equal(self, depth: int) -> Node:
        left = self._sum(depth)
        if self._take("===") or self._take("=="):
            right = self._sum(depth)
            self.ids.update(str(side[1]) for side in (left, right) if side[0] == "text")
            return ("equal", left, right)
        return left

    def _sum(self, depth: int) -> Node:
        parts = [self._part(depth)]
        while self._take("+"):
            parts.append(self._part(depth))
        return ("sum", parts) if len(parts) > 1 else parts[0]

    def _part(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise _Unreadable
        if self.kind == "text":
            text = self._next()[1:-1]
            self.strings.append(text)
            node: Node = ("text", text)
        elif self.kind == "number":
            node = ("text", self._next())
        elif self.kind == "name":
            node = ("name", self._next())
        elif self._take("("):
            node = self.ternary(depth + 1)
            self._need(")")
        elif self._take("{"):
            node = self._object(depth)
        else:
            raise _Unreadable
        while self._take("["):
            node = ("at", node, self.ternary(depth + 1))
            self._need("]")
        return node

    def _object(self, depth: int) -> Node:
        entries: dict[str, str] = {}
        while not self._take("}"):
            key = self._next().strip("\"'")
            self._need(":")
            value = self.ternary(depth + 1)
            if value[0] != "text":
                raise _Unreadable
            entries[key] = str(value[1])
            self.ids.add(key)
            if not self._take(",") and self.token != "}":
                raise _Unreadable
        return ("map", entries)


def _value(node: Node, parameter: str, given: str) -> str | None:
    """What an expression is for one id; None is JavaScript's ``undefined`` or ``false``."""
    kind = node[0]
    if kind == "text":
        return str(node[1])
    if kind == "name":
        return given if node[1] == parameter else None
    if kind == "sum":
        parts = [_value(part, parameter, given) for part in node[1]]
        return "".join("undefined" if part is None else part for part in parts)
    if kind == "at":
        key = _value(node[2], parameter, given)
        return node[1][1].get(key) if node[1][0] == "map" else None
    if kind == "or":
        return next((value for option in node[1] if (value := _value(option, parameter, given))), None)
    if kind == "equal":
        return "true" if _value(node[1], parameter, given) == _value(node[2], parameter, given) else None
    if kind == "if":
        chosen = next((then for condition, then in node[1] if _value(condition, parameter, given)), node[2])
        return _value(chosen, parameter, given)
    return None
