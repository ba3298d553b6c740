"""Finds variables by name in what is served: names that a build left, and settings that pages read at run time."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

from auditor.facts.names import LONGEST, NEEDLES, classify, public_prefix
from auditor.facts.variables import PublicVariable
from auditor.model import Confidence
from auditor.probes.config_objects import Entry, entries_of, json_entries, whole_object
from auditor.probes.javascript import tokens
from auditor.probes.secrets.values import is_placeholder, value_kind

MOST = 2_000
"""Variables of one file."""
MOST_PLACES = 20_000
"""Where one file has such names."""
MAX_SETTINGS = 300_000
"""Characters of one object of settings."""
MAX_TOKENS = 20_000
_WORD = re.compile(r"[\w$]*")
_QUOTE = r"\\{0,7}[\"'`]|&quot;|&#(?:x27|39|34);|%22"
_GIVEN = re.compile(rf"(?:{_QUOTE})?\]?\s{{0,8}}(?::|=(?!=)|%3A)\s{{0,8}}(?P<quote>{_QUOTE})")
_READ = re.compile(r"(?:env(?:\?\.|\.)|env(?:\?\.)?\[[\"'`])\Z")
_ONE_OF = re.compile(r"[{,]\s{0,9}\Z")
_TAKEN = re.compile(r"\s{0,9}(?=[:,}=])[^{}]{0,2000}\}\s{0,3}=\s{0,3}[\w$.]{0,60}\benv\b")
LONGEST_VALUE = 8_192
MOST_QUOTES = 200
"""Quotes within a value."""
_SETTINGS = re.compile(
    r"(?:window|self|globalThis|global)\s{0,3}(?:\.\s{0,3}|\[\s{0,3}[\"'])(?P<name>[\w$]{1,60})(?:[\"']\s{0,3}\])?"
    r"(?P<path>(?:\.[\w$]{1,60}){0,3})\s{0,8}=(?!=)\s{0,8}(?:Object\.(?:freeze|assign)\(\s{0,8}(?:\{\s{0,3}\}\s{0,3},\s{0,8})?)?(?P<open>[{\"'`])"
)
_SETTINGS_NAME = re.compile(r"env|conf|setting|runtime|nuxt|secret|app_?data|constants", re.IGNORECASE)


def script_variables(url: str, text: str) -> list[PublicVariable]:
    """The variables with a public prefix that a text names, and what each is given there.

    A name counts where it is given a string, and where a script reads it; one in a sentence does not.

    Args:
        url: where it was served.
        text: a script, a page or data. Whatever it holds, this takes time in proportion to it and does not raise.
    """
    found: dict[tuple[str, bool], PublicVariable] = {}
    places = _Places(text)
    for name, start, end in islice(_names(text), MOST_PLACES):
        if (name, True) in found or len(found) >= MOST:
            continue
        value = _value(text, end)
        if value is not None and is_placeholder(value[0]):
            continue
        if value is not None or ((name, False) not in found and _is_read(text, start, end)):
            found[name, value is not None] = _variable(url, name, "script", places, start, value)
    return [one for (name, given), one in found.items() if given or (name, True) not in found]


def settings_variables(url: str, text: str, *, whole: bool = False) -> list[PublicVariable]:
    """The settings that a page reads at run time, whatever they are called: ``window.__ENV = {…}``.

    Args:
        url: where they were served.
        text: a script or a page; with ``whole``, a file of settings, which may be JSON.
        whole: everything in it is settings.
    """
    found: dict[str, PublicVariable] = {}
    places = _Places(text)
    for entry in _settings(text, whole):
        if entry.value is None or is_placeholder(entry.value) or len(found) >= MOST:
            continue
        found.setdefault(
            entry.name,
            _variable(url, entry.name, "settings", places, entry.start, (entry.value, entry.value_start)),
        )
    return list(found.values())


def _settings(text: str, whole: bool) -> Iterator[Entry]:
    if whole and text.lstrip("\ufeff \t\r\n")[:1] == "{":
        yield from json_entries(text)
        return
    until = 0
    for match in _SETTINGS.finditer(text):
        if match.start() < until or not (whole or _SETTINGS_NAME.search(match["name"] + match["path"])):
            continue
        at = match.start("open")
        stream = islice(tokens(text, at, at + MAX_SETTINGS), MAX_TOKENS if match["open"] == "{" else 1)
        part = whole_object(stream)
        until = part[-1].end if part else at
        if match["open"] == "{":
            yield from entries_of(part, deep=True)
        elif part and (match["path"] or whole):
            name = (match["path"] or match["name"]).rpartition(".")[2]
            yield Entry(name, match.start("name"), part[0].text, at + 1)


def _names(text: str) -> Iterator[tuple[str, int, int]]:
    seen: set[int] = set()
    for needle in NEEDLES:
        at = text.find(needle)
        while at >= 0:
            head = text[max(0, at - 40) : at]
            start = at - (len(head) - len(head.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")))
            if text[start - 1 : start] == "%":
                start = min(start + 2, at)  # of a quote that is percent-encoded
            word = _WORD.match(text, start, start + LONGEST)
            end = word.end() if word else start
            if start not in seen and public_prefix(text[start:end]) and text[start - 1 : start] not in ("$", "-"):
                seen.add(start)
                yield text[start:end], start, end
            at = text.find(needle, max(end, at + 1))


def _value(text: str, end: int) -> tuple[str, int] | None:
    """What a name is given, and where that starts; None when it is given no string."""
    given = _GIVEN.match(text, end)
    if not given:
        return None
    quote, start = given["quote"], given.end()
    stop = text.find(quote, start, start + LONGEST_VALUE)
    for _ in range(MOST_QUOTES):
        # a quote behind one more backslash belongs to the value
        if stop <= 0 or quote[0] in "&%" or text[stop - 1] != "\\":
            break
        stop = text.find(quote, stop + 1, start + LONGEST_VALUE)
    return (text[start:stop], start) if stop >= 0 else None


def _is_read(text: str, start: int, end: int) -> bool:
    if _READ.search(text[max(0, start - 12) : start]):
        return True
    return bool(_ONE_OF.search(text[max(0, start - 12) : start]) and _TAKEN.match(text, end))


def _variable(
    url: str, name: str, source: str, places: _Places, start: int, value: tuple[str, int] | None
) -> PublicVariable:
    class_ = classify(name, public=True)
    if value is None:
        return PublicVariable(name, class_, url, places.line(start), source)
    said = value_kind(value[0])
    return PublicVariable(
        name,
        class_,
        url,
        places.line(start),
        source,
        value_length=len(value[0]),
        value_kind=said.kind,
        value_nature=said.nature,
        served_at=url,
        served_line=places.line(value[1]),
        served_column=places.column(value[1]),
        confidence=Confidence.OBSERVED,
    )


class _Places:
    """Lines and columns of a text, counted from 1; nothing is counted before it is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []

    def line(self, at: int) -> int:
        if not self._starts:
            self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]
        return bisect_right(self._starts, at)

    def column(self, at: int) -> int:
        return at - self._starts[self.line(at) - 1] + 1
