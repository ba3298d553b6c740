"""Reads what scripts, JSON, TOML and HCL give to names, by their words and without running anything.

One tolerant tokenizer does for all: they share strings, names, ``:`` and ``=``. What it cannot make sense of it
passes over; each character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.probes.repository.values import Lines, Value

_TOKENS = (
    r"(?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)"
    r"|(?P<string>\"\"\"(?:[^\"]|\"(?!\"\"))*+(?:\"\"\")?|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|`(?:[^`\\]|\\.)*+`?)"
    r"|(?P<name>[A-Za-z_$][\w$]*+(?:(?:\?\.|\.)[A-Za-z_$][\w$]*+)*+)"
    r"|(?P<regex>(?<=[(,=:\[!&|?{};\n])[ \t]{0,4}/(?![*/])"
    r"(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.){0,100}+\]){1,300}+/[a-z]{0,8})"
    r"|(?P<sign>=>|[=!]==?|\|\|=?|\?\?=?|&&|[-+*]=|[^\s\w])"
)
_TOKEN = re.compile(_TOKENS, re.DOTALL)
_HASHED = re.compile(r"(?P<hash>\#[^\n]*)|" + _TOKENS, re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\n)|(.))", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_ENVIRONMENT = re.compile(
    r"(?:process\.env|import\.meta\.env|Bun\.env|env|ENV|globalThis\.process\.env)\??\.([A-Za-z_]\w*)$"
)
_LOOKUP = re.compile(
    r"(?:Deno\.env\.get|(?:\w+\.)*(?:get_?env|env|fromEnv|optionalEnv|getOrDefault)|(?:\w+\.)*config(?:Service)?\.get|process\.env)$",
    re.IGNORECASE,
)
_TYPES = frozenset({"as", "string", "undefined", "satisfies", "any", "unknown"})
"""What may stand between a variable and its default."""
_DECLARED = frozenset({"string", "const", "readonly", "let", "var", "any", "unknown"})


@dataclass(slots=True)
class _State:
    """What stands to the left."""

    keys: list[str] = field(default_factory=list)
    """The last names and strings, the nearest last."""
    lookup: str = ""
    """The variable whose value was just asked for."""
    block: list[str] = field(default_factory=lambda: [""])
    """What each block that is open calls itself by ``name``."""


def script_values(text: str) -> Iterator[Value]:
    """What a program in JavaScript or TypeScript writes out: ``key: "…"``, ``key = "…"``, ``process.env.X || "…"``."""
    yield from _read(text, code=True, hashes=False)


def settings_values(text: str) -> Iterator[Value]:
    """The same in a file of settings: a configuration in JavaScript, JSON with or without comments."""
    yield from _read(text, code=False, hashes=False)


def hashed_values(text: str) -> Iterator[Value]:
    """The same in HCL and TOML, where ``#`` begins a comment."""
    yield from _read(text, code=False, hashes=True)


def _read(text: str, *, code: bool, hashes: bool) -> Iterator[Value]:
    lines, state, at = Lines(text), _State(), 0
    token = _HASHED if hashes else _TOKEN
    before: list[str] = []
    pending: tuple[int, str, str, bool] | None = None  # a string that another may be added to
    while found := token.search(text, at):
        kind, word = str(found.lastgroup), found[0]
        at = found.end()
        if kind in ("comment", "hash", "regex"):
            continue
        if kind == "string":
            string = _unquoted(word)
            if before[-1:] == ["+"] and pending:
                pending = (pending[0], pending[1], pending[2] + string, pending[3])
            else:
                if pending:
                    yield _value(lines, pending)
                pending = _given(found.start() + 1, string, before, state, code)
            state.keys = [*state.keys[-3:], string]
            before = [*before[-5:], '"']
            continue
        if pending and word != "+":
            yield _value(lines, pending)
            pending = None
        _step(kind, word, before, state)
        before = [*before[-5:], word if kind == "sign" else "name"]
    if pending:
        yield _value(lines, pending)


def _value(lines: Lines, pending: tuple[int, str, str, bool]) -> Value:
    start, key, text, code = pending
    line, column = lines.place(start)
    return Value(line, key, text, True, column, code)


def _step(kind: str, word: str, before: list[str], state: _State) -> None:
    if kind == "name":
        state.keys = [*state.keys[-3:], word]
        if found := _ENVIRONMENT.search(word[-200:]):
            state.lookup = found[1]
        elif word not in _TYPES and not _LOOKUP.search(word[-100:]):
            state.lookup = ""
    elif word == "{":
        state.block = [*state.block[-50:], state.keys[-1] if before[-1:] == ['"'] and state.keys else ""]
    elif word == "}":
        state.block = state.block[:-1] or [""]
    elif word == ";":
        state.lookup = ""


def _given(start: int, text: str, before: list[str], state: _State, code: bool) -> tuple[int, str, str, bool] | None:
    """What a string is given to, by what stands before it."""
    last = before[-1] if before else ""
    if last in ("||", "??", "||=", "??=") and state.lookup:
        return start, state.lookup, text, False
    if last == "[" and state.keys and _ENVIRONMENT.search(state.keys[-1][-100:] + ".X"):
        state.lookup = text
        return None
    if last == "(" and state.keys and _LOOKUP.search(state.keys[-1][-100:]):
        state.lookup = text
        return None
    if last == "," and before[-2:-1] == ['"'] and before[-3:-2] == ["("] and state.keys and "${" not in state.keys[-1]:
        # getenv("X", "…"), headers.set("Authorization", "…")
        return start, state.keys[-1], text, code and state.lookup != state.keys[-1]
    if last in (":", "=", "==", "===", "||", "??", "||=", "??=") and state.keys:
        key = _key(before, state)
        if key in ("name", "Name", "key") and state.block:
            state.block[-1] = text
        elif key in ("value", "Value", "default", "Default", "defaultValue") and state.block[-1]:
            return start, state.block[-1], text, code
        return start, key.replace("?", "").rpartition(".")[2], text, code
    return None


def _key(before: list[str], state: _State) -> str:
    """The name to the left; in ``key: string = "…"`` the one before its type."""
    if before[-1] == "=" and before[-3:-1] == [":", "name"] and len(state.keys) > 1 and state.keys[-1] in _DECLARED:
        return state.keys[-2]
    return state.keys[-1] if before[-2:-1] != [")"] else ""


def _unquoted(word: str) -> str:
    quote = '"""' if word.startswith('"""') else word[0]
    inner = word[len(quote) :].removesuffix(quote)
    return _ESCAPE.sub(_character, inner) if "\\" in inner else inner


def _character(found: re.Match[str]) -> str:
    if digits := found[1] or found[2]:
        return chr(int(digits, 16))
    return "" if found[3] else _CONTROL.get(found[4], found[4])
