"""Finds the files that a page, a script or a manifest names, by their text alone.

Bundlers write addresses in few ways: in tags, as paths from the root, relative to the script (ECMAScript modules), and
relative to a public path that some other script knows. For the last kind the folders of the scripts that were seen are
remembered: ``static/chunks/x.js`` belongs where ``/shop/_next/static/`` was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from auditor.facts.served import FileKind
from auditor.probes.markup import MOST_TAGS, Tag, tags
from auditor.probes.site.bounds import MAX_REFERENCES
from auditor.probes.site.frontier import How
from auditor.probes.site.territory import LONGEST_URL, resolve

_SCRIPT = re.compile(rb"\.[mc]?js(?=[\"'`\\)?\s,;<&]|%22|$)")
_NAME = bytes(set(range(0x21, 0x7F)) - set(b"\"'`\\<>|^{},;=&?#"))
"""Characters of an address in a string; others, and those before them, are not part of it."""
_OPENS = b"\"'`\\(=,;> \n"
_LONGEST = 400
_BARE = re.compile(rb"[\w.@~$+()\[\]%!:*-]+(?:/[\w.@~$+()\[\]%!:*-]+)*")

_WORKERS = re.compile(
    rb"(?:serviceWorker\s{0,5}\.\s{0,5}register|new\s{1,5}(?:Shared)?Worker|new\s{1,5}Workbox|importScripts)\s{0,5}\("
    rb"\s{0,5}(?:new\s{1,5}URL\s{0,5}\(\s{0,5})?[\"'`]([^\"'`\\\s<>${}]{1,300})[\"'`]"
)
_WORKBOX = re.compile(rb"[\"'](?:\./)?(workbox-[0-9a-f]{6,16})[\"']")
_ROUTES = re.compile(rb"[\"'](/[\w/.~%-]{0,200})[\"'](?=\s{0,3}[:,\]])")
_ROUTES_OF_KIT = re.compile(rb"[\"'](/[\w/.~-]{0,200})[\"']\s{0,3}:\s{0,3}\[\s{0,3}[-~]?\d")
_LOCATIONS = re.compile(rb"<loc>\s{0,100}(?:<!\[CDATA\[)?([^<\]]{1,2000})(?:\]\]>)?\s{0,100}</loc>", re.IGNORECASE)
_ROBOTS = re.compile(
    rb"^[ \t]{0,10}(sitemap|allow|disallow)[ \t]{0,10}:[ \t]{0,10}(\S{1,2000})", re.IGNORECASE | re.MULTILINE
)

_USUAL = re.compile(r"(static/(?:chunks|media)/)|(?:_next|_nuxt|_astro|_expo)/|_app/immutable/")
"""Paths that are where they are by default, though nothing of the kind was seen."""

_ATTRIBUTES = {
    "script": ("src", "data-src"),
    "astro-island": ("component-url", "renderer-url", "before-hydration-url"),
    "link": ("href",),
    "a": ("href",),
    "area": ("href",),
    "base": ("href",),
    "iframe": ("src",),
    "frame": ("src",),
}
_FILES_OF_PAGES = ("", "html", "htm", "php", "aspx", "jsp")
_RISKY = re.compile(r"log-?out|sign-?out|delete|remove|unsubscribe|/api/|/cdn-cgi/|/auth/callback", re.IGNORECASE)
"""Links that may do something when they are followed, and paths that are no pages."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A file that another one names."""

    url: str
    kind: FileKind
    how: How = How.TAG
    route: bool = False


@dataclass(slots=True)
class Folders:
    """Where scripts were seen: what paths relative to an unknown public path may start from."""

    _known: dict[str, str] = field(default_factory=dict)

    def learn(self, url: str) -> None:
        """Remember each folder in the path of a script: the first URL with a folder of this name counts."""
        start = url.index("/", 8)
        path = url[start:].partition("?")[0]
        at = 0
        while (end := path.find("/", at + 1)) > 0 and len(self._known) < 1_000:
            self._known.setdefault(path[at + 1 : end], url[: start + at + 1])
            at = end

    def place(self, reference: str, by: str) -> str:
        """Where ``static/chunks/x.js`` is, as far as that can be told; empty when not.

        Args:
            reference: a path without a slash, or a dot and a slash, before it.
            by: URL of the script that holds it.
        """
        first = reference.partition("/")[0]
        path = by.partition("?")[0]
        at = path.find(f"/{first}/", 8)
        base = path[: at + 1] if at >= 0 else self._known.get(first, "")
        if not base and (usual := _USUAL.match(reference)):
            base = path[: path.find("/", 8) + 1] + ("_next/" if usual[1] else "")
        return resolve(base, reference) if base else ""


