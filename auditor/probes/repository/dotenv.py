"""Reads .env files, as dotenv libraries, Docker Compose and shells do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.probes.repository.values import Lines, Value

ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=(.*)", re.DOTALL)
_START = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:=|:(?=[ \t]))[ \t]*")
_QUOTED = re.compile(r"\"((?:[^\"\\]++|\\.)*+)\"|'([^']*+)'|`([^`]*+)`", re.DOTALL)
_LONGEST_QUOTED = 20_000
"""Characters between two quotes: what is never closed ends with its line."""


def env_values(text: str) -> Iterator[Value]:
    """What a .env file assigns; values in quotes may go over several lines."""
    lines, at = Lines(text), 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if start := _START.match(text, at, end):
            value, column, refers, end = _value(text, start.end(), end)
            yield Value(lines.place(at)[0], start[1], value, refers, lines.place(column)[1])
        at = end + 1


def _value(text: str, at: int, end: int) -> tuple[str, int, bool, int]:
    """The value, where it stands, whether it refers, and where its last line ends."""
    if text[at : at + 1] in ("'", '"', "`"):
        quoted = _QUOTED.match(text, at, end) or _over_lines(text, at, end)
        if quoted:
            after = text.find("\n", quoted.end())
            # in single quotes everything means itself
            double = quoted[1] is not None
            value = quoted[1] if double else quoted[2] or quoted[3] or ""
            return value, at + 1, double, len(text) if after < 0 else after
    raw = text[at:end]
    # an empty value may be followed by a comment at once
    bare = "" if raw.startswith("#") else raw.split(" #")[0].split("\t#")[0].strip()
    return bare, at, True, end


def _over_lines(text: str, at: int, end: int) -> re.Match[str] | None:
    found = _QUOTED.match(text, at, at + _LONGEST_QUOTED)
    if found is None:
        return None
    # a quote that was forgotten is closed by the next one: that of another assignment
    inside = found[0][end - at :]
    swallowed = any(_ASSIGNS.match(line) for line in inside.splitlines()[1:])
    return None if swallowed and "-----BEGIN" not in found[0] else found


_ASSIGNS = re.compile(r"[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.]*[ \t]*=[ \t]*[\"'`]")
