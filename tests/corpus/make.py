"""Plants values in chunks, pages, payloads, maps and settings."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.corpus.encodings import ENCODINGS
from tests.corpus.planted import Value, decoys, secrets

NAMES = "teinrsoauc"


@dataclass(frozen=True, slots=True)
class Text:
    """One file of the corpus."""

    place: str
    data: bytes
    kind: str = ""
    """What is planted in it."""
    encoding: str = ""


def _chunk(body: str, text: str) -> str:
    at = len(body) // 2
    return f"{body[:at]};{text};{body[at:]}"


def _page(body: str, text: str) -> str:
    push = json.dumps(f"2:{text}\n")
    return f"<!doctype html><html><body><script>self.__next_f.push([1,{push}])</script><script>{body[:9000]}</script>"


def _next_data(body: str, text: str) -> str:
    data = json.dumps({"props": {"pageProps": {"settings": text}}, "page": "/", "buildId": "v1"})
    return f'<!doctype html><div id=__next></div><script id="__NEXT_DATA__" type="application/json">{data}</script>'


def _map(body: str, text: str) -> str:
    return json.dumps({"version": 3, "sources": ["app/page.tsx"], "sourcesContent": [f"// {text}\n{body[:20000]}"]})


PLACES: dict[str, Callable[[str, str], str]] = {
    "_next/static/chunks/{n}.js": _chunk,
    "page{n}.html": _page,
    "legacy{n}.html": _next_data,
    "_next/static/chunks/{n}.js.map": _map,
    "env{n}.js": lambda body, text: f"window.__ENV={{}};{text};\n{body[:2000]}",
}
"""Where a value may stand, and what makes the file of a chunk's body and the encoded value."""


def planted(bodies: Sequence[str], seed: int = 1) -> list[Text]:
    """Every secret once, each in another encoding and another kind of file than the one before."""
    return list(_planted(secrets(seed), bodies, seed))


def public(bodies: Sequence[str], seed: int = 1) -> list[Text]:
    """Every look-alike once, in chunks and in pages."""
    dice = random.Random(seed)
    return [
        Text(f"decoy{n}.js", _chunk(dice.choice(bodies), f"{NAMES[n % 10]}={_literal(v.text)}").encode(), v.kind)
        for n, v in enumerate(decoys(seed))
    ]


def _literal(text: str) -> str:
    return text if '"' in text else f'"{text}"'


def matrix(bodies: Sequence[str], seed: int = 1) -> list[Text]:
    """Eight secrets in eighteen encodings."""
    kinds = ("service_role", "Supabase secret key", "Stripe live", "GitHub classic", "OpenAI, project", "SendGrid")
    kinds += ("Slack bot", "Postgres")
    values = {value.kind: value for value in secrets(seed)}
    dice = random.Random(seed)
    return [
        Text(
            f"{kind}.{encoding}.js",
            _chunk(dice.choice(bodies), make("key", values[kind].text)).encode(),
            kind,
            encoding,
        )
        for kind in kinds
        for encoding, make in ENCODINGS.items()
    ]


def _planted(values: Sequence[Value], bodies: Sequence[str], seed: int) -> Iterator[Text]:
    dice = random.Random(seed)
    encodings, places = list(ENCODINGS.items()), list(PLACES.items())
    for number, value in enumerate(values):
        encoding, make = encodings[number % len(encodings)]
        place, put = places[number % len(places)]
        text = value.around + make(value.name or NAMES[number % 10], value.text)
        yield Text(place.format(n=number), put(dice.choice(bodies), text).encode(), value.kind, encoding)
