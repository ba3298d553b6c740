"""The smaller security headers, each as its standard reads it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from auditor.facts.headers import HeaderError
from auditor.facts.headers.lists import split_list
from auditor.facts.headers.structured import Item, parse_dictionary, parse_item

REFERRER_POLICIES = frozenset({
    "no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin", "origin-when-cross-origin",
    "strict-origin-when-cross-origin", "unsafe-url",
})  # fmt: skip
_META_REFERRER = {
    "never": "no-referrer",
    "default": "strict-origin-when-cross-origin",
    "always": "unsafe-url",
    "origin-when-crossorigin": "origin-when-cross-origin",
}
"""Old words that ``meta name=referrer`` still takes (HTML, *the meta element*)."""
OPENER_POLICIES = frozenset({
    "unsafe-none", "same-origin-allow-popups", "same-origin", "noopener-allow-popups",
})  # fmt: skip
EMBEDDER_POLICIES = frozenset({"unsafe-none", "require-corp", "credentialless"})
RESOURCE_POLICIES = frozenset({"same-origin", "same-site", "cross-origin"})
_XFO = frozenset({"deny", "allowall", "sameorigin"})


class Framing(StrEnum):
    """Who may show a page in a frame, by ``X-Frame-Options``."""

    DENIED = "denied"
    SAME_ORIGIN = "same-origin"
    CONFLICT = "conflict"
    """Values that contradict each other: nobody may."""
    ANYBODY = "anybody"
    """No header, or one that browsers ignore."""


def framing(values: Iterable[str]) -> Framing:
    """``X-Frame-Options``: HTML, *check a navigation response's adherence to X-Frame-Options*.

    Args:
        values: of every field, in order.
    """
    said = {value.lower() for value in split_list(values)}
    if len(said) > 1:
        return Framing.CONFLICT if said & _XFO else Framing.ANYBODY
    if said == {"deny"}:
        return Framing.DENIED
    return Framing.SAME_ORIGIN if said == {"sameorigin"} else Framing.ANYBODY


def nosniff(values: tuple[str, ...]) -> bool:
    """``X-Content-Type-Options``: Fetch, *determine nosniff*. The first value of the list decides.

    Args:
        values: of every field, in order.
    """
    return bool(values) and split_list(values)[0].lower() == "nosniff"


def referrer_policy(values: Iterable[str]) -> str:
    """``Referrer-Policy``: the last word of the list that a browser knows; empty when it knows none.

    Args:
        values: of every field, in order.
    """
    known = [word for value in values for part in value.split(",") if (word := _word(part)) in REFERRER_POLICIES]
    return known[-1] if known else ""


def meta_referrer_policy(content: str) -> str:
    """What ``meta name=referrer`` sets; empty when a browser does not know it.

    Args:
        content: of the element.
    """
    word = content.strip("\t\n\f\r ").lower()
    word = _META_REFERRER.get(word, word)
    return word if word in REFERRER_POLICIES else ""


def permissions_policy(values: tuple[str, ...]) -> dict[str, Item]:
    """``Permissions-Policy``: features and who may use them.

    Args:
        values: of every field, in order.

    Raises:
        HeaderError: browsers ignore all of it.
    """
    return parse_dictionary(", ".join(values))


def opener_policy(values: tuple[str, ...]) -> str:
    """``Cross-Origin-Opener-Policy``: the token in force.

    Args:
        values: of every field, in order.

    Raises:
        HeaderError: browsers ignore it.
    """
    return _token(values, OPENER_POLICIES)


def embedder_policy(values: tuple[str, ...]) -> str:
    """``Cross-Origin-Embedder-Policy``: the token in force.

    Args:
        values: of every field, in order.

    Raises:
        HeaderError: browsers ignore it.
    """
    return _token(values, EMBEDDER_POLICIES)


def resource_policy(values: tuple[str, ...]) -> str:
    """``Cross-Origin-Resource-Policy``: exactly one of three words, in lower case (Fetch, section 3.7).

    Args:
        values: of every field, in order.

    Raises:
        HeaderError: browsers ignore it.
    """
    said = ", ".join(values)
    if said not in RESOURCE_POLICIES:
        raise HeaderError(f"{_quoted(said)} is none of {', '.join(sorted(RESOURCE_POLICIES))}")
    return said


def _token(values: tuple[str, ...], known: frozenset[str]) -> str:
    [said] = parse_item(", ".join(values)).values
    if said.kind != "token" or said.text not in known:
        raise HeaderError(f"{_quoted(said.text)} is none of {', '.join(sorted(known))}")
    return said.text


def _word(text: str) -> str:
    return text.strip(" \t").lower()


def _quoted(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
