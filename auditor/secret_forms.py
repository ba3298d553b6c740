"""The forms in which a known value may come back, and one pattern that finds them all."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST_ENCODED = 8
"""Characters of a value whose base64 says anything: of shorter ones, it is part of too many texts."""
_ALONE = 10
"""Forms shorter than this count only where they stand alone: ``app123`` must not hide half of ``app1234``."""
_LINE = 16
"""Characters of a line that are looked for on their own: logs cut values of several lines."""
_LONG = 8_192
"""Characters of a value that is a file rather than a secret: it is looked for as it is, and by its lines."""
_DEPTH = 4
"""Characters by which forms are sorted before each is compared: a thousand values cost no more than ten."""
_UNQUOTED = ("", "/", "-_.!~*'()", "-_.!~*'();/?:@&=+$,#", "!$&'()*+,;=:@/", "!$&'()*+,;=")
"""What libraries leave as it is: Python, encodeURIComponent, encodeURI, and RFC 3986 for paths and user names."""
_ASCII = re.compile(r"[\x20-\x7e]+")
_ASCII_ONLY = re.compile(r"[^\x20-\x7e]")
_HEX = re.compile(r"[0-9A-Fa-f]{2}(?:[0-9A-Fa-f-]{6,})")


def forms(value: str) -> set[str]:
    """The value as it is, escaped, quoted, in hexadecimal digits and in base64.

    Args:
        value: of any length. Time and memory are in proportion to it.
    """
    if len(value) > _LONG:
        return {value, json.dumps(value)[1:-1]} | {line for line in value.splitlines() if _LINE <= len(line) <= _LONG}
    found = written(value)
    found.add(html.escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"))
    found |= {line for line in map(str.strip, value.splitlines()) if len(line) >= _LINE}
    found |= set(_misread(value))
    if _HEX.fullmatch(value):
        found |= {value.lower(), value.upper()}
    if len(value) >= SHORTEST_ENCODED:
        found |= set(_encoded(value.encode("utf-8", "surrogateescape")))
    return found


def written(value: str) -> set[str]:
    """The value as it is, escaped and quoted.

    Args:
        value: of any length.
    """
    return {form for form in (value, *_escaped(value), *_quoted(value), html.escape(value)) if form}


def _escaped(value: str) -> Iterator[str]:
    inner = json.dumps(value)[1:-1]
    for form in (inner, json.dumps(value, ensure_ascii=False)[1:-1], inner.replace("/", "\\/"), repr(value)[1:-1]):
        yield form
        yield json.dumps(form)[1:-1]
        yield repr(form)[1:-1]
    yield ascii(value)[1:-1]
    yield repr(value.encode("utf-8", "surrogateescape"))[2:-1]
    for character in "<>&'/=+":
        inner = inner.replace(character, f"\\u{ord(character):04x}")
    yield inner


def _misread(value: str) -> Iterator[str]:
    """As a reader has it that takes UTF-8 for something else, as all do with headers, or drops what it cannot read."""
    if value.isascii():
        return
    raw = value.encode("utf-8", "surrogateescape")
    yield raw.decode("latin-1")
    yield raw.decode("cp1252", "replace")
    yield from (part for part in _ASCII.findall(value) if len(part) >= SHORTEST_ENCODED)
    yield _ASCII_ONLY.sub("", value)


def _quoted(value: str) -> Iterator[str]:
    once = {quote(value, safe=safe, errors="surrogateescape") for safe in _UNQUOTED}
    once.add(quote_plus(value, errors="surrogateescape"))
    for form in (*once, *(quote(one, safe="") for one in once)):
        yield form
        yield re.sub("%(?:25)*[0-9A-F]{2}", lambda m: m[0].lower(), form)


def _encoded(raw: bytes) -> Iterator[str]:
    """Digits, and what stays the same of its base64 form wherever in a longer text it starts."""
    yield raw.hex()
    yield raw.hex().upper()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw).decode()
        core = whole[(0, 2, 3)[shift] : (len(raw) + shift) * 8 // 6]
        if len(core) >= SHORTEST_ENCODED:
            yield core
            yield core.replace("+", "-").replace("/", "_")
            yield quote(core, safe="")


def finder(wanted: Iterable[str]) -> list[re.Pattern[str]]:
    """Patterns that find every one of the forms, the longest at each place.

    Args:
        wanted: the forms.
    """
    ordered = sorted(set(wanted) - {""}, key=len, reverse=True)
    long, short = [one for one in ordered if len(one) >= _ALONE], [one for one in ordered if len(one) < _ALONE]
    found = [re.compile(_tree(long, 0))] if long else []
    if short:
        found.append(re.compile(f"(?<![A-Za-z0-9])(?:{_tree(short, 0)})(?![A-Za-z0-9])"))
    return found


def _tree(words: list[str], depth: int) -> str:
    """An alternative for each first character, and behind it one for each second."""
    if len(words) < 3 or depth == _DEPTH or not all(words):
        return "(?:" + "|".join(map(re.escape, words)) + ")"
    below: dict[str, list[str]] = {}
    for word in words:
        below.setdefault(word[0], []).append(word[1:])
    return "(?:" + "|".join(re.escape(first) + _tree(rest, depth + 1) for first, rest in below.items()) + ")"


_OVERLAP = 128
"""Characters at the end of a value in which another may begin."""


def matches(patterns: Iterable[re.Pattern[str]], text: str) -> Iterator[tuple[int, int]]:
    """Where forms stand, those that overlap too."""
    for pattern in patterns:
        found = pattern.search(text)
        while found:
            yield found.span()
            found = pattern.search(text, max(found.start() + 1, found.end() - _OVERLAP))


_HEAD = 8
"""Characters that a value must begin with where a message was cut short."""
_LONGEST_CUT = 2_000
"""Characters before an ellipsis that are looked through."""
_CUT = "…"


def heads(wanted: Iterable[str]) -> dict[str, list[str]]:
    """The forms by what they begin with.

    Args:
        wanted: the forms.
    """
    found: dict[str, list[str]] = {}
    for form in wanted:
        if len(form) > _HEAD:
            found.setdefault(form[:_HEAD], []).append(form)
    return found


def cut_off(known: dict[str, list[str]], text: str) -> Iterator[tuple[int, int]]:
    """Where a form stands that was cut short, and an ellipsis put for its end."""
    end = text.find(_CUT) if known else -1
    while end >= 0:
        first = max(0, end - _LONGEST_CUT)
        begin = first + max((text[first:end].rfind(space) for space in " \t\n"), default=-1) + 1
        for at in range(begin, end - _HEAD + 1):
            tail = text[at:end]
            if any(form.startswith(tail) for form in known.get(tail[:_HEAD], ())):
                yield at, end
                break
        end = text.find(_CUT, end + 1)
