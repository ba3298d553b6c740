"""Finds the files that a script or a manifest names, by their text alone.

Bundlers write addresses in few ways: in tags, as paths from the root, relative to the script (ECMAScript modules), and
relative to a public path that some other script knows. For the last kind the folders of the scripts that were seen are
remembered: ``static/chunks/x.js`` belongs where ``/shop/_next/static/`` was.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote_to_bytes, urlsplit

from auditor.facts.served import FileKind
from auditor.probes import addresses
from auditor.probes.site.bounds import MAX_REFERENCES
from auditor.probes.site.frontier import How
from auditor.probes.site.territory import resolve

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
_FETCHED = re.compile(
    rb"(?:\bfetch|\.get|\.load|\.open\([\"']GET[\"'],)\s{0,3}\(?\s{0,3}[\"'`]"
    rb"([^\"'`\\\s<>${}?#]{1,300}\.json)[\"'`?#]"
)
_MODULES = re.compile(rb"[\"'`]((?:\.{0,2}/)?[\w@.-][^\"'`\\\s<>${}?#]{0,300}\.wasm)[\"'`?#]")
_SETTINGS = re.compile(r"(?:^|[-._])(?:env|config|environment|appsettings|runtime)(?=[-._])", re.IGNORECASE)
_LANGUAGES = re.compile(r"/(?:locales?|langs?|languages|i18n|l10n|translations?|messages)/", re.IGNORECASE)
_ROUTES = re.compile(rb"[\"'](/[\w/.~%-]{0,200})[\"'](?=\s{0,3}[:,\]])")
_ROUTES_OF_KIT = re.compile(rb"[\"'](/[\w/.~-]{0,200})[\"']\s{0,3}:\s{0,3}\[\s{0,3}[-~]?\d")
_LOCATIONS = re.compile(rb"<loc>\s{0,100}(?:<!\[CDATA\[)?([^<\]]{1,2000})(?:\]\]>)?\s{0,100}</loc>", re.IGNORECASE)
_ROBOTS = re.compile(
    rb"^[ \t]{0,10}(sitemap|allow|disallow)[ \t]{0,10}:[ \t]{0,10}(\S{1,2000})", re.IGNORECASE | re.MULTILINE
)

_USUAL = re.compile(r"(static/(?:chunks|media)/)|(?:_next|_nuxt|_astro|_expo)/|_app/immutable/")
"""Paths that are where they are by default, though nothing of the kind was seen."""

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


TOO_LONG = Reference("", FileKind.SCRIPT)
"""A script whose URL is longer than any that is asked for."""
MORE = Reference("", FileKind.SCRIPT, How.TEXT)
"""There is more in a file than is looked at."""


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


def is_page(url: str) -> bool:
    """Whether a link of this kind leads to a page, and following it does nothing else."""
    return suffix(url) in _FILES_OF_PAGES and not _RISKY.search(url[8:])


def suffix(url: str) -> str:
    """The end of the name of the file, in small letters; empty when it has none."""
    name = url.partition("?")[0].rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name and not name.endswith(".") else ""


def inside(url: str) -> bytes:
    """What a ``data:`` URL holds (RFC 2397); empty when it is not to be decoded."""
    head, _, body = url.partition(",")
    data = unquote_to_bytes(body)
    if not head.lower().rstrip().endswith(";base64"):
        return data
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except ValueError:
        return b""


def of_script(data: bytes, url: str, folders: Folders, *, worker: bool = False, base: str = "") -> Iterator[Reference]:
    """What the strings of a script, or of the scripts in a page, name.

    Takes time in proportion to the data, whatever it holds, and ends after ``MAX_REFERENCES``.

    Args:
        data: UTF-8.
        url: where it came from.
        folders: of the scripts that were seen.
        worker: whether it is a worker, whose paths are relative to itself.
        base: where the application lives: the workers that scripts of pages start are relative to their page.
    """
    left = MAX_REFERENCES
    for found in _SCRIPT.finditer(data):
        if (left := left - 1) < 0:
            yield MORE
            return
        head = data[max(0, found.end() - _LONGEST) : found.end()]
        rest = head.rstrip(_NAME)
        if rest and rest[-1] in _OPENS and (target := _target(head[len(rest) :], url, folders, worker)):
            yield Reference(target, FileKind.SCRIPT, How.TEXT)
    for match in _at_most(_WORKERS.finditer(data)):
        written = match[1].decode("utf-8", "replace")
        beside = worker or b"URL" in match[0] or not base
        if target := resolve(url if beside else base, written):
            # what is registered is a worker, and so is what it imports
            yield Reference(target, FileKind.WORKER)
        if not beside and (target := resolve(url, written)):
            yield Reference(target, FileKind.WORKER, How.GUESS)
    for match in _at_most(_WORKBOX.finditer(data)):
        if target := resolve(url, match[1].decode() + ".js"):
            yield Reference(target, FileKind.WORKER, How.TEXT)


def of_data(data: bytes, url: str, base: str) -> Iterator[Reference]:
    """The JSON files and WebAssembly modules that a script loads, by their literal addresses.

    Args:
        data: of the script.
        url: where it came from.
        base: where the application lives: what scripts ask for is relative to their page, not to themselves.
    """
    for match in _at_most(_FETCHED.finditer(data)):
        if target := resolve(base, match[1].decode("utf-8", "replace")):
            yield Reference(target, _kind(target), How.TEXT)
    for match in _at_most(_MODULES.finditer(data)):
        if target := resolve(url, match[1].decode("utf-8", "replace")):
            yield Reference(target, FileKind.DATA, How.TEXT)


def _kind(url: str) -> FileKind:
    """Settings when the name says so: texts of a language are named ``settings`` and ``password`` too."""
    path = urlsplit(url).path
    settings = _SETTINGS.search(path.rpartition("/")[2]) and not _LANGUAGES.search(path)
    return FileKind.SETTINGS if settings else FileKind.DATA


def of_style(data: bytes, url: str) -> Iterator[Reference]:
    """The style sheets that one imports."""
    for number, (kind, written) in enumerate(addresses.css_urls(data.decode("utf-8", "replace"))):
        if number >= MAX_REFERENCES:
            yield MORE
            return
        if kind == "style" and (target := resolve(url, written)):
            yield Reference(target, FileKind.STYLE)


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
        elif isinstance(part, str) and suffix(part) in ("js", "mjs") and (target := resolve(root, part)):
            yield Reference(target, FileKind.SCRIPT, How.TEXT)


def _at_most(matches: Iterable[re.Match[bytes]]) -> Iterator[re.Match[bytes]]:
    for number, match in enumerate(matches):
        if number >= MAX_REFERENCES:
            return
        yield match
