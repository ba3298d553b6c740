"""What is written in a Content-Security-Policy and does not mean what it seems to."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.headers.csp import IGNORED_IN_META, Policy
from auditor.facts.headers.policies import DEPRECATED, KNOWN, SOURCE_LISTS, script_sources
from auditor.facts.headers.sources import KEYWORDS, Source, SourceKind, parse_sources

MOST_WORDS = 2000
"""Of one directive; what a person writes has some dozens."""
_LONGEST = 60
"""Characters of a word that a message quotes."""
_BARE = frozenset(keyword.strip("'") for keyword in KEYWORDS)
_PREFIXES = ("nonce-", "sha256-", "sha384-", "sha512-")
_GUESSES = (*sorted(KNOWN), *sorted(DEPRECATED))


@dataclass(frozen=True, slots=True)
class Mistake:
    """One of them."""

    kind: str
    """``unknown``, ``semicolon``, ``quotes``, ``source``, ``none``, ``address``, ``repeated``, ``deprecated``,
    ``skipped``, ``meta`` or ``dynamic``."""
    message: str


def mistakes(policy: Policy) -> Iterator[Mistake]:
    """What is wrong with a policy as a text; in the order of the policy.

    Args:
        policy: enforced or reported.
    """
    for name, values in policy.directives:
        yield from _name(name)
        if policy.meta and name in IGNORED_IN_META:
            yield Mistake("meta", f"{name} does not count in a meta element")
        if name in SOURCE_LISTS or (name not in KNOWN and name not in DEPRECATED):
            yield from _values(name, values[:MOST_WORDS])
    for name in policy.repeated:
        yield Mistake("repeated", f"{_quoted(name)} is there again: only the first one counts")
    for name in policy.skipped:
        yield Mistake("skipped", f"{_quoted(name)} has characters beyond ASCII: browsers skip it")
    yield from _dynamic(policy)


def _name(name: str) -> Iterator[Mistake]:
    if name in DEPRECATED:
        yield Mistake("deprecated", f"{name} does nothing: {DEPRECATED[name]}")
    elif name not in KNOWN:
        close = difflib.get_close_matches(name[:_LONGEST], _GUESSES, 1, 0.75)
        hint = f"; did you mean {close[0]}?" if close else ""
        yield Mistake("unknown", f"{_quoted(name)} is no directive, and ignored{hint}")


def _values(name: str, values: tuple[str, ...]) -> Iterator[Mistake]:
    name = _quoted(name)
    for source in parse_sources(values):
        word = source.text.lower()
        if word.rstrip(":") in KNOWN:
            yield Mistake("semicolon", f"{name} holds the word {_quoted(word)}: a semicolon is missing before it")
        elif word in _BARE or word.startswith(_PREFIXES):
            yield Mistake(
                "quotes", f"{name} holds {_quoted(word)} without its quotes: it is read as the name of a host"
            )
        elif source.kind is SourceKind.INVALID:
            yield Mistake("source", f"{name} holds {_quoted(source.text)}, which is no source, and ignored")
        elif word == "'none'" and len(values) > 1:
            yield Mistake("none", f"{name} holds 'none' beside others: 'none' is ignored")
        elif _address(source):
            yield Mistake("address", f"{name} holds the address {_quoted(source.value)}, which browsers never match")


def _address(source: Source) -> bool:
    """CSP3 section 6.7.2.8: of all addresses only 127.0.0.1 is matched."""
    if source.kind is not SourceKind.HOST or source.value == "127.0.0.1" or not source.value[-1:].isdigit():
        return False
    try:
        ipaddress.IPv4Address(source.value)
    except ValueError:
        return False
    return True


def _dynamic(policy: Policy) -> Iterator[Mistake]:
    sources = script_sources(policy)
    dynamic = any(source.value == "'strict-dynamic'" for source in sources)
    if dynamic and not any(source.kind in (SourceKind.NONCE, SourceKind.HASH) for source in sources):
        yield Mistake("dynamic", "'strict-dynamic' without a nonce or a hash blocks every script of the page")


def _quoted(word: str) -> str:
    return word if len(word) <= _LONGEST else f"{word[:_LONGEST]}…"
