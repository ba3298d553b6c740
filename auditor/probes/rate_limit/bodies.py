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
_SAME_TEXTS = 0.25
"""Share of words that the texts in two JSON bodies of one kind have in common at least."""
_ALIKE = 0.5
"""Share of words, or of keys, that two bodies of one kind have in common at least."""
_WORD = re.compile(r"\w+")
_REFUSING = re.compile(
    r"rate[ _-]?limit|too many|too fast|slow(?:ing)? down|exceeded|try again|throttl|captcha|blocked|denied|quota"
    r"|unusual traffic|temporarily (?:banned|unavailable)|retry later|calm|please wait|wait \d|\blocked\b|lockout"
)
_PLAIN = re.compile(
    r"rate[ _-]?limit(?:ed\b|(?:ing)?[ _-]?(?:is |was |has been )?(?:exceeded|reached))|too many (?:requests|attempts)"
    r"|slow down|(?:try again|retry) (?:later|in \d)"
)
"""What no answer says that is none: a whole short body with it is a refusal."""
_SHORT = 2_000
_TEXTS = 2_000
"""Values of a JSON body that are looked at."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a body looks like. Holds words of it, so it stays in the probe."""

    form: str
    """``object``, ``list``, ``value`` of JSON, ``text`` or ``empty``."""
    words: frozenset[str]
    """The keys of an object, the words of a text."""
    refusing: frozenset[str]
    """Words of refusals."""
    said: frozenset[str] = frozenset()
    """Words of the texts in JSON, at any depth."""
    plain: bool = False
    """A short body that says in plain words that it is a refusal."""


def look(response: Response) -> Look:
    """Take a look at a body, at 64 KB of it at most."""
    text = response.text()[:_MOST]
    refusing = frozenset(_REFUSING.findall(text.lower()))
    if not text.strip():
        return Look("empty", frozenset(), frozenset())
    value = _json(text)
    plain = len(text) <= _SHORT and _PLAIN.search(text.lower()) is not None
    if isinstance(value, dict):
        return Look("object", frozenset(value), refusing, _said(value), plain)
    if isinstance(value, list):
        return Look("list", frozenset(), refusing, _said(value) or frozenset("1" if value else ""), plain)
    if value is not None:
        return Look("value", frozenset(), refusing)
    return Look("text", _words(text), refusing, plain=plain)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.lower()) if word.isalpha())


def _said(value: object) -> frozenset[str]:
    found: set[str] = set()
    left = [value]
    for _ in range(_TEXTS):
        if not left:
            break
        one = left.pop()
        if isinstance(one, str):
            found |= _words(one)
        elif isinstance(one, dict):
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return frozenset(found)


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
        self._says = bool(looks) and all(_share(looks[0].said, other.said) >= _ALIKE for other in looks)

    def varying(self) -> Usual:
        """The same, once it has turned out that bodies of other kinds come and go: only words of refusal tell then."""
        usual = Usual(self._looks)
        usual.steady = False
        return usual

    def differs(self, seen: Look) -> bool:
        """Whether a body is of another kind than the first ones."""
        if seen.refusing - self._refusing:
            return True
        if not self.steady:
            return False
        if not any(alike(one, seen) for one in self._looks):
            return True
        # the same keys, such as those of an envelope, and all texts are others
        return self._says and all(one.said and _share(one.said, seen.said) < _SAME_TEXTS for one in self._looks)


def alike(one: Look, other: Look) -> bool:
    """Whether two bodies are of one kind: half of their keys, or of their words, are the same."""
    if one.form != other.form:
        return False
    return _share(one.words, other.words) >= _ALIKE


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    """What two sets have in common, of what either has; 1: both are empty."""
    together = one | other
    return len(one & other) / len(together) if together else 1.0
