"""JavaScript as a minifier leaves it: enough of it that a scanner has something to read."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from auditor.lab.templates import fill, read

_WORDS = (
    "workspace", "dataset", "chart", "metric", "member", "period", "filter", "column", "legend", "axis", "tooltip",
    "dialog", "badge", "locale", "export", "upload", "series", "margin", "revenue", "target", "alert", "scope",
)  # fmt: skip


def chunk(number: int, size: int, *bodies: str) -> str:
    """A webpack chunk of about that many bytes whose last modules have the given bodies."""
    random_source = random.Random(number)  # noqa: S311 - the same chunk for the same number
    modules = list(_modules(random_source, size))
    modules += [_module(random_source.randrange(1000, 9999), body) for body in bodies]
    return (
        f"(self.webpackChunk_N_E=self.webpackChunk_N_E||[]).push([[{number}],{{{','.join(modules)}}},"
        f"function(e){{e.O(0,[774,179],function(){{return e(e.s={number})}}),_N_E=e.O()}}]);"
    )


def _modules(source: random.Random, size: int) -> Iterator[str]:
    written, statements = 0, read("statements.js").splitlines()
    while written < size:
        body = "".join(_statement(source, statements) for _ in range(12))
        module = _module(source.randrange(1000, 9999), body)
        written += len(module)
        yield module


def _module(number: int, body: str) -> str:
    return f'{number}:function(e,t,n){{"use strict";n.r(t),n.d(t,{{default:()=>a}});var r=n(5893),i=n(7294);{body}}}'


def _statement(source: random.Random, statements: Sequence[str]) -> str:
    names = dict(zip("abcde", source.sample("abcdefghijklmopqsuvwxyz", 5), strict=True))
    words = dict(zip("wvx", source.sample(_WORDS, 3), strict=True))
    numbers = {"n": source.randrange(2, 400), "m": source.randrange(400, 9000)}
    return fill(source.choice(statements), **names, **words, **numbers, title=words["w"].title())
