"""Reads the cells of Jupyter notebooks. What they printed is searched by shape, as every text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from auditor.probes.repository.python import python_values
from auditor.probes.repository.shell import shell_values
from auditor.probes.repository.values import Lines, Value

_TRIES = 50
"""How often a line of a cell may be missing from the file before its places are given up."""


def notebook_values(text: str) -> Iterator[Value]:
    """What the code of a notebook writes out.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested without end.
    """
    book = json.loads(text)
    finder = _Finder(text)
    for cell in _list(book, "cells"):
        source = cell.get("source")
        rows = source.splitlines(keepends=True) if isinstance(source, str) else source
        if not isinstance(rows, list) or cell.get("cell_type") != "code":
            continue
        rows = [row if isinstance(row, str) else "" for row in rows]
        places = [finder.line(row) for row in rows]
        yield from _cell(rows, places)


def _cell(rows: list[str], places: list[int]) -> Iterator[Value]:
    magic = [row.lstrip().startswith(("%", "!")) for row in rows]
    code = "".join(("\n" if is_magic else row) for row, is_magic in zip(rows, magic, strict=True))
    for one in python_values(code):
        yield replace(one, line=places[min(one.line, len(places)) - 1], column=0)
    for row, place, is_magic in zip(rows, places, magic, strict=True):
        if is_magic:
            for one in shell_values(row.replace("%env ", "export ", 1).replace("!", " ", 1)):
                yield replace(one, line=place, column=0)


class _Finder:
    """Where the lines of cells stand in the file: each is a string of its own there."""

    def __init__(self, text: str) -> None:
        self._text, self._lines, self._at, self._missing = text, Lines(text), 0, 0

    def line(self, row: str) -> int:
        for ascii_ in (False, True):
            if self._missing < _TRIES:
                at = self._text.find(json.dumps(row, ensure_ascii=ascii_)[1:-1], self._at)
                if at >= 0:
                    self._at = at
                    break
                self._missing += 1
        return self._lines.place(self._at)[0]


def _list(value: object, key: str) -> list[dict[str, object]]:
    inner = value.get(key) if isinstance(value, dict) else None
    return [cell for cell in inner if isinstance(cell, dict)] if isinstance(inner, list) else []
