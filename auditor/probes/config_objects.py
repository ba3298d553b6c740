"""Reads object literals of JavaScript configuration, and JSON, as names and values. Nothing of it is run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from auditor.probes.javascript import Kind, Token, tokens

MOST_OBJECTS = 25
DEEPEST = 12
"""Objects within objects that are read."""
MOST = 5_000
"""Entries of one object."""
KEPT = 40
"""Tokens of what a key is given that are kept."""
_OPEN = frozenset("({[")
_CLOSE = frozenset(")}]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in an object, and what it is given."""

    name: str
    """With the names of the objects around it: ``supabase.url``."""
    start: int
    """In characters, of the name."""
    value: str | None
    """A string, a number, true or false; None when it is code, or an object that was not gone into."""
    value_start: int
    given: tuple[Token, ...] = ()
    """The first tokens of what it is given."""


def objects(text: str, key: str) -> Iterator[Iterator[Token]]:
    """The tokens of every object that the text gives a key: ``key: {``, ``key = {``, ``key({``, ``key: name``.

    Args:
        text: a script.
        key: such as ``env``; with dots, an object within one: ``runtimeConfig.public``.
    """
    all_ = list(tokens(text))
    first, *rest = key.split(".")
    for at in islice(_given_to(all_, first), MOST_OBJECTS):
        found = [at]
        for name in rest:
            found = [inner for start in found for inner in _member(all_, start, name)]
        for start in found:
            yield islice(all_, start, None)


def _given_to(all_: list[Token], key: str) -> Iterator[int]:
    """Indexes of the ``{`` that a key is given."""
    declared = _declarations(all_)
    for index, token in enumerate(all_[:-1]):
        if token.text != key or token.kind not in (Kind.NAME, Kind.STRING):
            continue
        start = _object_at(all_, index + 1, declared)
        if start is not None:
            yield start


def _object_at(all_: list[Token], index: int, declared: dict[str, int]) -> int | None:
    """Where the object starts that what stands here gives; names that the text gives an object are looked up."""
    if index < len(all_) and all_[index].text == ":" and index + 2 < len(all_) and _is_type(all_, index):
        index = next((i for i in range(index, min(index + 12, len(all_))) if all_[i].text == "="), index)
    if index >= len(all_) or all_[index].text not in (":", "=", "("):
        return None
    index += 1
    # what wraps an object gives it on: Object.freeze({…}), defineConfig({…}), ({…})
    for step in range(index, min(index + 8, len(all_))):
        if _is_open(all_[step]):
            return step
        if all_[step].kind is not Kind.NAME and all_[step].text not in (".", "("):
            break
    name = all_[index] if index < len(all_) else None
    after = all_[index + 1].text if index + 1 < len(all_) else ","
    if name is not None and name.kind is Kind.NAME and after in (",", "}", ";", "as", "satisfies"):
        return declared.get(name.text)
    return None


def _is_type(all_: list[Token], index: int) -> bool:
    """Whether a colon starts a type, as in ``const env: Record<string, string> = {``."""
    before = all_[index - 2].text if index >= 2 else ""
    return before in ("const", "let", "var")


def _declarations(all_: list[Token]) -> dict[str, int]:
    """Names that the text declares as an object, and where that starts."""
    found: dict[str, int] = {}
    for index, token in enumerate(all_[:-2]):
        if token.text in ("const", "let", "var"):
            for step in range(index + 2, min(index + 16, len(all_) - 1)):
                if all_[step].text == "=":
                    if _is_open(all_[step + 1]):
                        found.setdefault(all_[index + 1].text, step + 1)
                    break
    return found


def _member(all_: list[Token], start: int, name: str) -> Iterator[int]:
    depth = 0
    for index in range(start, len(all_) - 2):
        token = all_[index]
        if token.kind is Kind.MARK and token.text in _OPEN:
            depth += 1
        elif token.kind is Kind.MARK and token.text in _CLOSE:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1 and token.text == name and all_[index + 1].text == ":" and all_[index + 2].text == "{":
            yield index + 2


