"""Takes one served file apart: what it names, what is recognised in it, and what it says about the build."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.facts.served import FileKind, SourceMap
from auditor.facts.sightings import Sighting
from auditor.facts.variables import PublicVariable
from auditor.probes.net.response import Response
from auditor.probes.site import frameworks, pages, references, router_tables
from auditor.probes.site.chunkmap import ChunkNames, asked_ids, chunk_names
from auditor.probes.site.frontier import How, Named
from auditor.probes.site.maps import maps_within, named_map, read_map
from auditor.probes.site.readers import Readers
from auditor.probes.site.references import Folders, Reference
from auditor.probes.site.scanning import Scanner
from auditor.probes.site.territory import resolve
from auditor.probes.site.unescaped import replaced, scan

_MARKUP = re.compile(rb"\s{0,200}<(?:!doctype|html|head|body|\?xml|meta|title|div|script|h1|p>|center)", re.IGNORECASE)
_ESCAPED_SLASH = re.compile(rb"\\{1,4}u002[fF]|\\{1,4}/")
_MOST_IDS = 5_000
_MOST_UNPACKED = 12_000_000
_CODE = (FileKind.SCRIPT, FileKind.WORKER, FileKind.SETTINGS)


@dataclass(slots=True)
class Read:
    """What a file says."""

    references: list[Reference] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    variables: list[PublicVariable] = field(default_factory=list)
    frameworks: set[str] = field(default_factory=set)
    source_map: SourceMap | None = None
    inline_scripts: int = 0
    names_map: bool = False
    """A script that says where its source map is, or holds it."""


@dataclass(slots=True)
class Reader:
    """Reads the files of one site, one after another: what runtimes and folders taught it counts for later files.

    Args:
        scanner: recognises secrets.
        readers: find public variables.
    """

    scanner: Scanner
    readers: Readers
    folders: Folders = field(default_factory=Folders)
    base: str = ""
    """Where the application lives, with a slash at the end."""
    _runtimes: list[tuple[str, ChunkNames]] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    _built: set[str] = field(default_factory=set)
    """Frameworks whose marks some page bears: others of the site may bear none."""

    def read(self, named: Named, answer: Response, *, scanned: bool) -> Read:
        """Read a file.

        Args:
            named: what was asked for.
            answer: what came.
            scanned: False when its text was searched already, at another address.
        """
        data = utf8(answer)
        done = Read()
        if named.kind is FileKind.PAGE:
            self._page(named, data, answer, done, scanned=scanned)
        elif named.kind in (*_CODE, FileKind.MANIFEST):
            done.frameworks = frameworks.signs(data)
            done.references += self._references(named, data, answer)
        elif named.kind is FileKind.STYLE:
            done.references += references.of_style(data, named.url)
        if named.kind is FileKind.SOURCE_MAP:
            done.source_map = read_map(data, named.url, named.by)
            done.references += [Reference(url, FileKind.SOURCE_MAP) for url in maps_within(data, named.url)]
        if named.kind in (*_CODE, FileKind.STYLE):
            self._map(named, data, answer, done)
        if scanned:
            done.sightings += scan(self.scanner, data, named.url)
        done.variables += self.readers.read(named, data)
        return done

    def _page(self, named: Named, data: bytes, answer: Response, done: Read, *, scanned: bool) -> None:
        url = named.url
        done.frameworks = frameworks.signs(data)
        found = pages.of_page(data, url, answer.header("link") or "")
        done.inline_scripts = found.inline_scripts
        done.references += found.references
        for reference in found.references:
            if reference.kind is FileKind.SCRIPT and reference.url:
                self._learn(reference.url)
        base = self.base or _root(url)
        for text in (_plain(data), *found.texts):
            done.references += references.of_script(text, url, self.folders, base=found.base)
            done.references += references.of_data(text, url, found.base)
            done.references += router_tables.pages(text.decode("utf-8", "replace"), url, base)
        self._built |= done.frameworks
        done.references += frameworks.of_page(data, url, base, self._built)
        for text in found.texts if scanned else ():
            done.sightings += scan(self.scanner, text, url)

    def _references(self, named: Named, data: bytes, answer: Response) -> Iterator[Reference]:
        url, plain = named.url, _plain(data)
        if named.kind is FileKind.MANIFEST:
            yield from self._manifest(named, answer, plain)
        else:
            self._learn(url)
            if "/_app/immutable/entry/" in url:
                yield from references.routes_of_kit(plain, url)
            yield from router_tables.pages(plain.decode("utf-8", "replace"), url, self.base or _root(url))
            yield from references.of_data(plain, url, self.base or _root(url))
        worker = named.kind is FileKind.WORKER
        yield from references.of_script(plain, url, self.folders, worker=worker, base=self.base or _root(url))
        if named.kind is FileKind.SCRIPT:
            yield from self._chunks(url, plain)

    def _learn(self, url: str) -> None:
        self.folders.learn(url)
        self.base = self.base or frameworks.base_of(url)

    def _manifest(self, named: Named, answer: Response, plain: bytes) -> Iterator[Reference]:
        url = named.url
        name = url.partition("?")[0].rpartition("/")[2]
        if name.startswith("robots"):
            yield from references.of_robots(plain, url)
        elif name in ("_buildManifest.js", "_ssgManifest.js"):
            yield from references.routes(plain, url)
        elif name == "latest.json":
            yield from frameworks.nuxt_build(plain, url)
        elif name.endswith(".json"):
            yield from references.of_json(plain, frameworks.root_of(url, self.base))
        else:
            unpacked, more = _unpacked(answer.body)
            yield from references.of_sitemap(unpacked, url)
            if more:
                yield references.MORE

    def _chunks(self, url: str, data: bytes) -> Iterator[Reference]:
        """The files of chunks that are named by number only, as soon as the numbers and the runtime are known."""
        text = data.decode("latin-1")
        new = asked_ids(text, _MOST_IDS) - self._asked if len(self._asked) < _MOST_IDS else set()
        self._asked |= new
        for runtime_url, known in self._runtimes if new else ():
            yield from self._placed(known, runtime_url, frozenset(new))
        if ".u" in text and (names := chunk_names(text)):
            self._runtimes.append((url, names))
            yield from self._placed(names, url, frozenset(self._asked))

    def _placed(self, names: ChunkNames, url: str, ids: frozenset[str]) -> Iterator[Reference]:
        for name in names.names(ids):
            if name.partition("?")[0].endswith((".js", ".mjs")):
                target = self.folders.place(name, url) if "/" in name else ""
                target = target or resolve(url, name.rpartition("/")[2] if "/" in name else name)
                if target:
                    yield Reference(target, FileKind.SCRIPT, How.TEXT)

    def _map(self, named: Named, data: bytes, answer: Response, done: Read) -> None:
        url, inline = named_map(data, named.url, answer)
        done.names_map = bool(url or inline)
        if url:
            done.references.append(Reference(url, FileKind.SOURCE_MAP))
        elif inline and (found := read_map(inline, named.url, named.url)):
            done.source_map = found
            done.sightings += scan(self.scanner, inline, named.url)
            done.variables += self.readers.of_map(named.url, data, named.url, inline)


def _root(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]) + "/"


def utf8(answer: Response) -> bytes:
    """The body in UTF-8, as far as a browser would read it in another encoding."""
    body = answer.body
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace").encode()
    said = (answer.header("content-type") or "").lower()
    if "charset" in said and "utf-16" in said:
        return body.decode("utf-16-be" if "16be" in said else "utf-16-le", "replace").encode()
    return body.removeprefix(codecs.BOM_UTF8)


def is_markup(answer: Response) -> bool:
    """Whether the answer is a page, whatever its type says: what sites answer for addresses that they do not have.

    Its type alone does not tell: frameworks call any text ``text/html`` that a handler returns, scripts too, and
    browsers run them.
    """
    start = answer.body[:600].removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip(b"\xff\xfe")
    return bool(_MARKUP.match(start)) or (is_called_markup(answer) and start.lstrip()[:1] == b"<")


def is_called_markup(answer: Response) -> bool:
    """Whether the answer's type is that of a page."""
    return "html" in (answer.header("content-type") or "").lower()


def _plain(data: bytes) -> bytes:
    """A text whose slashes are not escaped."""
    return replaced(_ESCAPED_SLASH, b"/", data) if b"\\" in data else data


def _unpacked(body: bytes) -> tuple[bytes, bool]:
    """A sitemap, which may be a gzip file of its own, and whether it goes on."""
    if not body.startswith(b"\x1f\x8b"):
        return body, False
    stream = zlib.decompressobj(31)
    try:
        return stream.decompress(body, _MOST_UNPACKED), bool(stream.unconsumed_tail)
    except zlib.error:
        return b"", True
