"""Bounds what is kept of an answer's headers, and takes out what may be a credential."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.text import clip

MAX_HEADERS = 200
MAX_VALUE = 8192
"""Characters. What browsers and proxies accept in one line, and far more than any policy needs."""
MARK = " (cut)"
"""At the end of a value that was longer."""
NOT_KEPT = "(not kept)"
"""Instead of a value that may be a credential."""

_CREDENTIAL = re.compile(
    r"token|secret|passw|credential|(?:^|-)(?:authorization|session|csrf|xsrf|api-?key|apikey|jwt)"
)
_URLS = frozenset({"location", "content-location", "refresh", "sourcemap", "x-sourcemap"})
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_JUDGED = frozenset({
    "strict-transport-security", "content-security-policy", "content-security-policy-report-only", "x-frame-options",
    "x-content-type-options", "referrer-policy", "permissions-policy", "cross-origin-opener-policy",
    "cross-origin-embedder-policy", "cross-origin-resource-policy",
})  # fmt: skip
"""Headers that mean something else when their end is missing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the headers of one answer."""

    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    """Set-Cookie, to be read and forgotten."""
    problems: tuple[str, ...]
    """What cannot be judged, as clauses."""


def keep(headers: Iterable[tuple[str, str]]) -> Kept:
    """The headers in order, names in lower case, without credentials and within bounds.

    Args:
        headers: as they came.
    """
    kept: list[tuple[str, str]] = []
    cookies: list[str] = []
    problems: list[str] = []
    for position, (name, value) in enumerate((name.lower(), value) for name, value in headers):
        if position == MAX_HEADERS:
            problems.append(f"it has more than {MAX_HEADERS} headers: the rest was not looked at")
            break
        if name == "set-cookie":
            cookies.append(value)
            continue
        if len(value) > MAX_VALUE and name in _JUDGED:
            problems.append(f"its {name} is longer than {MAX_VALUE} characters: it cannot be judged")
        kept.append((name, _value(name, value)))
    return Kept(tuple(kept), tuple(cookies), tuple(problems))


def _value(name: str, value: str) -> str:
    if _CREDENTIAL.search(name):
        return NOT_KEPT
    if name in _URLS:
        value = _QUERY.sub("", value)
    return value if len(value) <= MAX_VALUE else clip(value, MAX_VALUE) + MARK
