"""What a Content-Security-Policy lets somebody run who can write into a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from auditor.facts.headers.bypasses import bypass_of, shared_suffix
from auditor.facts.headers.csp import Policy
from auditor.facts.headers.sources import Source, SourceKind, parse_sources

SHORTEST_NONCE = 16
"""Characters: 96 bits of base64. CSP3 recommends 128 bits, which are 22; less than this can be tried."""

MOST_POLICIES = 32
"""Of one answer; to leave out further ones makes the judgement harder, never milder."""

_ALL = ("inline", "eval", "anywhere", "data", "blob")
_LOCAL = re.compile(r"(?:(?:.*\.)?localhost|127\.0\.0\.1)\.?")
_LONGEST = 200
"""Characters of an expression that is told."""
_INLINE = "'unsafe-inline' lets every script run that is written into the page"
_WIDE = {"data": "data", "blob": "blob", "filesystem": "blob", "https": "anywhere", "http": "anywhere"}
_SAID = {
    "anywhere": "lets scripts come from any host",
    "data": "lets a URL be the script itself",
    "blob": "lets scripts be made in the page",
}


@dataclass(frozen=True, slots=True)
class Weakness:
    """One way past a policy."""

    kind: str
    """``inline``, ``attributes``, ``eval``, ``anywhere``, ``data``, ``blob``, ``shared``, ``bypass``, ``plain``,
    ``local``, ``nonce`` or ``missing``."""
    source: str
    """The expression that opens it; empty for a directive that is not there."""
    message: str
    host: str = ""
    """Which a host's expression is about, however it is spelled."""


def restricts_scripts(policy: Policy) -> bool:
    """Whether it says anything about scripts."""
    named = any(policy.effective(name) for name in ("script-src", "script-src-elem", "script-src-attr"))
    return named or _sandboxed(policy)


def weaknesses(policies: Iterable[Policy]) -> tuple[Weakness, ...]:
    """The ways past all policies together: every one of them must let a script through.

    Args:
        policies: those that are enforced.
    """
    found = [_of(policy) for policy in islice(filter(restricts_scripts, policies), MOST_POLICIES)]
    if not found:
        return (Weakness("missing", "", "neither script-src nor default-src: every script runs"),)
    every = dict.fromkeys(weakness for one in found for weakness in one)
    allowed = [_Allowed(frozenset(w.kind for w in one), frozenset((w.kind, w.host) for w in one)) for one in found]
    return tuple(weakness for weakness in every if all(one.lets(weakness) for one in allowed))


@dataclass(frozen=True, slots=True)
class _Allowed:
    """What one policy lets through."""

    kinds: frozenset[str]
    hosts: frozenset[tuple[str, str]]

    def lets(self, wanted: Weakness) -> bool:
        """Whether it lets through what another policy does by the given weakness."""
        if wanted.kind == "nonce":
            return not self.kinds.isdisjoint(("nonce", "inline"))
        if wanted.kind == "attributes":
            return not self.kinds.isdisjoint(("attributes", "inline"))
        if wanted.kind in _ALL:
            return wanted.kind in self.kinds
        return "anywhere" in self.kinds or (wanted.kind, wanted.host) in self.hosts


def _sandboxed(policy: Policy) -> bool:
    flags = policy.get("sandbox")
    return flags is not None and "allow-scripts" not in (flag.lower() for flag in flags)


def _of(policy: Policy) -> tuple[Weakness, ...]:
    if _sandboxed(policy):
        return ()
    return tuple(dict.fromkeys((*_elements(policy), *_attributes(policy), *_eval(policy))))


def _elements(policy: Policy) -> Iterator[Weakness]:
    decided = policy.effective("script-src-elem")
    if decided is None:
        yield Weakness(
            "anywhere", "", "neither script-src-elem, script-src nor default-src: scripts come from any host"
        )
        yield Weakness("inline", "", "neither script-src-elem, script-src nor default-src: inline scripts run")
        return
    sources = parse_sources(decided[1])
    if _inline(sources):
        yield Weakness("inline", "'unsafe-inline'", _INLINE)
    if any(source.kind is SourceKind.NONCE and len(source.value) < SHORTEST_NONCE for source in sources):
        yield Weakness("nonce", "", f"a nonce of less than {SHORTEST_NONCE} characters can be guessed")
    if _has(sources, "'strict-dynamic'"):
        return  # hosts and schemes do not count beside it
    with_eval = _has(sources, "'unsafe-eval'")
    for source in sources:
        yield from _wide(source, with_eval)


def _wide(source: Source, with_eval: bool) -> Iterator[Weakness]:
    shown = source.text if len(source.text) <= _LONGEST else f"{source.text[:_LONGEST]}…"
    if source.kind is SourceKind.SCHEME and (kind := _WIDE.get(source.value)):
        yield Weakness(kind, shown, f"{shown} {_SAID[kind]}")
    if source.kind is not SourceKind.HOST:
        return
    if source.value == "*":
        yield Weakness("anywhere", shown, f"{shown} {_SAID['anywhere']}")
    elif told := _host(source, shown, with_eval):
        yield Weakness(*told, host=source.value)


def _host(source: Source, shown: str, with_eval: bool) -> tuple[str, str, str] | None:
    if source.value.startswith("*.") and shared_suffix(source.value[2:]):
        return "shared", shown, f"anybody gets a name below {source.value[2:]}, which {shown} allows"
    if why := bypass_of(source.value, source.path, with_eval=with_eval):
        return "bypass", shown, f"{shown} undoes the list: {why}"
    if _LOCAL.fullmatch(source.value):
        return "local", shown, f"{shown} lets whatever listens on the visitor's machine serve scripts"
    if source.scheme in ("http", "ws"):
        return "plain", shown, f"{shown} lets scripts come over plain HTTP"
    return None


def _attributes(policy: Policy) -> Iterator[Weakness]:
    decided, elements = policy.effective("script-src-attr"), policy.effective("script-src-elem")
    if decided is None:
        yield Weakness("attributes", "", "neither script-src-attr, script-src nor default-src: event handlers run")
    elif decided != elements and _inline(parse_sources(decided[1])):
        message = f"'unsafe-inline' in {decided[0]} lets event handlers run that are written into the page"
        yield Weakness("attributes", "'unsafe-inline'", message)


def _eval(policy: Policy) -> Iterator[Weakness]:
    decided = policy.effective("script-src")
    if decided is None:
        yield Weakness("eval", "", "neither script-src nor default-src: eval() runs")
    elif _has(parse_sources(decided[1]), "'unsafe-eval'"):
        yield Weakness("eval", "'unsafe-eval'", "'unsafe-eval' lets texts be run as scripts")


def _inline(sources: tuple[Source, ...]) -> bool:
    """CSP3 section 6.7.3.2: a nonce, a hash or ``'strict-dynamic'`` turns ``'unsafe-inline'`` off."""
    off = any(source.kind in (SourceKind.NONCE, SourceKind.HASH) for source in sources)
    return _has(sources, "'unsafe-inline'") and not off and not _has(sources, "'strict-dynamic'")


def _has(sources: tuple[Source, ...], keyword: str) -> bool:
    return any(source.kind is SourceKind.KEYWORD and source.value == keyword for source in sources)
