"""Ways to recognise a file by its content: each makes a function that looks at an answer and says what it saw.

None of them looks at the status, and no value of a file goes into what they say. Every pattern that is given must take
time in proportion to the text, whatever it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from auditor.probes.paths.seen import Seen

Signature = Callable[[Seen], str]
"""What it recognises a file by, in words and without values; empty when the answer is something else."""

_MOST_LINES = 500
_BLANK = "\ufeff \t\r\n"


def holds(saw: str, *patterns: str) -> Signature:
    """A text that is no page and that holds every one of the patterns; ``^`` and ``$`` are those of lines."""
    searches = [re.compile(pattern, re.MULTILINE).search for pattern in patterns]
    return lambda seen: saw if not is_markup(seen.text) and all(search(seen.text) for search in searches) else ""


def markup(saw: str, *patterns: str) -> Signature:
    """The same for a page, or XML."""
    searches = [re.compile(pattern, re.MULTILINE).search for pattern in patterns]
    return lambda seen: saw if is_markup(seen.text) and all(search(seen.text) for search in searches) else ""


def lines(saw: str, pattern: str, *, share: float = 0.7, least: str = "") -> Signature:
    """A text of which most lines match; blank lines and comments (``#``, ``;``) do not count.

    Args:
        saw: what they are, such as ``entries``; their number goes before it.
        pattern: of a whole line.
        share: of the lines, that must match.
        least: a pattern that one line at least must hold.
    """
    match, search = re.compile(pattern).fullmatch, re.compile(least).search

    def recognise(seen: Seen) -> str:
        if is_markup(seen.text):
            return ""
        found = [line for line in map(str.strip, whole_lines(seen)) if line and line[0] not in "#;"]
        good = sum(match(line) is not None for line in found)
        return f"{good} {saw}" if good and good >= share * len(found) and any(map(search, found)) else ""

    return recognise


def start(saw: str, *beginnings: bytes) -> Signature:
    """A file that begins with one of these bytes."""
    return lambda seen: saw if seen.body.startswith(beginnings) else ""


def keys(saw: str, *groups: tuple[str, ...]) -> Signature:
    """A JSON object that has one key of each group; at its top, when all of it was read."""
    patterns = [re.compile("|".join(rf'"{re.escape(key)}"\s{{0,40}}:' for key in group)) for group in groups]

    def recognise(seen: Seen) -> str:
        if not seen.text[:400].lstrip(_BLANK).startswith("{"):
            return ""
        if not seen.whole:
            return saw if all(pattern.search(seen.text) for pattern in patterns) else ""
        value = _json(seen.text)
        has = isinstance(value, dict) and all(any(key in value for key in group) for group in groups)
        return saw if has else ""

    return recognise


def either(*signatures: Signature) -> Signature:
    """What one of them recognises."""
    return lambda seen: next((saw for signature in signatures if (saw := signature(seen))), "")


def is_markup(text: str) -> bool:
    """Whether it is a page, or XML: no file of another format begins like that."""
    return text[:400].lstrip(_BLANK).startswith("<")


def whole_lines(seen: Seen) -> list[str]:
    """Its lines, without the last one when that may go on."""
    found = seen.text.lstrip("\ufeff").splitlines()
    return (found if seen.whole or len(found) < 2 else found[:-1])[:_MOST_LINES]


def _json(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
