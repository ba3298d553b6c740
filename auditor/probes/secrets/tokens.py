"""Tokens of providers, by the rows of the table."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from auditor.probes.secrets import checksums
from auditor.probes.secrets.escapes import ends_an_escape, unescaped
from auditor.probes.secrets.found import Detector, Found
from auditor.probes.secrets.rules import Rule
from auditor.probes.secrets.shapes import leads, looks

BEFORE = 130
"""Bytes before its literal that may belong to a token."""
AFTER = 16_000
NEAR = 300
_WORD = re.compile(rb"[A-Za-z0-9_-]")
_RUN = re.compile(rb"[A-Za-z0-9_.:/+=@-]{0,4096}")
_ESCAPES = re.compile(rb"[\\%&]")
_STAND_IN = re.compile(rb"example|placeholder|dummy|your[_-]|changeme|redacted|xxxxxx|(.)\1{9}", re.IGNORECASE)
_END = "(?:(?<![A-Za-z0-9])|(?![A-Za-z0-9]))"
"""No token ends within a word: of several lengths the one that fits counts."""
_EDGE = re.compile(
    rb"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-])|(?<=\\[nrtbfv])|(?<=\\u00[0-9A-Fa-f]{2})|(?<=\\x[0-9A-Fa-f]{2})"
    rb"|(?<=%[0-9A-Fa-f]{2})"
)
"""Where a token may begin."""


def detector(rule: Rule) -> Detector:
    """What finds the tokens of one row."""
    return Detector(looks(rule), _Confirm(rule))


class _Confirm:
    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._leads = leads(rule)
        self._named = "(?P<value>" in rule.shape
        self._check = checksums.CHECKS.get(rule.check)
        self._near = (
            re.compile(b"|".join(re.escape(word.lower().encode()) for word in rule.near)) if rule.near else None
        )

    @cached_property
    def _shape(self) -> re.Pattern[bytes]:
        """Compiled when a literal of the rule was met: all of them together take seconds."""
        flag, shape = ("(?i)", self._rule.shape[4:]) if self._rule.shape.startswith("(?i)") else ("", self._rule.shape)
        return re.compile(f"{flag}(?:{shape}){_END}".encode("ascii"))

    def __call__(self, data: bytes, at: int) -> Iterator[Found]:
        match = self._match(data, at)
        if match:
            yield from self._judged(data, match, match.span(), "")
            return
        if self._named or not self._leads:
            return
        stopped = _RUN.match(data, at)
        if stopped and _ESCAPES.match(data, stopped.end()):
            yield from self._escaped(data, at)

    def _escaped(self, data: bytes, at: int) -> Iterator[Found]:
        """As a token is written that holds what must be escaped, such as a plus sign in a URL."""
        plain, origin = unescaped(data[at : at + 2048])
        match = self._shape.match(plain)
        if match and not self._is_inside(data, at):
            yield from self._judged(data, match, (at, at + origin(match.end())), "escaped")

    def _match(self, data: bytes, at: int) -> re.Match[bytes] | None:
        end = min(len(data), at + AFTER)
        starts = [at]
        if not self._leads:
            first = max(0, at - BEFORE)
            starts += [edge.start() for edge in _EDGE.finditer(data, first, at)]
        for start in starts:
            match = self._shape.match(data, start, end)
            if match and match.end() > at and (self._named or not self._is_inside(data, start)):
                return match  # names of variables may go on to the left, tokens do not
        return None

    @staticmethod
    def _is_inside(data: bytes, at: int) -> bool:
        """Whether the token is the end of a longer word: ``task-ant-…``."""
        if not at or not _WORD.match(data, at) or not _WORD.match(data, at - 1):
            return False
        return not ends_an_escape(data, at)

    def _judged(self, data: bytes, match: re.Match[bytes], whole: tuple[int, int], written: str) -> Iterator[Found]:
        rule = self._rule
        group: str | int = "value" if self._named and match["value"] else 0
        value, (start, end) = match[group], match.span(group)
        if self._check and not self._check(value):
            return
        if self._near:
            around = data[max(0, whole[0] - NEAR) : whole[1] + NEAR].lower()
            if not self._near.search(around):
                return
        if rule.entropy and entropy(value) < rule.entropy:
            return
        if _STAND_IN.search(value[len(rule.prefix) :]):
            return
        if written:
            start, end = whole
        yield Found(
            start,
            end,
            value,
            rule.id,
            rule.kind,
            rule.severity,
            rule.nature,
            rule.prefix,
            written,
            rotate=rule.rotate,
            rank=2 if rule.near or rule.entropy else 3,
        )


def entropy(value: bytes) -> float:
    """Shannon entropy, in bits per byte."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0
