"""Finds and reads source maps (ECMA-426)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import unquote_to_bytes

from auditor.facts.served import SourceMap
from auditor.probes.net.response import Response
from auditor.probes.site.bounds import MAX_FILE
from auditor.probes.site.territory import resolve

_COMMENT = b"sourceMappingURL="
_GUARD = b")]}'"
"""What may stand in front of the JSON, against inclusion as a script."""
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
    if written.startswith(b"data:"):
        return "", _inline(written)
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


def _inline(written: bytes) -> bytes:
    head, _, body = written.partition(b",")
    body = unquote_to_bytes(body[: MAX_FILE * 2]) if b"%" in body else body[: MAX_FILE * 2]
    if b";base64" not in head.lower():
        return body
    try:
        return base64.b64decode(body + b"=" * (-len(body) % 4))
    except (ValueError, binascii.Error):
        return b""


def read_map(data: bytes, url: str, script: str) -> SourceMap | None:
    """What a source map holds; None when this is none.

    Args:
        data: what was served.
        url: where.
        script: the URL of the script that names it.
    """
    try:
        read = json.loads(data.removeprefix(_GUARD).lstrip(b"\xef\xbb\xbf") if data[:1] != b"{" else data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or not {"mappings", "sections"} & set(read):
        return None
    sources, held = _counted(read, 0)
    return SourceMap(url, script, sources, held)


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
