"""Tells a refusal that looks like success: an answer of the same status with another body.

Bodies differ for good reasons (times, nonces, request ids, a new entry), so what varies between the first answers, and
everything that is only another value in the same form, is no change.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from auditor.probes.net.response import Response

_MOST = 65_536
_ALIKE = 0.5
"""Share of words, or of keys, that two bodies of one kind have in common at least."""
_WORD = re.compile(r"\w+")
_REFUSING = re.compile(
    r"rate[ _-]?limit|too many|too fast|slow(?:ing)? down|exceeded|try again|throttl|captcha|blocked|denied|quota"
    r"|unusual traffic|temporarily (?:banned|unavailable)|retry later|calm"
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a body looks like. Holds words of it, so it stays in the probe."""

    form: str
    """``object``, ``list``, ``value`` of JSON, ``text`` or ``empty``."""
    words: frozenset[str]
    """The keys of an object, the words of a text."""
    refusing: frozenset[str]
    """Words of refusals."""


def look(response: Response) -> Look:
    """Take a look at a body, at 64 KB of it at most."""
    text = response.text()[:_MOST]
    refusing = frozenset(_REFUSING.findall(text.lower()))
    if not text.strip():
        return Look("empty", frozenset(), frozenset())
    value = _json(text)
    if isinstance(value, dict):
        return Look("object", frozenset(value), refusing)
    if isinstance(value, list):
        return Look("list", frozenset(), refusing)
    if value is not None:
        return Look("value", frozenset(), refusing)
    return Look("text", frozenset(word for word in _WORD.findall(text.lower()) if word.isalpha()), refusing)


def _json(text: str) -> object:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class Usual:
    """What the first answers looked like.

    Args:
        looks: at their bodies.
    """

    def __init__(self, looks: list[Look]) -> None:
        self._looks = looks
        self._refusing = frozenset(word for one in looks for word in one.refusing)
        self.steady = all(alike(looks[0], other) for other in looks[1:])
        """Whether they look alike, so that another body would be told from them."""

    def varying(self) -> Usual:
        """The same, once it has turned out that bodies of other kinds come and go: only words of refusal tell then."""
        usual = Usual(self._looks)
        usual.steady = False
        return usual

    def differs(self, seen: Look) -> bool:
        """Whether a body is of another kind than the first ones."""
        if seen.refusing - self._refusing:
            return True
        return self.steady and not any(alike(one, seen) for one in self._looks)


def alike(one: Look, other: Look) -> bool:
    """Whether two bodies are of one kind: half of their keys, or of their words, are the same."""
    if one.form != other.form:
        return False
    together = one.words | other.words
    return not together or len(one.words & other.words) >= _ALIKE * len(together)
