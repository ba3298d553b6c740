"""Splits JavaScript and TypeScript into tokens, well enough to read configuration. Nothing of it is run.

By ECMA-262 §12, with two liberties: a quote that nothing closes on its line is a lone character, because text of JSX
has apostrophes; and whether ``/`` starts a regular expression is told by the token before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    STRING = "string"
    TEMPLATE = "template"
    """One piece of a template: from its start or a ``}`` to ``${`` or its end."""
    NUMBER = "number"
    REGEX = "regex"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a script that is neither space nor comment."""

    kind: Kind
    text: str
    """As it is written; of a string or a piece of template, what it says."""
    start: int
    end: int
    whole: bool = True
    """Whether a template is this one piece."""


_BLANK = re.compile(r"(?:\s++|//[^\n\r\u2028\u2029]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|<!--[^\n]*+|\A#![^\n]*+)++")
_NAME = re.compile(r"[\w$#@]++|\\u[0-9a-fA-F]{4}", re.UNICODE)
_NUMBER = re.compile(r"\.?\d[\w.]*+")
_STRING = re.compile(r"\"(?:[^\"\\\n\r]|\\(?:\r\n|[\s\S]))*+\"|'(?:[^'\\\n\r]|\\(?:\r\n|[\s\S]))*+'")
_PIECE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*+")
_REGEX = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*+\])++/[a-z]*+")
_MARK = re.compile(r"\?\.(?!\d)|=>|\.\.\.|\*\*|&&|\|\||\?\?|[=!]==?|[<>]=|[+-]{2}|.", re.DOTALL)
_BEFORE_REGEX = frozenset([*"(,=:[!&|?{};+-*%~^<>", "=>", "&&", "||", "??", "==", "===", "!=", "!=="])
_WORDS_BEFORE_REGEX = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do"}
)


@dataclass(slots=True)
class _State:
    depths: list[int] = field(default_factory=list)
    """Of the templates that are open: how many braces are, inside their ``${``."""
    hopeless: dict[str, int] = field(default_factory=dict)
    """Up to where nothing that starts with this character ends: looking again for each of them would take for ever."""

    def closed(self, shape: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
        """The string or regular expression that starts here, if it ends on its line."""
        first = text[at]
        if at < self.hopeless.get(first, 0):
            return None
        if not (found := shape.match(text, at)):
            end = text.find("\n", at)
            self.hopeless[first] = len(text) if end < 0 else end
        return found


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of a script. Takes time in proportion to it and never raises, whatever it holds.

    Args:
        text: the script.
        start: where to start, in characters: outside strings and comments.
        end: no token starts there or later.
    """
    end = len(text) if end is None else min(end, len(text))
    state = _State()
    before: Token | None = None
    at = start
    while True:
        if blank := _BLANK.match(text, at):
            at = blank.end()
        if at >= end:
            return
        token = _next(text, at, before, state)
        yield token
        at, before = token.end, token


def _next(text: str, at: int, before: Token | None, state: _State) -> Token:
    first = text[at]
    depths = state.depths
    if first == "`" or (first == "}" and depths and depths[-1] == 0):
        return _piece(text, at, depths)
    if depths and first in "{}":
        depths[-1] += 1 if first == "{" else -1
    if first in "\"'" and (found := state.closed(_STRING, text, at)):
        return Token(Kind.STRING, unescaped(found[0][1:-1]), at, found.end())
    if found := _NUMBER.match(text, at):
        return Token(Kind.NUMBER, found[0], at, found.end())
    if found := _NAME.match(text, at):
        return Token(Kind.NAME, found[0], at, found.end())
    if first == "/" and _may_start_regex(before) and (found := state.closed(_REGEX, text, at)):
        return Token(Kind.REGEX, found[0], at, found.end())
    mark = _MARK.match(text, at)
    end = mark.end() if mark else at + 1
    return Token(Kind.MARK, text[at:end], at, end)


def _piece(text: str, at: int, depths: list[int]) -> Token:
    opened = text[at] == "`"
    if not opened:
        depths.pop()
    found = _PIECE.match(text, at + 1)
    stop = found.end() if found else at + 1
    goes_on = text.startswith("${", stop)
    if goes_on:
        depths.append(0)
    end = min(len(text), stop + (2 if goes_on else 1))
    return Token(Kind.TEMPLATE, unescaped(text[at + 1 : stop]), at, end, whole=opened and not goes_on)


def _may_start_regex(before: Token | None) -> bool:
    if before is None or before.text in _WORDS_BEFORE_REGEX:
        return True
    return before.kind is Kind.MARK and before.text in _BEFORE_REGEX


_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "\r": ""}


def unescaped(text: str) -> str:
    """What the inside of a string says, its escapes undone."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    if (plain := found[4]) is not None:
        return _NAMED.get(plain, plain)
    code = int(found[1] or found[2] or found[3], 16)
    return chr(code) if code < 0x110000 else "�"