def entries_of(source: Iterable[Token], *, deep: bool = False) -> Iterator[Entry]:
    """The entries of the object literal that the tokens start with.

    Args:
        source: tokens, the first one its ``{``.
        deep: go into objects within it, and give their entries instead of them.
    """
    stream = iter(source)
    first = next(stream, None)
    if first is None or first.text != "{":
        return
    yield from _Reader(stream, deep).entries()


def whole_object(source: Iterable[Token]) -> list[Token]:
    """The tokens of an object, from its ``{`` to its ``}``, and no further; all, when nothing closes it."""
    part: list[Token] = []
    depth = 0
    for token in source:
        part.append(token)
        if token.kind is Kind.MARK:
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
            if depth <= 0:
                break
    return part


class _Reader:
    def __init__(self, stream: Iterator[Token], deep: bool) -> None:
        self._stream = stream
        self._deep = deep
        self._path: list[str] = []

    def entries(self) -> Iterator[Entry]:
        """Entries up to the end of the object; of inner ones too, by a list of names and not by recursion."""
        given = 0
        while (key := next(self._stream, None)) is not None and given < MOST:
            end = key.text if key.kind is Kind.MARK and key.text in ("}", ",") else ""
            if not end:
                entry, end = self._one(key)
                if entry is not None:
                    given += 1
                    yield entry
            if end == "}":
                if not self._path:
                    return
                self._path.pop()

    def _one(self, key: Token) -> tuple[Entry | None, str]:
        """What a key starts, and the mark that it ends with: ``,``, ``}``, or none when an object is gone into."""
        if key.kind is Kind.MARK:
            if key.text == "...":
                given, end = self._given(next(self._stream, None))
                return self._entry(key, given), end
            return None, self._given(key)[1]  # a computed key, or what makes no sense
        after = next(self._stream, None)
        if after is None or (after.kind is Kind.MARK and after.text in (",", "}")):
            return self._entry(key, ()), after.text if after else ""
        if after.text != ":":
            return None, self._given(after)[1]  # a method
        head = next(self._stream, None)
        if self._deep and head is not None and _is_open(head) and len(self._path) < DEEPEST:
            self._path.append(key.text)
            return None, ""
        given, end = self._given(head)
        return self._entry(key, given), end

    def _given(self, token: Token | None) -> tuple[tuple[Token, ...], str]:
        """The first tokens of an expression, and the mark behind it."""
        kept: list[Token] = []
        depth = 0
        while token is not None:
            if token.kind is Kind.MARK:
                if depth == 0 and token.text in (",", "}"):
                    return tuple(kept), token.text
                depth = max(0, depth + (token.text in _OPEN) - (token.text in _CLOSE))
            if len(kept) < KEPT:
                kept.append(token)
            token = next(self._stream, None)
        return tuple(kept), ""

    def _entry(self, key: Token, given: tuple[Token, ...]) -> Entry:
        name = ".".join([*self._path, key.text])
        value, start = None, key.end
        if given:
            first = given[0]
            start = first.start + (first.kind in (Kind.STRING, Kind.TEMPLATE))
            if len(given) == 1 and (
                first.kind in (Kind.STRING, Kind.NUMBER) or (first.kind is Kind.TEMPLATE and first.whole)
            ):
                value = first.text
        return Entry(name, key.start, value, start, given)


def _is_open(token: Token) -> bool:
    return token.kind is Kind.MARK and token.text == "{"


def json_entries(text: str) -> Iterator[Entry]:
    """The strings of a JSON document, by the names that lead to each. What is no JSON is read as a script."""
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        yield from entries_of(tokens(text.lstrip("\ufeff")), deep=True)
        return
    left: list[tuple[str, object]] = [("", document)]
    given = 0
    while left and given < MOST:
        name, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{name}.{key}" if name else key, inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            left += [(name, inner) for inner in reversed(value)]
        elif isinstance(value, str):
            given += 1
            key = re.search(rf'"{re.escape(name.rpartition(".")[2])}"\s*:\s*"', text)
            yield Entry(name, key.start() if key else 0, value, key.end() if key else 0)
