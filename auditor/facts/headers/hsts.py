"""``Strict-Transport-Security``, by RFC 6797 section 6.1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from auditor.facts.headers import HeaderError

YEAR_SECONDS = 31_536_000
"""What the preload list demands of max-age."""

_LONGEST_AGE = 18
"""Digits; a longer age is as good as for ever."""
_SPACE = " \t"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hsts:
    """A header that browsers obey."""

    max_age: int
    """Seconds; 0 makes a browser forget the host."""
    include_subdomains: bool = False
    preload: bool = False
    """Not of the RFC: consent to the list that browsers ship (hstspreload.org)."""


@lru_cache(maxsize=64)
def parse_hsts(value: str) -> Hsts:
    """What a header field says. Of several, a browser reads only the first (section 8.1).

    Args:
        value: of the field.

    Raises:
        HeaderError: a browser ignores it: a directive is repeated, malformed, or max-age is not there.
    """
    directives = _directives(value)
    if "max-age" not in directives:
        raise HeaderError("it has no max-age")
    for valueless in ("includesubdomains", "preload"):
        if directives.get(valueless) is not None:
            raise HeaderError(f"{valueless} takes no value")
    return Hsts(_age(directives["max-age"]), "includesubdomains" in directives, "preload" in directives)


def _directives(value: str) -> dict[str, str | None]:
    """Names in lower case to values; None for a directive without one."""
    found: dict[str, str | None] = {}
    position = 0
    while position <= len(value):
        name, said, position = _directive(value, _skip(value, position))
        if not name:
            continue
        if name in found:
            raise HeaderError(f"{name} is there twice")
        found[name] = said
    return found


def _directive(value: str, start: int) -> tuple[str, str | None, int]:
    """The directive that begins at a place, and where the next one begins. An empty one has no name."""
    if start >= len(value) or value[start] == ";":
        return "", None, start + 1
    match = _NAME.match(value, start)
    if match is None:
        raise HeaderError(f"{value[start]!r} begins no directive")
    said, position = None, _skip(value, match.end())
    if value[position : position + 1] == "=":
        said, position = _said(value, _skip(value, position + 1))
        position = _skip(value, position)
    if position < len(value) and value[position] != ";":
        raise HeaderError(f"after {match[0][:40]} there is {value[position]!r} instead of a semicolon")
    return match[0].lower(), said, position + 1


def _said(value: str, start: int) -> tuple[str, int]:
    if match := _QUOTED.match(value, start):
        return _ESCAPE.sub(r"\1", match[0][1:-1]), match.end()
    if match := _NAME.match(value, start):
        return match[0], match.end()
    raise HeaderError("a directive has an equals sign and no value")


def _age(said: str | None) -> int:
    if said is None or not (said.isascii() and said.isdigit()):
        raise HeaderError("max-age is not a number of seconds" if said else "max-age has no value")
    digits = said.lstrip("0")
    return int(digits or "0") if len(digits) <= _LONGEST_AGE else 10**_LONGEST_AGE


def _skip(value: str, position: int) -> int:
    while position < len(value) and value[position] in _SPACE:
        position += 1
    return position
