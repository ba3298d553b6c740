"""Structured fields, by RFC 9651: items and dictionaries, with parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.facts.headers import HeaderError

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*")
_NUMBER = re.compile(r"@?-?[0-9]{1,15}(?:\.[0-9]{1,3})?(?![0-9.])")
_STRING = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_BYTES = re.compile(r":[A-Za-z0-9+/=]*:")
_DISPLAY = re.compile(r'%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"')
_BOOLEAN = re.compile(r"\?[01]")
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Bare:
    """A value without parameters."""

    kind: str
    """``token``, ``string``, ``boolean``, ``number``, ``bytes`` or ``display``."""
    text: str
    """Strings without quotes; the others as written."""


@dataclass(frozen=True, slots=True)
class Item:
    """A value, or a list of values in parentheses; parameters of single values in a list are read and forgotten."""

    values: tuple[Bare, ...]
    inner_list: bool
    parameters: tuple[tuple[str, Bare], ...] = ()


_TRUE = Bare("boolean", "?1")


def parse_item(text: str) -> Item:
    """A field that is one item.

    Args:
        text: its value; several fields joined by commas.

    Raises:
        HeaderError: it is none, and browsers ignore it.
    """
    reader = _Reader(text.strip(" "))
    item = Item((reader.bare(),), inner_list=False, parameters=reader.parameters())
    if not reader.at_end():
        raise reader.unfit()
    return item


def parse_dictionary(text: str) -> dict[str, Item]:
    """A field that is a dictionary; of repeated keys the last one counts.

    Args:
        text: its value; several fields joined by commas.

    Raises:
        HeaderError: it is none, and browsers ignore all of it.
    """
    reader = _Reader(text.strip(" "))
    found: dict[str, Item] = {}
    while not reader.at_end():
        key = reader.take(_KEY)
        found.pop(key, None)
        found[key] = reader.member() if reader.skip("=") else Item((_TRUE,), False, reader.parameters())
        reader.space(" \t")
        if reader.at_end():
            break
        if not reader.skip(","):
            raise reader.unfit()
        reader.space(" \t")
        if reader.at_end():
            raise HeaderError("it ends with a comma")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def at_end(self) -> bool:
        return self._position >= len(self._text)

    def skip(self, character: str) -> bool:
        found = self._text.startswith(character, self._position)
        self._position += found
        return found

    def space(self, characters: str) -> None:
        while not self.at_end() and self._text[self._position] in characters:
            self._position += 1

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._position)
        if match is None:
            raise self.unfit()
        self._position = match.end()
        return match[0]

    def unfit(self) -> HeaderError:
        seen = repr(self._text[self._position]) if not self.at_end() else "nothing"
        return HeaderError(f"at character {self._position + 1} there is {seen}, which does not fit")

    def member(self) -> Item:
        if not self.skip("("):
            return Item((self.bare(),), inner_list=False, parameters=self.parameters())
        values: list[Bare] = []
        self.space(" ")
        while not self.skip(")"):
            values.append(self.bare())
            self.parameters()
            if not self._text.startswith((" ", ")"), self._position):
                raise self.unfit()
            self.space(" ")
        return Item(tuple(values), inner_list=True, parameters=self.parameters())

    def bare(self) -> Bare:
        for kind, pattern in _KINDS:
            if match := pattern.match(self._text, self._position):
                self._position = match.end()
                return Bare(kind, _ESCAPE.sub(r"\1", match[1]) if kind == "string" else match[0])
        raise self.unfit()

    def parameters(self) -> tuple[tuple[str, Bare], ...]:
        found: dict[str, Bare] = {}
        while self.skip(";"):
            self.space(" ")
            key = self.take(_KEY)
            found[key] = self.bare() if self.skip("=") else _TRUE
        return tuple(found.items())


_KINDS = (
    ("token", _TOKEN),
    ("string", _STRING),
    ("boolean", _BOOLEAN),
    ("number", _NUMBER),
    ("bytes", _BYTES),
    ("display", _DISPLAY),
)
