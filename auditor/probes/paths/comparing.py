"""Tells whether two paths got the same page."""

from __future__ import annotations

import re
from html import escape
from typing import TypeVar
from urllib.parse import quote

from auditor.probes.paths.seen import Seen

_VARIABLE = re.compile(r"[0-9a-fA-F]{8,}|[0-9]+")
"""What changes from answer to answer of the same page: times, numbers, request ids."""

_CUT = 64
"""Characters at the end of a beginning that are not compared."""

T = TypeVar("T", bytes, str)


def alike(one: Seen, other: Seen) -> bool:
    """Whether two answers are the same page, but for the path that it repeats and for numbers."""
    if (one.status, bool(one.text)) != (other.status, bool(other.text)):
        return False
    whole = one.whole and other.whole
    same = _same(one.body, other.body, whole=whole)
    return same or bool(one.text and _same(_without(one), _without(other), whole=whole))


def _same(one: T, other: T, *, whole: bool) -> bool:
    if whole:
        return one == other
    # of one of them only the beginning is known; where it was cut, half a path or number may stand
    length = min(len(one), len(other)) - _CUT
    return length > 0 and one[:length] == other[:length]


def _without(seen: Seen) -> str:
    """The text without the path that was asked for, in every form in which pages repeat it, and without numbers."""
    text = seen.text
    for path in (seen.path, seen.path[1:], seen.path.rsplit("/", 1)[-1]):
        for form in (path, quote(path), quote(path, safe=""), escape(path), path.replace("/", "\\/")):
            text = text.replace(form, "\0") if len(form) > 2 else text
    return _VARIABLE.sub("#", text)
