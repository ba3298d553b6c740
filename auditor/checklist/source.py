"""Reads ``checklist.toml`` from the disk: bytes, text, data and line numbers."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.checklist.lines import Key, TooDeep, index
from auditor.errors import ChecklistError, Problem

LARGEST = 1_000_000
"""Bytes. A checklist has a few hundred lines; what is larger is another file."""

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_KEY_TUPLE = re.compile(r"\((?:'[^']*',? ?)+\)")
_ADVICE = (
    ("invalid value", 'put text between quotes: name = "value"'),
    ("invalid initial character for a key", "write each setting as name = value"),
    ("expected '='", "write each setting as name = value"),
    ("twice", "keep one of the two and delete the other"),
    ("cannot", "the same name is given more than once: keep one and delete the other"),
    ("duplicate", "keep one of the two and delete the other"),
    ("illegal character '\\n'", 'close the text with a quote on the same line, or use """ for several lines'),
    ("unescaped", "write a backslash twice, or put the text between single quotes"),
    ("unterminated", "close the text with the quotes it began with"),
    ("invalid date", "write a date as 2027-01-31"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A checklist as it was read, before anything is judged."""

    path: Path
    text: str
    data: dict[str, Any]
    lines: Mapping[Key, int]
    sha256: str

    @property
    def folder(self) -> Path:
        """The folder that the checklist's paths are relative to; links are not followed."""
        return Path(os.path.abspath(self.path)).parent  # noqa: PTH100


def read_bytes(path: Path, remedy: str, largest: int = LARGEST) -> bytes:
    """The bytes of a file.

    Args:
        path: the file.
        remedy: what to do when it is not there.
        largest: more bytes than this are refused, and never read.

    Raises:
        ChecklistError: it cannot be read, and why.
    """
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except (OSError, ValueError) as error:
        raise _refusal(path, *_why_unreadable(error, remedy)) from error
    if len(content) > largest:
        raise _refusal(path, f"the file is larger than {largest:,} bytes", "check that this is the right file")
    return content


def read(path: Path) -> Source:
    """Read a checklist and find the line of every key.

    Raises:
        ChecklistError: the file cannot be read, or is not TOML.
    """
    return parse(path, read_bytes(path, "check --config, or write a checklist with `audit init`"))


def parse(path: Path, content: bytes) -> Source:
    """Make sense of the bytes of a checklist.

    Raises:
        ChecklistError: they are not TOML.
    """
    text = _decoded(path, content)
    data = _parsed(path, text)
    try:
        lines = index(text)
    except TooDeep as error:
        raise _too_deep(path, error.line) from error
    return Source(path, text, data, lines, hashlib.sha256(content).hexdigest())


def _refusal(path: Path, message: str, remedy: str = "", line: int | None = None) -> ChecklistError:
    return ChecklistError([Problem(message, str(path), line, "", remedy)])


def _too_deep(path: Path, line: int | None = None) -> ChecklistError:
    return _refusal(path, "the tables and lists are nested too deeply", "a checklist needs five levels", line)


def _why_unreadable(error: OSError | ValueError, remedy: str) -> tuple[str, str]:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "there is no such file", remedy
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a file", remedy
    if isinstance(error, PermissionError):
        return "the file may not be read by this user", "give this user the right to read it"
    reason = error.strerror if isinstance(error, OSError) else "the name is not one a file can have"
    return f"the file cannot be read: {reason}", remedy


def _decoded(path: Path, content: bytes) -> str:
    if not content.strip():
        raise _refusal(path, "the file is empty", "write a checklist with `audit init`")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refusal(path, "the file is UTF-16, not UTF-8", "save it again as UTF-8")
    if content.startswith(b"\xef\xbb\xbf"):
        raise _refusal(path, "the file begins with a byte order mark", "save it again as UTF-8 without BOM", 1)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refusal(path, "the file is not UTF-8", "save it again as UTF-8", line) from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, text, str(error)) from error
    except ValueError as error:  # int() refuses thousands of digits
        raise _refusal(path, "the file holds a number with too many digits", "shorten it") from error
    except RecursionError as error:
        raise _too_deep(path) from error


def _not_toml(path: Path, text: str, raw: str) -> ChecklistError:
    place = _PLACE.search(raw)
    what = _KEY_TUPLE.sub(_dotted_tuple, _PLACE.sub("", raw))
    what = what[:1].lower() + what[1:]
    advice = next((advice for sign, advice in _ADVICE if sign in what.lower()), "see https://toml.io")
    if place and place["line"]:
        message = f"the file is not valid TOML: {what}, at column {place['column']}"
        return _refusal(path, message, advice, int(place["line"]))
    return _refusal(path, f"the file is not valid TOML: {what}, at its end", advice, text.rstrip("\n").count("\n") + 1)


def _dotted_tuple(found: re.Match[str]) -> str:
    return '"' + ".".join(re.findall(r"'([^']*)'", found[0])) + '"'
