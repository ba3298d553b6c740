"""The table of advisories of Next.js, and versions compared as semver.org has it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from auditor.facts.next_build import Advisory
from auditor.model import Severity

_TABLE = Path(__file__).with_name("next_advisories.toml")
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]{1,60}))?(?:\+.*)?")
_RELEASE = ((2, 0, ""),)
_ORDER = tuple(map(str, Severity))

Key = tuple[int, int, int, tuple[tuple[int, int, str], ...]]


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    cve: str
    title: str
    severity: Severity
    affected: tuple[tuple[str, str], ...]


@cache
def _table() -> tuple[date, tuple[_Row, ...]]:
    document = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    rows = (
        _Row(row["id"], row["cve"], row["title"], Severity(row["severity"]), tuple(map(tuple, row["affected"])))
        for row in document["advisory"]
    )
    return document["as_of"], tuple(rows)


def as_of() -> date:
    """When the table was last compared with its sources."""
    return _table()[0]


def key(version: str) -> Key | None:
    """What versions are compared by; None: it is none.

    A canary comes before its release, and after the release before that (semver.org, 11).
    """
    found = _VERSION.fullmatch(version)
    if not found:
        return None
    before = found[4]
    # nothing comes after every pre-release
    parts = tuple(map(_part, before.split("."))) if before else _RELEASE
    return int(found[1]), int(found[2]), int(found[3]), parts


def _part(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text)


def advisories(version: str) -> tuple[Advisory, ...]:
    """Those that a version has, the worst first; none where it is no version."""
    here = key(version)
    if here is None:
        return ()
    found = []
    for row in _table()[1]:
        for first, fixed in row.affected:
            low, high = key(first), key(fixed)
            if low and high and _from(low) <= here < high:
                found.append(Advisory(row.id, row.cve, row.title, row.severity, fixed))
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.severity), not one.cve, one.id)))


def _from(low: Key) -> Key:
    """A line begins with its canaries, unless the advisory names the first of them itself."""
    return low if low[3] != _RELEASE else (*low[:3], ())


def has(version: str, cve: str) -> bool:
    """Whether a version has a vulnerability."""
    return any(one.cve == cve for one in advisories(version))
