"""Takes HTML apart into tags and raw text, by the tokenizer of the HTML standard (section 13.2.5), in linear time.

Tree builders need quadratic time for what a hostile server may send: lexbor takes minutes, in C, for two megabytes of
nested ``div`` or of attributes, and no deadline ends it. What a page loads is told by its tags alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import islice

MOST_TAGS = 100_000
"""Tags, comments and pieces of text looked at in one page. More than any page holds that a person reads."""
MOST_ATTRIBUTES = 1_000
"""Of one tag."""
MOST_CHARACTERS = 500_000
"""Of an attribute that holds character references."""

_SPACE = r"[\t\n\f\r ]"
_VALUE = r"\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >\"'][^\t\n\f\r >]*+|(?=>)"
_REST = re.compile(rf"(?:[\t\n\f\r /]++|[^\t\n\f\r />][^\t\n\f\r />=]*+{_SPACE}*+(?:={_SPACE}*+(?:{_VALUE})|(?!=)))*+>")
"""Attributes and the end of a tag. No match: the page ends before the tag does, which is then none."""
_ATTRIBUTE = re.compile(rf"([^\t\n\f\r />][^\t\n\f\r />=]*+){_SPACE}*+(?:={_SPACE}*+({_VALUE}))?")
_OPENS = re.compile(r"<(?:(/?)([A-Za-z][^\t\n\f\r />]*+)|(?=[!?/]))")
_CHARACTER = re.compile(
    r"&(?:#(?:[xX]0{0,50}[0-9a-fA-F]{1,6}|0{0,50}[0-9]{1,7});?|[A-Za-z][A-Za-z0-9]{1,40}(?:;|(?![A-Za-z0-9=])))"
)
"""A character reference of an attribute: ``&copy=1`` is a part of a query, and numbers have no end."""
_COMMENT_END = re.compile(r"--!?>")
_RAW = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript"})
_ESCAPES = re.compile(r"<!--|</script(?=[\t\n\f\r />])", re.IGNORECASE)
_ESCAPED = re.compile(r"-->|</?script(?=[\t\n\f\r />])", re.IGNORECASE)

_INTEGRATION = frozenset({"foreignobject", "desc", "title"})
_BREAKOUT = re.compile(
    "b|big|blockquote|body|br|center|code|dd|div|dl|dt|em|embed|h[1-6]|head|hr|i|img|li|listing|menu|meta|nobr|ol|p|pre"
    "|ruby|s|small|span|strong|strike|sub|sup|table|tt|u|ul|var"
)
"""Start tags that end SVG and MathML (section 13.2.6.5)."""
_DEEPEST = 64


@dataclass(slots=True)
class Tag:
    """A start or an end tag, or what is between two of them."""

    name: str
    """In lower case; empty for text, which may be empty too."""
    start: bool = False
    raw: str = ""
    """The attributes as they are written, or the text."""
    content: str = ""
    """What is between a tag and its end, where that is no markup: of ``script``, ``style``, ``textarea`` …"""
    foreign: bool = False
    """Inside SVG or MathML."""

    def attributes(self) -> dict[str, str]:
        """Names in lower case, character references resolved; the first of two with one name counts."""
        found: dict[str, str] = {}
        for match in islice(_ATTRIBUTE.finditer(self.raw), MOST_ATTRIBUTES):
            value = match[2] or ""
            value = value[1:-1] if value[:1] in ('"', "'") else value
            found.setdefault(match[1].lower(), decoded(value) if "&" in value else value)
        return found


def decoded(value: str) -> str:
    """An attribute's value, its character references resolved."""
    return _CHARACTER.sub(lambda found: unescape(found[0]), value[:MOST_CHARACTERS])


def tags(text: str) -> Iterator[Tag]:
    """Every tag of a page, and the text between tags.

    Args:
        text: a page, or a part of one. Whatever it is, it is read to its end once.
    """
    position = 0
    foreign: list[str] = []
    while found := _OPENS.search(text, position):
        yield Tag("", raw=text[position : found.start()])
        if not found[2]:
            position = _beside(text, found.start(), foreign)
            continue
        rest = _REST.match(text, found.end())
        if rest is None:
            return
        position, start = rest.end(), not found[1]
        tag = Tag(found[2].lower(), start, rest[0][:-1])
        _enter(tag, foreign)
        if start and not tag.foreign and tag.name in _RAW:
            end = _raw_end(text, position, tag.name)
            tag.content, position = text[position:end], end
        yield tag
        if start and tag.name == "plaintext" and not tag.foreign:
            return
    yield Tag("", raw=text[position:])


def _beside(text: str, found: int, foreign: list[str]) -> int:
    """Where to go on after a ``<`` that begins no tag: behind a comment, a doctype or a CDATA section."""
    if text.startswith("<!--", found):
        if text.startswith((">", "->"), found + 4):
            return text.index(">", found) + 1
        end = _COMMENT_END.search(text, found + 4)
        return end.end() if end else len(text)
    if foreign and foreign[-1] not in _INTEGRATION and text.startswith("<![CDATA[", found):
        return _after(text, "]]>", found)
    return _after(text, ">", found)


def _after(text: str, what: str, position: int) -> int:
    end = text.find(what, position)
    return end + len(what) if end >= 0 else len(text)


def _enter(tag: Tag, foreign: list[str]) -> None:
    """Follow a tag into SVG and MathML, out of them, and into the HTML inside them."""
    inside = bool(foreign) and foreign[-1] not in _INTEGRATION
    if tag.start:
        if inside and _BREAKOUT.fullmatch(tag.name):
            while foreign and foreign[-1] not in _INTEGRATION:
                foreign.pop()
            inside = False
        begins = tag.name in ("svg", "math") or (inside and foreign[-1] == "svg" and tag.name in _INTEGRATION)
        if begins and not tag.raw.endswith("/") and len(foreign) < _DEEPEST:
            foreign.append(tag.name)
    elif tag.name in foreign:
        while foreign.pop() != tag.name:
            pass
    tag.foreign = inside


def _raw_end(text: str, position: int, name: str) -> int:
    """Where the content of an element ends that holds no markup."""
    if name == "script":
        return _script_end(text, position)
    end = _end_tag(name).search(text, position)
    return end.start() if end else len(text)


@cache
def _end_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE)


def _script_end(text: str, position: int) -> int:
    """The end of a script: behind ``<!--``, a pair of script tags is text (sections 13.2.5.15 to 13.2.5.31)."""
    escaped = doubly = False
    while found := (_ESCAPED if escaped else _ESCAPES).search(text, position):
        position = found.end()
        if found[0] == "<!--":
            escaped, position = True, position - 2  # ``<!-->`` is a comment already
        elif found[0] == "-->":
            escaped = doubly = False
        elif found[0].startswith("</"):
            if not doubly:
                return found.start()
            doubly = False
        else:
            doubly = True
    return len(text)
