"""Reads source maps: which variables the sources name, and which value each has in the script. By ECMA-426.

A build writes the value of ``process.env.NEXT_PUBLIC_X`` into the script and leaves nothing of the name. The map still
says which source a place in the script comes from, so that name and value can be brought together again: so a weak
password is found that no shape gives away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auditor.facts.names import NEEDLES, classify, public_prefix
from auditor.facts.variables import PublicVariable
from auditor.model import Confidence
from auditor.probes.env_reads import EnvRead, env_reads
from auditor.probes.map_json import map_document, text_of
from auditor.probes.pairing import Literal, Pairing
from auditor.probes.secrets.values import is_placeholder, value_kind
from auditor.probes.vlq import segments

MAX_SECTIONS = 5_000
MAX_DEPTH = 8
"""Of maps within sections of maps: the standard allows none, and a map may hold anything."""
MAX_SOURCES = 50_000
MAX_CONTENT = 64_000_000
"""Characters of sources of one map that are looked at."""
MOST_VARIABLES = 2_000
"""Of one map."""
_LIBRARY = re.compile(r"(?:^|/)node_modules/|webpack/(?:runtime|bootstrap)|\[turbopack\]|/next/dist/|^ignored\|")


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a script, and the map of it."""

    line: int
    column: int
    sources: tuple[str, ...]
    contents: tuple[str, ...]
    mappings: str


def named_values(script_url: str, script: bytes, map_url: str, source_map: bytes) -> list[PublicVariable]:
    """The variables that the sources of a map name, each with the place of its value in the script, where it has one.

    No value is kept: its length, and what the scanner calls it. Mappings are decoded only of maps with such names.

    Args:
        script_url: where the script was served.
        script: as it was.
        map_url: where its map was served; empty when it stands in the script.
        source_map: as it was. Whatever it holds, this ends and does not raise.
    """
    if b"env" not in source_map or (document := map_document(source_map)) is None:
        return []
    lines: list[str] | None = None
    found: dict[tuple[str, str, int, int], PublicVariable] = {}
    for section in _sections(document):
        if not (reads := _reads(section)):
            continue
        if lines is None:
            lines = script.decode("utf-8", "replace").split("\n")
        for variable in _variables(section, reads, lines, script_url, map_url or script_url):
            found.setdefault(
                (variable.name, variable.served_at, variable.served_line, variable.served_column), variable
            )
            if len(found) >= MOST_VARIABLES:
                return list(found.values())
    return list(found.values())


def _reads(section: _Section) -> dict[int, list[EnvRead]]:
    """By index of the source. Libraries read much that nobody sets: of theirs, names with a public prefix count."""
    found: dict[int, list[EnvRead]] = {}
    for index, (source, text) in enumerate(zip(section.sources, section.contents, strict=True)):
        mine = not _LIBRARY.search(source)
        if "env" not in text or not (mine or any(word in text for word in NEEDLES)):
            continue
        if some := [read for read in env_reads(text) if mine or public_prefix(read.name)]:
            found[index] = some
    return found


def _variables(
    section: _Section, reads: dict[int, list[EnvRead]], lines: list[str], script_url: str, map_url: str
) -> Iterator[PublicVariable]:
    by_source: dict[int, list[Any]] = {index: [] for index in reads}
    for segment in segments(section.mappings, reads.keys()):
        by_source[segment.source].append(segment)
    for index, some in reads.items():
        pairing = Pairing(section.contents[index], by_source[index], lines, section.line, section.column)
        for read in some:
            literal = pairing.literal(read)
            if literal is None and not public_prefix(read.name):
                continue  # code for the server, or a variable that no build writes out
            if literal is not None and is_placeholder(literal.value):
                literal = None
            line = section.contents[index].count("\n", 0, read.start) + 1
            yield _variable(read.name, map_url, line, literal, script_url)


def _variable(name: str, place: str, line: int, literal: Literal | None, script_url: str) -> PublicVariable:
    if literal is None:
        return PublicVariable(name, classify(name, public=True), place, line, "source map")
    said = value_kind(literal.value)
    return PublicVariable(
        name,
        classify(name, public=True),
        place,
        line,
        "source map",
        value_length=len(literal.value),
        value_kind=said.kind,
        value_nature=said.nature,
        served_at=script_url,
        served_line=literal.line,
        served_column=literal.column,
        confidence=Confidence.PROVEN if literal.exact else Confidence.OBSERVED,
    )


def _sections(document: dict[str, Any]) -> Iterator[_Section]:
    left: list[tuple[int, int, int, Any]] = [(0, 0, 0, document)]
    seen = content = 0
    while left and seen < MAX_SECTIONS:
        depth, line, column, one = left.pop()
        seen += 1
        if not isinstance(one, dict):
            continue
        inner = one.get("sections")
        if isinstance(inner, list) and depth < MAX_DEPTH:
            for part in reversed(inner[:MAX_SECTIONS]):
                if isinstance(part, dict):
                    down, right = _offset(part.get("offset"))
                    left.append((depth + 1, line + down, right if down else column + right, part.get("map")))
            continue
        section = _section(line, column, one)
        content += sum(map(len, section.contents))
        if content > MAX_CONTENT:
            return
        yield section


def _offset(offset: object) -> tuple[int, int]:
    if not isinstance(offset, dict):
        return 0, 0
    numbers = [offset.get(key) for key in ("line", "column")]
    line, column = (n if isinstance(n, int) and 0 <= n < 1 << 31 else 0 for n in numbers)
    return line, column


def _section(line: int, column: int, one: dict[str, Any]) -> _Section:
    sources = [name if isinstance(name, str) else "" for name in _list(one.get("sources"))]
    contents = [
        (text_of(text) if "env" in text else text) if isinstance(text, str) else ""
        for text in _list(one.get("sourcesContent"))
    ]
    contents = contents[: len(sources)] + [""] * (len(sources) - len(contents))
    mappings = one.get("mappings")
    return _Section(line, column, tuple(sources), tuple(contents), mappings if isinstance(mappings, str) else "")


def _list(value: object) -> list[Any]:
    return value[:MAX_SOURCES] if isinstance(value, list) else []
