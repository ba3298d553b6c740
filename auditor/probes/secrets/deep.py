"""The rules of Kingfisher besides our own, for those who ask: ``policy.secrets.deep``, with the extra ``deep``.

It runs in this process, on bytes in memory. Nothing is validated over the network, and no rules are kept on disk. What
it reports passes our own sight first: it takes public keys for secret ones, and knows no token of Supabase.
Source: https://github.com/mongodb/kingfisher, docs/PYPI.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from auditor.errors import Unavailable
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Gap, Severity
from auditor.probes.secrets.rules import rules
from auditor.probes.secrets.scanner import Scanner as OwnScanner

if TYPE_CHECKING:
    from kingfisher_sdk import Finding, Scanner

PACKAGE = "kingfisher_sdk"
MOST = 200
"""Of one text: more of them are noise, and each costs its line to be counted."""
TIMEOUT = 60.0
"""Seconds for one text."""

_OURS = re.compile(
    r"jwt|posthog-project|gcp-api-key|google-api-key|private-key|connection-string|uri|url|postgres|mysql|mongodb-conn"
    r"|generic|dsn|public|publishable|client-id|site-key"
)
"""Ids of rules that we judge by structure or surroundings ourselves: what ours passes over is not to come back."""
_TURNED = bytes.maketrans(rb"\&<>(){}$,|;", b'"' * 12)
"""Most of its rules want a quote behind a token. Served texts have other characters there: of the same length."""
_STAND_IN = re.compile(r"example|placeholder|changeme|xxxx|your[_-]|(.)\1{7}", re.IGNORECASE)


class DeepScanner:
    """Our own scanner, and these rules besides.

    Args:
        ours: what is right where both see something.
    """

    def __init__(self, ours: OwnScanner) -> None:
        self._ours = ours
        self.gaps = ours.gaps
        """Texts that one of both did not search to their end."""

    def scan(self, data: bytes, place: str) -> list[Sighting]:
        """What both recognise in a text, in its order, each once."""
        found = self._ours.scan(data, place)
        try:
            return merged(found, deep_scan(data, place))
        except Unavailable as failure:
            self.gaps.append(Gap(place, failure.reason, failure.hint))
            return found


def missing(asked: bool) -> Gap | None:
    """What cannot be told because the extra that the policy asks for is not installed."""
    if not asked or find_spec(PACKAGE):
        return None
    return Gap("policy.secrets.deep", "the extra `deep` is not installed", "pip install 'stack-audit[deep]'")


def deep_scan(data: bytes, place: str) -> list[Sighting]:
    """What Kingfisher's rules of high confidence recognise in a text, in its order.

    Args:
        data: all of it.
        place: the URL that served it, or its path.

    Raises:
        Unavailable: the extra is not installed, or the text takes too long.
    """
    try:
        scanner = _scanner()
        found = [
            (one, written)
            for text, written in ((data, ""), (data.translate(_TURNED), "escaped"))
            for one in scanner.scan(text, timeout=TIMEOUT)
        ]
    except ImportError:
        raise Unavailable("the extra `deep` is not installed", "pip install 'stack-audit[deep]'") from None
    except (TimeoutError, RuntimeError):
        raise Unavailable(f"the rules of Kingfisher took more than {TIMEOUT:g} s for {place}") from None
    return list(_sightings(data, place, found))


def merged(ours: Iterable[Sighting], deep: Iterable[Sighting]) -> list[Sighting]:
    """Our own sightings, and of the others those that overlap none of them, in the order of the text."""
    kept = list(ours)
    kept += [one for one in deep if not any(_overlap(one, other) for other in kept)]
    return sorted(kept, key=lambda one: (one.place, one.line, one.column))


@cache
def _scanner() -> Scanner:
    from kingfisher_sdk import Rules, Scanner

    return Scanner(Rules(confidence="high", cache=False))


def _sightings(data: bytes, place: str, found: Iterable[tuple[Finding, str]]) -> Iterator[Sighting]:
    end = 0
    ordered = sorted(found, key=lambda one: (one[0].location["start_offset"], bool(one[1])))
    for one, written in [one for one in ordered if _is_secret(one[0])][:MOST]:
        if one.location["start_offset"] >= end:  # the second pass finds again what the first did
            end = one.location["end_offset"]
            yield _sighting(data, place, one, "base64" if one.is_base64_encoded else written)


def _is_secret(one: Finding) -> bool:
    value = one.secret
    if not one.visible or _OURS.search(one.rule_id) or _STAND_IN.search(value) or value.startswith("eyJ"):
        return False
    return not any(shape.fullmatch(value.encode()) for shape in _public())


@cache
def _public() -> tuple[re.Pattern[bytes], ...]:
    return tuple(re.compile(rule.shape.encode()) for rule in rules() if rule.nature is Nature.PUBLIC)


def _sighting(data: bytes, place: str, one: Finding, written: str) -> Sighting:
    start = one.location["start_offset"]
    line_start = data.rfind(b"\n", 0, start) + 1
    return Sighting(
        place, data.count(b"\n", 0, start) + 1, len(data[line_start:start].decode("utf-8", "replace")) + 1,
        f"deep:{one.rule_id}", _kind(one.rule_id), len(one.secret), Severity.HIGH, Nature.SECRET,
        written=written, why="a rule of Kingfisher says so",
    )  # fmt: skip


def _kind(rule: str) -> str:
    """``betterleaks.openai-api-key`` is an ``openai api key``."""
    return re.split(r"[./]", rule)[-1].replace("-", " ").replace("_", " ")


def _overlap(one: Sighting, other: Sighting) -> bool:
    if (one.place, one.line) != (other.place, other.line):
        return False
    return one.column < other.column + other.length and other.column < one.column + one.length