def of_page(data: bytes, url: str) -> Iterator[Reference]:
    """What the tags of a page name: scripts, what is loaded ahead, pages of links, import maps.

    Args:
        data: a page, in UTF-8.
        url: where it came from.
    """
    base, left = url, MOST_TAGS
    for tag in tags(data.decode("utf-8", "replace")):
        left -= 1
        if left < 0:
            return
        if not tag.start or tag.name not in _ATTRIBUTES:
            continue
        attributes = tag.attributes()
        if tag.name == "base":
            base = resolve(url, attributes.get("href", "")) or base
            continue
        for attribute in _ATTRIBUTES[tag.name]:
            if attributes.get(attribute) and (target := resolve(base, attributes[attribute])):
                yield from _of_tag(tag, attributes, target)
            elif tag.name == "script" and len(attributes.get(attribute, "")) > LONGEST_URL and _is_http(attributes):
                yield Reference("", FileKind.SCRIPT)
        if tag.name == "script" and attributes.get("type", "").lower() == "importmap":
            yield from _import_map(tag.content, base)


def _is_http(attributes: dict[str, str]) -> bool:
    return not attributes.get("src", "").lstrip().lower().startswith(("data:", "blob:", "javascript:"))


def _of_tag(tag: Tag, attributes: dict[str, str], target: str) -> Iterator[Reference]:
    if tag.name == "script":
        data = "data-src" in attributes and "src" not in attributes
        yield Reference(target, FileKind.DATA if data else FileKind.SCRIPT)
    elif tag.name == "astro-island":
        yield Reference(target, FileKind.SCRIPT)
    elif tag.name == "link":
        rel, wanted = attributes.get("rel", "").lower().split(), attributes.get("as", "").lower()
        ahead = {"preload", "prefetch", "modulepreload"} & set(rel)
        if ("modulepreload" in rel and wanted in ("", "script")) or (ahead and wanted in ("script", "worker")):
            yield Reference(target, FileKind.SCRIPT)
        elif ahead and (wanted == "fetch" or _suffix(target) == "json"):
            yield Reference(target, FileKind.DATA)
        elif ahead and _suffix(target) in ("js", "mjs"):
            yield Reference(target, FileKind.SCRIPT)
        elif "sitemap" in rel:
            yield Reference(target, FileKind.MANIFEST)
    elif (page := target.partition("?")[0]) and is_page(page) and "download" not in attributes:
        yield Reference(page, FileKind.PAGE)


def is_page(url: str) -> bool:
    """Whether a link of this kind leads to a page, and following it does nothing else."""
    return _suffix(url) in _FILES_OF_PAGES and not _RISKY.search(url[8:])


def _suffix(url: str) -> str:
    name = url.partition("?")[0].rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name and not name.endswith(".") else ""


def _import_map(text: str, base: str) -> Iterator[Reference]:
    try:
        read = json.loads(text)
        tables = [read.get("imports"), *(read.get("scopes") or {}).values()]
    except (ValueError, RecursionError, AttributeError):
        return
    for table in tables:
        for value in table.values() if isinstance(table, dict) else ():
            target = resolve(base, value) if isinstance(value, str) else ""
            if target and not target.endswith("/"):
                yield Reference(target, FileKind.SCRIPT)


def of_script(data: bytes, url: str, folders: Folders, *, worker: bool = False) -> Iterator[Reference]:
    """What the strings of a script, or of the scripts in a page, name.

    Takes time in proportion to the data, whatever it holds, and ends after ``MAX_REFERENCES``.

    Args:
        data: UTF-8.
        url: where it came from.
        folders: of the scripts that were seen.
        worker: whether it is a worker, whose paths are relative to itself.
    """
    left = MAX_REFERENCES
    for found in _SCRIPT.finditer(data):
        if (left := left - 1) < 0:
            return
        head = data[max(0, found.end() - _LONGEST) : found.end()]
        rest = head.rstrip(_NAME)
        if rest and rest[-1] in _OPENS and (target := _target(head[len(rest) :], url, folders, worker)):
            yield Reference(target, FileKind.SCRIPT, How.TEXT)
    for match in _WORKERS.finditer(data):
        if target := resolve(url, match[1].decode("utf-8", "replace")):
            # what is registered is a worker, and so is what it imports
            yield Reference(target, FileKind.WORKER)
    for match in _WORKBOX.finditer(data):
        if target := resolve(url, match[1].decode() + ".js"):
            yield Reference(target, FileKind.WORKER, How.TEXT)


