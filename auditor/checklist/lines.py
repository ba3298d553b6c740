"""Where each key of a TOML document stands: tomllib reads values but tells no positions.

The document has passed tomllib already, so this reads structure only and never judges.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Key = tuple[str | int, ...]
"""Names of tables and positions in lists, from the top."""

DEEPEST = 32
"""No checklist needs keys nested deeper; the walks after this one may recurse without fear."""

_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t]+|\#[^\n]*)
  | (?P<newline>\n)
  | (?P<string>\"{3}(?:[^\\]|\\.)*?\"{3,5} | '{3}.*?'{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*')
  | (?P<mark>[][{}=,.])
  | (?P<bare>[^ \t\n\#"'\[\]{}=,.]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class TooDeep(ValueError):
    """A key is nested deeper than :data:`DEEPEST`."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


def dotted(key: Key) -> str:
    """The key as one writes it in TOML: ``env.prod.resolve."api.example.com"``."""
    return ".".join(map(_segment, key))


def quoted(text: str) -> str:
    """The text between quotes, on one line and harmless to a terminal."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def nearest(lines: Mapping[Key, int], key: Key) -> int | None:
    """The line of a key, else of the closest table around it."""
    for length in range(len(key), 0, -1):
        if (line := lines.get(key[:length])) is not None:
            return line
    return None


def index(text: str) -> dict[Key, int]:
    """The line, counted from 1, of every key, table and list element.

    Args:
        text: a document that tomllib accepts.

    Raises:
        TooDeep: keys are nested deeper than any checklist needs.
    """
    return _Reader(text.replace("\r\n", "\n")).lines


def _segment(part: str | int) -> str:
    if isinstance(part, int) or _BARE.fullmatch(part):
        return str(part)
    return quoted(part)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


_END = _Token("end", "", 0)


def _tokens(text: str) -> Iterable[_Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        kind, token = str(found.lastgroup), found[0]
        if kind != "blank":
            yield _Token(kind, token, line)
        line += token.count("\n")


class _Reader:
    """Walks the tokens once, from the first to the last."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Key, int] = {}
        self._tables: dict[Key, int] = {}
        """Arrays of tables, and how many blocks each has so far."""
        self._tokens = [*_tokens(text), _END]
        self._at = 0
        self._document()

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _is(self, *texts: str) -> bool:
        """Whether the next token is one of these marks, or the end of the text."""
        token = self._tokens[self._at]
        return token is _END or (token.kind != "string" and token.text in texts)

    def _skip(self, *texts: str) -> None:
        while self._tokens[self._at] is not _END and self._is(*texts):
            self._next()

    def _document(self) -> None:
        inside: Key = ()
        while self._tokens[self._at] is not _END:
            if self._is("["):
                inside = self._header()
            elif self._is("\n"):
                self._next()
            else:
                self._pair(inside)

    def _header(self) -> Key:
        line = self._next().line
        block = self._is("[")
        self._skip("[")
        *parents, name = self._name()
        self._skip("]")
        key: Key = ()
        for part in parents:
            key = self._latest((*key, part))
            self._note(key, line)
        key = (*key, name)
        if block:
            self._note(key, line)
            self._tables[key] = self._tables.get(key, -1) + 1
            key = self._latest(key)
        self._check_depth(key, line)
        self.lines[key] = line
        return key

    def _latest(self, key: Key) -> Key:
        """A table, or the newest block of an array of tables."""
        return (*key, self._tables[key]) if key in self._tables else key

    def _name(self) -> list[str]:
        """The parts of a dotted key, up to what follows it."""
        parts = []
        while not self._is("=", "]", "\n"):
            token = self._next()
            if token.text != "." or token.kind == "string":
                parts.append(_unquoted(token))
        return parts or [""]

    def _pair(self, inside: Key) -> None:
        line = self._tokens[self._at].line
        key = inside
        for part in self._name():
            key = (*key, part)
            self._note(key, line)
        self._skip("=")
        self._value(key)

    def _note(self, key: Key, line: int) -> None:
        self._check_depth(key, line)
        self.lines.setdefault(key, line)

    @staticmethod
    def _check_depth(key: Key, line: int) -> None:
        if len(key) > DEEPEST:
            raise TooDeep(line)

    def _value(self, key: Key) -> None:
        if self._is("["):
            self._next()
            self._list(key)
        elif self._is("{"):
            self._next()
            self._inline_table(key)
        else:
            while not self._is("\n", ",", "]", "}"):
                self._next()

    def _list(self, key: Key) -> None:
        position = 0
        self._skip("\n")
        while not self._is("]"):
            self._note((*key, position), self._tokens[self._at].line)
            self._value((*key, position))
            self._skip("\n", ",")
            position += 1
        self._next()

    def _inline_table(self, key: Key) -> None:
        self._skip("\n")
        while not self._is("}"):
            self._pair(key)
            self._skip("\n", ",")
        self._next()


def _unquoted(token: _Token) -> str:
    return str(tomllib.loads(f"key = {token.text}")["key"]) if token.kind == "string" else token.text
