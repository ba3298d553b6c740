"""Reads ``.env`` files. Values are taken as they stand: nothing in them is replaced, nothing of them is shown."""

from __future__ import annotations

import re
from pathlib import Path

from auditor.checklist.source import read_bytes
from auditor.errors import ChecklistError, Problem

_ASSIGNMENT = re.compile(
    r"""
    [ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=
    (?:
        [ \t]*"(?P<double>(?:[^"\\]|\\.)*)"[ \t]*(?:(?<=[ \t])\#[^\n]*)?
      | [ \t]*'(?P<single>(?:[^'\\]|\\.)*)'[ \t]*(?:(?<=[ \t])\#[^\n]*)?
      | (?P<plain>(?![ \t]*["'])[^\n]*)
    )
    (?:\n|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_NOTHING = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_REMEDY = "write NAME=value, with quotes around a value that holds spaces, # or quotes"


def read(path: Path, named_by: str = "--env-file") -> dict[str, str]:
    """The variables of an ``.env`` file.

    Args:
        path: the file.
        named_by: the option or key that names it.

    Raises:
        ChecklistError: the file cannot be read, or lines of it are no assignments; all of them at once.
    """
    content = read_bytes(path, f"check {named_by}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem("the file is not UTF-8", str(path), None, "", "save it again as UTF-8")
        raise ChecklistError([problem]) from error
    return parse(text, str(path))


def parse(text: str, path: str) -> dict[str, str]:
    """The variables of the text; the last one of a name counts.

    Raises:
        ChecklistError: lines of it are no assignments.
    """
    text = text.replace("\r\n", "\n")
    found: dict[str, str] = {}
    problems: list[Problem] = []
    at, line = 0, 1
    while at < len(text):
        blank, match = _NOTHING.match(text, at), _ASSIGNMENT.match(text, at)
        if match:
            found[match["name"]] = _value(match)
        elif not blank:
            problems.append(Problem("the line is not NAME=value", path, line, "", _REMEDY))
        read_to = blank or match
        end = read_to.end() if read_to else (text.find("\n", at) + 1 or len(text))
        line += text.count("\n", at, end)
        at = end
    if problems:
        raise ChecklistError(problems)
    return found


def _value(match: re.Match[str]) -> str:
    if (double := match["double"]) is not None:
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), double, flags=re.DOTALL)
    if (single := match["single"]) is not None:
        return re.sub(r"\\(['\\])", r"\1", single)
    return re.sub(r"[ \t]#.*", "", match["plain"], flags=re.DOTALL).strip()