def _target(name: bytes, url: str, folders: Folders, worker: bool) -> str:
    opens = name.rfind(b"(")
    if opens >= 0 and name.count(b"(") > name.count(b")"):
        name = name[opens + 1 :]  # url(static/…)
    text = name.decode("ascii", "replace")
    if _USUAL.match(text.removeprefix("./")):
        return folders.place(text.removeprefix("./"), url)
    if "node_modules/" in text or (text.startswith(".") and "/_next/" in url):
        return ""  # names of modules; chunks of Next.js are not named like this
    if text.startswith(("http://", "https://", "//", "/", "./", "../")):
        return "" if text.strip("./") in ("js", "mjs", "cjs") else resolve(url, unescape(text))
    if not _BARE.fullmatch(name) or text.startswith("."):
        return ""
    if "/" in text and (placed := folders.place(text, url)):
        return placed
    return resolve(url, text) if worker else ""


def routes(data: bytes, url: str) -> Iterator[Reference]:
    """The pages that a build manifest lists; those with parameters are left out.

    Args:
        data: ``_buildManifest.js`` or ``_ssgManifest.js``, its escapes undone.
        url: where it came from; the application's base path stands before ``/_next/``.
    """
    yield from _pages(_ROUTES, data, url.partition("/_next/")[0])


def routes_of_kit(data: bytes, url: str) -> Iterator[Reference]:
    """The pages that the entry of a SvelteKit application lists."""
    yield from _pages(_ROUTES_OF_KIT, data, url.partition("/_app/immutable/")[0])


def _pages(pattern: re.Pattern[bytes], data: bytes, base: str) -> Iterator[Reference]:
    for match in _at_most(pattern.finditer(data)):
        path = match[1].decode("ascii", "replace")
        if not path.startswith(("//", "/_")) and is_page(base + path) and (target := resolve(base, base + path)):
            yield Reference(target, FileKind.PAGE, How.TEXT, route=True)


def of_sitemap(data: bytes, url: str) -> Iterator[Reference]:
    """The pages of a sitemap, and the sitemaps of an index of them (sitemaps.org/protocol.html)."""
    index = b"<sitemapindex" in data[:2_000].lower()
    for match in _at_most(_LOCATIONS.finditer(data)):
        target = resolve(url, unescape(match[1].decode("utf-8", "replace")).strip())
        if target and index:
            yield Reference(target, FileKind.MANIFEST)
        elif target and is_page(target):
            yield Reference(target.partition("?")[0], FileKind.PAGE)


def of_robots(data: bytes, url: str) -> Iterator[Reference]:
    """The sitemaps that robots.txt names, and the paths that it speaks of (RFC 9309)."""
    for match in _at_most(_ROBOTS.finditer(data)):
        value = match[2].decode("utf-8", "replace")
        if match[1].lower() == b"sitemap":
            if target := resolve(url, value):
                yield Reference(target, FileKind.MANIFEST)
        elif value.startswith("/") and not set("*$?") & set(value):
            target = resolve(url, value)
            if target and urlsplit(target).path != "/" and is_page(target):
                yield Reference(target, FileKind.PAGE, How.TEXT)


def of_json(data: bytes, root: str) -> Iterator[Reference]:
    """Every text of a JSON manifest that is the address of a script, a source map or data.

    Args:
        data: ``asset-manifest.json``, ``ngsw.json``, …
        root: what paths without a slash are relative to.
    """
    try:
        left = [json.loads(data)]
    except (ValueError, RecursionError):
        return
    count = 0
    while left and count < MAX_REFERENCES:
        part = left.pop()
        count += 1
        if isinstance(part, dict):
            left += [*part.values(), *part.keys()]
        elif isinstance(part, list):
            left += part
        elif isinstance(part, str) and _suffix(part) in ("js", "mjs") and (target := resolve(root, part)):
            yield Reference(target, FileKind.SCRIPT, How.TEXT)


def _at_most(matches: Iterable[re.Match[bytes]]) -> Iterator[re.Match[bytes]]:
    for number, match in enumerate(matches):
        if number >= MAX_REFERENCES:
            return
        yield match
