"""Reads Dockerfiles: ENV and ARG in all forms, and the commands of RUN.

The format: https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from auditor.probes.repository.shell import command_values
from auditor.probes.repository.values import Lines, Value

_DIRECTIVE = re.compile(r"\s*#\s*escape\s*=\s*([\\`])\s*\Z", re.IGNORECASE)
_INSTRUCTION = re.compile(r"\s*([A-Za-z]{3,12})\s+")
_PAIR = re.compile(
    r"([A-Za-z_][\w.-]*)=(?:\"((?:[^\"\\`]|[\\`].)*+)\"?|'([^']*+)'?|((?:[^\s\\`]|[\\`].)*+))", re.DOTALL
)
_OLD = re.compile(r"([A-Za-z_][\w.-]*)[ \t]+(\S.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<-?[\"']?([A-Za-z_]\w{0,60})[\"']?")


def dockerfile_values(text: str) -> Iterator[Value]:
    """What a Dockerfile writes into its image, and what its commands hold."""
    lines = Lines(text)
    for at, instruction in _instructions(text):
        found = _INSTRUCTION.match(instruction)
        word = found[1].upper() if found else ""
        if found and word in ("ENV", "ARG"):
            yield from _assigned(lines, at, instruction, found.end(), word)
        elif word not in ("FROM", "LABEL", "EXPOSE", "USER", "WORKDIR", "MAINTAINER"):
            yield from command_values(instruction, _places(lines, at))


def _places(lines: Lines, start: int) -> Callable[[int], tuple[int, int]]:
    return lambda offset: lines.place(start + offset)


def _assigned(lines: Lines, at: int, text: str, start: int, word: str) -> Iterator[Value]:
    if word == "ENV" and not re.match(r"[\w.-]+=", text[start:]) and (old := _OLD.match(text, start)):
        line, column = lines.place(at + old.start(2))
        yield Value(line, old[1], old[2].strip(), True, column)
        return
    for pair in _PAIR.finditer(text, start):
        group = next((n for n in (2, 3, 4) if pair[n] is not None), 4)
        line, column = lines.place(at + pair.start(group))
        # in single quotes everything means itself
        yield Value(line, pair[1], pair[group] or "", group != 3, column)


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Each instruction with the place that it starts at, as long as it stands there.

    Continued lines are joined by blanks in place of what continues them; comments in between count as nothing.
    """
    rows = text.split("\n")
    escape, at, start = _escape(rows), 0, 0
    parts: list[str] = []
    ends: list[str] = []
    for row in rows:
        if not parts:
            start = at
        at += len(row) + 1
        bare = row.rstrip()
        if ends:
            parts.append(row + "\n")
            ends = ends[1:] if row.strip() == ends[0] else ends
        elif row.lstrip().startswith("#") or (parts and not bare):
            parts += [" " * len(row) + " "] if parts else []
            continue
        elif bare.endswith(escape):
            parts.append(bare[:-1].ljust(len(row)) + " ")
            continue
        else:
            parts.append(row + "\n")
            ends = _HEREDOC.findall(row)[:20]
        if not ends:
            yield start, "".join(parts)
            parts = []
    if parts:
        yield start, "".join(parts)


def _escape(rows: list[str]) -> str:
    for row in rows:
        if not row.lstrip().startswith("#"):
            break
        if found := _DIRECTIVE.match(row):
            return found[1]
    return "\\"
