"""Finds and reads source maps (ECMA-426)."""

from __future__ import annotations

from typing import Any

from auditor.facts.served import SourceMap
from auditor.probes.map_json import map_document
from auditor.probes.net.response import Response
from auditor.probes.site.bounds import MAX_FILE
from auditor.probes.site.references import inside
from auditor.probes.site.territory import resolve

_COMMENT = b"sourceMappingURL="
_DEEPEST = 20


def named_map(data: bytes, url: str, answer: Response | None = None) -> tuple[str, bytes]:
    """Where the map of a script is.

    Args:
        data: the script.
        url: where it came from.
        answer: with it, for its headers.

    Returns:
        The map's URL, or the map itself where the script holds it; both empty when it names none.
    """
    written = _comment(data)
    if written[:5].lower() == b"data:":
        return "", inside(written[: MAX_FILE * 2].decode("latin-1"))
    named = written.decode("utf-8", "replace")
    if not named and answer is not None:
        named = answer.header("sourcemap") or answer.header("x-sourcemap") or ""
    return resolve(url, named), b""


def _comment(data: bytes) -> bytes:
    """What the last such comment says: libraries that make maps hold the word, too, followed by a quote."""
    at = data.rfind(_COMMENT)
    if at < 3 or (data[at - 3 : at - 1] not in (b"//", b"/*") and data[at - 4 : at - 2] not in (b"//", b"/*")):
        return b""
    rest = data[at + len(_COMMENT) :]
    line = rest.split(b"\n", 1)[0].split(None, 1)
    word = line[0].removesuffix(b"*/") if line else b""
    return b"" if word[:1] in (b'"', b"'", b"`", b"$") else word


def read_map(data: bytes, url: str, script: str) -> SourceMap | None:
    """What a source map holds; None when this is none.

    Args:
        data: what was served.
        url: where.
        script: the URL of the script that names it.
    """
    read = map_document(data)
    return None if read is None else SourceMap(url, script, *_counted(read, 0))


def maps_within(data: bytes, url: str) -> list[str]:
    """The URLs of the maps that an index map leaves to other files, as its first revisions allow.

    Args:
        data: of the map.
        url: where it was served.
    """
    if b'"sections"' not in data or (read := map_document(data)) is None:
        return []
    sections = read.get("sections")
    written = [one.get("url") for one in sections if isinstance(one, dict)] if isinstance(sections, list) else []
    return [target for one in written if isinstance(one, str) and (target := resolve(url, one))]


def _counted(read: Any, depth: int) -> tuple[int, int]:
    if not isinstance(read, dict) or depth > _DEEPEST:
        return 0, 0
    sources, content = read.get("sources"), read.get("sourcesContent")
    total = len(sources) if isinstance(sources, list) else 0
    held = sum(isinstance(text, str) and bool(text) for text in content) if isinstance(content, list) else 0
    sections = read.get("sections")
    for section in sections if isinstance(sections, list) else ():
        inner = _counted(section.get("map"), depth + 1) if isinstance(section, dict) else (0, 0)
        total, held = total + inner[0], held + inner[1]
    return total, held
