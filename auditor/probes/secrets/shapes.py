"""Reads as much of a rule's shape as the one pass over all bytes needs: what follows its literal."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby

from auditor.probes.secrets.found import RUN, TOKEN, Look, escaped
from auditor.probes.secrets.rules import Rule
from auditor.probes.secrets.runs import runs

_ATOM = re.compile(
    r"(?P<one>\[(?:\\.|[^\]\\])+\]|\\[dw]|\\[^A-Za-z0-9]|[^\\\[\](){}|?*+.^$])"
    r"(?:\{(?P<least>\d+)(?:,\d*)?\}|(?P<more>\+)|(?P<maybe>[?*]|\{,\d+\}))?"
)
_OPENS = re.compile(r"\(\?P<value>|\((?!\?)")
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])+\]")
_SPECIAL = re.compile(r"[.$+*?()|{}\[\]^]")
_NO_FORK = re.compile(r"\[(?:\\.|[^\]\\])+\]|\\.")
"""Classes and escapes: a bar in them is a bar."""
_LONGEST_TAIL = 14
"""Characters after the literal that are asked for: more of them compile and run slower, and tell little more."""
_TOKEN = re.compile(b"[%b]" % TOKEN)
_SHORT = 3
"""Such a literal stands everywhere in scripts: one more is asked for, which may be the token's first dot."""

EDGE = rb"(?:[\"'= `:>(\n\t]|quot;|&#3[49];|%2[027]|%3[ADad]|u002[0267]|u003[aAdDeE]|x2[027]|x3[adAD]|\\[nrt])"
"""What may stand before a token, for both engines."""
_EDGE = re.compile(EDGE + rb"\Z")


def looks(rule: Rule) -> tuple[Look, ...]:
    """Where a rule's matches may be: every literal, with what the shape says must follow it."""
    return tuple(
        _at_edge(literal, rule.shape) if rule.edge else _look(literal, rule.shape) for literal in rule.literals
    )


def at_edge(data: bytes, at: int) -> bool:
    """Whether a token may begin at a place, by what stands before it."""
    return at == 0 or _EDGE.search(data, max(0, at - 8), at) is not None


def is_caseless(shape: str) -> bool:
    """Whether capitals make no difference."""
    return shape.startswith("(?i")


def leads(rule: Rule) -> bool:
    """Whether matches of the shape begin with a literal, as the example does."""
    start = rule.example.partition("{")[0].lower()
    return any(start.startswith(literal.decode("ascii").lower()) for literal in rule.literals)


def _look(literal: bytes, shape: str) -> Look:
    tail = _after(literal.decode("ascii"), shape)
    shown = tail[: _LONGEST_TAIL + (len(literal) <= _SHORT)]
    caseless = is_caseless(shape)
    if caseless:
        literal = literal.lower()
    expression = escaped(literal) + b"".join(_class(atom) + b"{%d}" % len(list(same)) for atom, same in groupby(shown))
    return _in_runs(Look(literal, expression, len(literal) + len(shown), caseless), shape)


def _in_runs(look: Look, shape: str) -> Look:
    """With what the shape says about runs of token characters."""
    known = runs(look.literal, shape)
    within = known.within and not look.caseless
    return replace(look, within=RUN if within else 0, ahead=known.ahead and not within)


def _at_edge(literal: bytes, shape: str) -> Look:
    # nothing behind it: an engine that has to follow every one of them is a quarter slower over all bytes
    wide = b"(?:^|%b)%b" % (EDGE, escaped(literal))
    return _in_runs(Look(literal, escaped(literal), len(literal), wide=wide), shape)


def _after(literal: str, shape: str) -> list[str]:
    """What follows the literal, where the shape spells it out, and once: one class each, as far as it is certain."""
    spelled = [
        text for text in {literal, re.escape(literal), _SPECIAL.sub(r"\\\g<0>", literal)} if shape.count(text) == 1
    ]
    if not spelled or literal in "".join(_CLASS.findall(shape)):
        return []
    longest = max(spelled, key=len)
    return _atoms(shape[shape.index(longest) + len(longest) :])


def _atoms(shape: str) -> list[str]:
    atoms: list[str] = []
    at = 0
    while len(atoms) < 200:
        if (opened := _OPENS.match(shape, at)) and _is_plain_group(shape[opened.end() :]):
            at = opened.end()
            continue
        found = _ATOM.match(shape, at)
        if not found or found["maybe"]:
            break
        atoms += [found["one"]] * int(found["least"] or 1)
        at = found.end()
        if found["more"] or (found["least"] and not re.match(r"\{\d+\}", shape[found.end("one") :])):
            break
    return [] if shape[:1] in ("?", "*", "+", "{") else atoms


def _is_plain_group(rest: str) -> bool:
    """Whether what is left of a shape, from inside a group on, has one way through the group."""
    inside, closed, after = _NO_FORK.sub("a", rest).partition(")")
    return bool(closed) and "|" not in inside and "(" not in inside and after[:1] not in ("?", "*", "{")


def _class(atom: str) -> bytes:
    if atom.startswith("[") or atom in ("\\d", "\\w"):
        return atom.encode("ascii")
    character = atom.removeprefix("\\").encode("ascii")
    if _TOKEN.fullmatch(character):
        return escaped(character)
    return b"[%b%%&\\\\]" % escaped(character)  # or the beginning of an escape for it
