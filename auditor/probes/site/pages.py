"""Finds what the tags of a page name, and the scripts that stand in the page itself (HTML standard)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from auditor.facts.loads import JAVASCRIPT
from auditor.facts.served import FileKind
from auditor.probes import addresses
from auditor.probes.markup import MOST_TAGS, Tag, tags
from auditor.probes.site.bounds import MAX_REFERENCES
from auditor.probes.site.frontier import How
from auditor.probes.site.references import MORE, TOO_LONG, Reference, inside, is_page, suffix
from auditor.probes.site.territory import LONGEST_URL, resolve

_ATTRIBUTES = {
    "script": ("src", "data-src"),
    "astro-island": ("component-url", "renderer-url", "before-hydration-url"),
    "link": ("href",),
    "a": ("href",),
    "area": ("href",),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
}
_OF_SVG = {"script": ("href", "xlink:href"), "a": ("href", "xlink:href")}
_DEEPEST_FRAME = 4
"""Of pages that stand in an attribute of a page."""
_LINK = re.compile(r"<([^<>\s]{1,2000})>((?:[^,\"<]++|\"[^\"]*+\")*+)")
_PARAMETER = re.compile(r";\s{0,9}([a-zA-Z-]{1,20})\s{0,9}(?:=\s{0,9}(?:\"([^\"]{0,200})\"|([^\s;,\"]{1,200})))?")
_GOES = re.compile(
    rb"\blocation\s{0,3}(?:\.\s{0,3}href)?\s{0,3}=\s{0,3}[\"'`]([^\"'`\s<>$\\]{1,300})[\"'`]"
    rb"|\blocation\s{0,3}\.\s{0,3}(?:replace|assign)\s{0,3}\(\s{0,3}[\"'`]([^\"'`\s<>$\\]{1,300})[\"'`]"
)
_MOST_GOES = 50


@dataclass(slots=True)
class Found:
    """What a page says.

    Args:
        url: where it came from.
        base: what its references are relative to.
    """

    url: str
    base: str
    references: dict[Reference, None] = field(default_factory=dict)
    inline_scripts: int = 0
    """That stand in the page, ``data:`` URLs among them."""
    texts: list[bytes] = field(default_factory=list)
    """Scripts of ``data:`` URLs, decoded."""
    left: int = MOST_TAGS

    def add(self, reference: Reference) -> None:
        """One more."""
        if len(self.references) < MAX_REFERENCES:
            self.references[reference] = None
        else:
            self.references[MORE] = None


def of_page(data: bytes, url: str, link_header: str = "") -> Found:
    """What the tags of a page name: scripts, style sheets, what is loaded ahead, pages of links, import maps.

    Args:
        data: a page, in UTF-8. Whatever it holds, this takes time in proportion to it and does not raise.
        url: where it came from.
        link_header: the value of ``Link`` (RFC 8288), which names what pages of other sites name by tags.
    """
    found = Found(url, url)
    for target, attributes in _of_header(link_header):
        if leads := resolve(url, target):
            _of_link(found, attributes, leads)
    _read(found, data.decode("utf-8", "replace"), 0)
    for number, match in enumerate(_GOES.finditer(data)):
        target = resolve(found.base, (match[1] or match[2]).decode("utf-8", "replace")).partition("?")[0]
        if target and target != url and is_page(target):
            found.add(Reference(target, FileKind.PAGE, How.TEXT, route=True))
        if number >= _MOST_GOES:
            break
    return found


def _of_header(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in _LINK.finditer(value):
        yield match[1], {one[1].lower(): one[2] or one[3] or "" for one in _PARAMETER.finditer(match[2])}


def _read(found: Found, text: str, depth: int) -> None:
    based = False
    for tag in tags(text):
        found.left -= 1
        if found.left < 0:
            found.references[MORE] = None
            return
        if not tag.start or (tag.foreign and tag.name not in _OF_SVG):
            continue
        if tag.name == "base":
            if not based and (href := resolve(found.url, tag.attributes().get("href", ""))):
                found.base, based = href, True
        elif tag.name == "meta":
            _refresh(found, tag.attributes())
        elif tag.name in _ATTRIBUTES:
            _element(found, tag, tag.attributes(), depth)


def _refresh(found: Found, attributes: dict[str, str]) -> None:
    if attributes.get("http-equiv", "").strip().lower() == "refresh":
        target = resolve(found.base, addresses.refresh(attributes.get("content", "")[:LONGEST_URL])).partition("?")[0]
        if target and is_page(target):
            found.add(Reference(target, FileKind.PAGE, route=True))


def _element(found: Found, tag: Tag, attributes: dict[str, str], depth: int) -> None:
    for name in _OF_SVG[tag.name] if tag.foreign else _ATTRIBUTES[tag.name]:
        written = attributes.get(name, "")
        if target := resolve(found.base, written):
            _reference(found, tag, attributes, target)
        elif tag.name == "script" and written:
            _no_address(found, written.strip())
    if tag.name == "script" and not tag.foreign and "src" not in attributes:
        _inline(found, attributes.get("type", "").strip().lower(), tag.content)
    elif tag.name == "iframe" and attributes.get("srcdoc") and depth < _DEEPEST_FRAME:
        outside = found.base
        _read(found, attributes["srcdoc"], depth + 1)
        found.base = outside


def _no_address(found: Found, written: str) -> None:
    """A script that no server is asked for, or whose address is too long to ask."""
    lower = written[:20].lower()
    if lower.startswith("data:"):
        found.inline_scripts += 1
        if text := inside(written):
            found.texts.append(text)
    elif len(written) > LONGEST_URL and not lower.startswith(("blob:", "javascript:")):
        found.add(TOO_LONG)


def _inline(found: Found, kind: str, text: str) -> None:
    if JAVASCRIPT.fullmatch(kind):
        found.inline_scripts += bool(text.strip())
    elif kind == "importmap":
        for url in _imported(_json(text)):
            target = resolve(found.base, url)
            if target and not target.endswith("/"):
                found.add(Reference(target, FileKind.SCRIPT))
    elif kind == "speculationrules":
        for url in _speculated(_json(text)):
            target = resolve(found.base, url).partition("?")[0]
            if target and is_page(target):
                found.add(Reference(target, FileKind.PAGE))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _imported(read: Any) -> Iterator[str]:
    scopes = read.get("scopes") if isinstance(read, dict) else None
    tables = [read.get("imports")] if isinstance(read, dict) else []
    for table in [*tables, *(scopes.values() if isinstance(scopes, dict) else ())]:
        if isinstance(table, dict):
            yield from (value for value in table.values() if isinstance(value, str))


def _speculated(read: Any) -> Iterator[str]:
    for rules in read.values() if isinstance(read, dict) else ():
        for rule in rules if isinstance(rules, list) else ():
            urls = rule.get("urls") if isinstance(rule, dict) else None
            yield from (url for url in urls if isinstance(url, str)) if isinstance(urls, list) else ()


def _reference(found: Found, tag: Tag, attributes: dict[str, str], target: str) -> None:
    if tag.name == "script":
        data = "data-src" in attributes and "src" not in attributes
        found.add(Reference(target, FileKind.DATA if data else FileKind.SCRIPT))
    elif tag.name == "astro-island":
        found.add(Reference(target, FileKind.SCRIPT))
    elif tag.name == "link":
        _of_link(found, attributes, target)
    elif (page := target.partition("?")[0]) and is_page(page) and "download" not in attributes:
        found.add(Reference(page, FileKind.PAGE))


def _of_link(found: Found, attributes: dict[str, str], target: str) -> None:
    rel, wanted = set(attributes.get("rel", "").lower().split()), attributes.get("as", "").lower()
    ahead = {"preload", "prefetch", "modulepreload"} & rel
    if "stylesheet" in rel or (ahead and wanted == "style"):
        found.add(Reference(target, FileKind.STYLE))
    elif ahead and (wanted in ("fetch", "json") or suffix(target) == "json"):
        found.add(Reference(target, FileKind.DATA))
    elif ahead and (
        wanted in ("script", "worker", "serviceworker", "sharedworker", "audioworklet")
        or ("modulepreload" in rel and not wanted)
        or suffix(target) in ("js", "mjs")
    ):
        found.add(Reference(target, FileKind.SCRIPT))
    elif "sitemap" in rel:
        found.add(Reference(target, FileKind.MANIFEST))
    elif "manifest" in rel:
        found.add(Reference(target, FileKind.DATA))
    elif rel & {"prefetch", "prerender", "next"} and is_page(page := target.partition("?")[0]):
        found.add(Reference(page, FileKind.PAGE))
