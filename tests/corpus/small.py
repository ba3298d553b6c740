"""Text that looks like minified scripts, made of nothing: for tests, which have no packages."""

from __future__ import annotations

import random

_PIECES = (
    "function {a}({b},{c}){{return {b}?{c}.map(({a})=>{a}.id):[]}}",
    'let {a}={{type:"{w}",props:{{className:"{w}-{w} {w}",children:{b}}}}};',
    'if({a}.current!=={b})throw Error("{w} {w} is not {w}");',
    "{a}.{w}=async()=>{{await {b}.{w}({c},{n})}};",
    "r.d({a},{{{w}:()=>{b},{w}:()=>{c}}});var {c}=r({n}),{b}=r.n({c});",
    '"/static/chunks/{h}.js","{w}/{w}",{n},',
)
_WORDS = (
    "token", "secret", "password", "key", "user", "session", "render", "effect", "provider", "client", "server",
    "input", "supabase", "stripe", "button", "layout", "header", "request", "response", "handler", "schema",
    "policy", "storage",
)  # fmt: skip


def body(seed: int, size: int = 20_000) -> str:
    """About so many characters."""
    dice = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < size:
        part = dice.choice(_PIECES).format(
            **{letter: dice.choice("abcdefghijklmnopqrstuvwxyz") for letter in "abc"},
            w=dice.choice(_WORDS), n=dice.randrange(99999), h=f"{dice.getrandbits(64):016x}",
        )  # fmt: skip
        parts.append(part)
        length += len(part)
    return "".join(parts)


def bodies(count: int = 10) -> list[str]:
    """Pieces to plant something in."""
    return [body(seed) for seed in range(count)]
