"""Finds where source code reads variables of the environment: ``process.env.NAME`` and its kin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.names import LONGEST, NEEDLES, public_prefix

_ENV = r"(?:process\s{0,9}(?:\?\.|\.)\s{0,9}env|import\.meta\.env|(?:window|globalThis|self)\.process\.env|Bun\.env)"
_READ = re.compile(
    rf"(?<![\w$.]){_ENV}\s{{0,9}}(?:(?:\?\.|\.)\s{{0,9}}([A-Za-z_]\w{{0,{LONGEST}}})"
    rf"|(?:\?\.)?\[\s{{0,9}}([\"'`])([A-Za-z_]\w{{0,{LONGEST}}})\2\s{{0,9}}\])"
)
_TAKEN_APART = re.compile(
    rf"\{{([^{{}}]{{1,4000}})\}}\s{{0,9}}=\s{{0,9}}(?:[\w$]{{1,40}}\.default\.env|{_ENV})(?![\w$.\[])"
)
_IMPORTED = re.compile(
    r"import\s{0,9}\{([^{}]{1,4000})\}\s{0,9}from\s{0,9}[\"'](?:\$env/(?:static|dynamic)/public|astro:env/client)[\"']"
)
_NAME = re.compile(rf"(?:^|,)\s*([A-Za-z_]\w{{0,{LONGEST}}})")
_ALIAS = re.compile(rf"(?<![\w$])([A-Za-z_$][\w$]{{0,60}})\s{{0,9}}=\s{{0,9}}{_ENV}(?![\w$.\[?])")
_COMMENT = re.compile(r"(?<![:\"'`\w\\])//[^\n]*+|(?<![\"'`\w*/])/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)")
OWN = re.compile(
    r"NODE_\w*|__\w*|NEXT_(?!PUBLIC_)\w*|TURBOPACK\w*|MODE|DEV|PROD|SSR|BASE_URL|CI|HOME|PATH|PWD|TZ|DEBUG|JEST\w*"
)
"""What bundlers and frameworks put there themselves."""
_INTERESTING = re.compile(rf"env\s{{0,9}}\??[.\[]\s{{0,9}}[\"'`]?(?!(?:{OWN.pattern})(?!\w))[A-Za-z_]")
"""Something that is read from what may be an environment; quick, for it starts with letters."""
MOST = 2_000
"""Names of one text."""


@dataclass(frozen=True, slots=True)
class EnvRead:
    """One place that reads a variable."""

    name: str
    start: int
    """In characters, of the whole expression."""
    end: int
    apart: bool = False
    """It is one of several that are taken out of the whole: builds leave these as they are."""


def env_reads(text: str) -> list[EnvRead]:
    """Where a source reads variables, in its order; comments and what frameworks set themselves left out.

    Args:
        text: JavaScript, TypeScript, or a component that holds some.
    """
    if not _INTERESTING.search(text) and not any(word in text for word in NEEDLES):
        return []
    text = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    found = {read.start: read for read in _reads(text) if not OWN.fullmatch(read.name)}
    return [found[start] for start in sorted(found)][:MOST]


def _reads(text: str) -> Iterator[EnvRead]:
    for match in _READ.finditer(text):
        yield EnvRead(match[1] or match[3], match.start(), match.end())
    for shape in (_TAKEN_APART, _IMPORTED):
        for match in shape.finditer(text):
            for name in _NAME.finditer(match[1]):
                yield EnvRead(name[1], match.start(1) + name.start(1), match.start(1) + name.end(1), apart=True)
    for alias in {match[1] for match in _ALIAS.finditer(text)}:
        # an object may be called anything, so that only names with a public prefix count
        for match in re.finditer(rf"(?<![\w$.]){re.escape(alias)}(?:\?\.|\.)([A-Za-z_]\w{{0,{LONGEST}}})", text):
            if public_prefix(match[1]):
                yield EnvRead(match[1], match.start(), match.end())
