"""Recognises server secrets in text that everybody can read."""

from __future__ import annotations

import base64
import binascii
import json
import re
import string
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from auditor.facts.sightings import Sighting
from auditor.redact import Secret

_PAYLOAD = re.compile(r"\.(eyJ[A-Za-z0-9_-]{8,})(?=\.([A-Za-z0-9_-]*))")
_WORD = f"{string.ascii_letters}{string.digits}_-"
_LONGEST_HEADER = 1024
_PRIVILEGED = ("service_role", "supabase_admin")
_TOKENS: tuple[tuple[str, str, str], ...] = (
    ("Supabase secret key", "sb_secret_", r"[A-Za-z0-9_-]{20,}"),
    ("Supabase access token", "sbp_", r"[a-f0-9]{40}"),
    ("Stripe secret key", "sk_live_", r"[A-Za-z0-9]{16,}"),
    ("Stripe restricted key", "rk_live_", r"[A-Za-z0-9]{16,}"),
    ("Stripe webhook secret", "whsec_", r"[A-Za-z0-9+/=]{24,}"),
    ("GitHub token", "ghp_", r"[A-Za-z0-9]{36}"),
    ("GitHub token", "github_pat_", r"[A-Za-z0-9_]{40,}"),
    ("Anthropic key", "sk-ant-", r"[A-Za-z0-9_-]{20,}"),
    ("OpenAI key", "sk-proj-", r"[A-Za-z0-9_-]{20,}"),
    ("SendGrid key", "SG.", r"[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{40,45}"),
    (
        "private key",
        "-----BEGIN ",
        r"(?:[A-Z]{2,9} )?PRIVATE KEY-----(?:[^-]|-(?!-)){64,16384}-----END",
    ),
)
_TOKEN = re.compile("|".join(rf"(?<![A-Za-z0-9_-]){re.escape(prefix)}{rest}" for _, prefix, rest in _TOKENS))
_BASE64 = re.compile(r"[A-Za-z0-9+/]{40}")
_DATABASE_URL = re.compile(
    r"(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?)://[^\s:/@'\"<>]{0,256}:"
    r"((?:[^\s/@'\"<>$]|\$(?!\{)){4,512})@[\w.-]+"
)
_ESCAPE = re.compile(
    r"\\{1,16}(?:u00(?P<u>[0-9A-Fa-f]{2})|x(?P<x>[0-9A-Fa-f]{2})|(?P<c>[nrt\"'/.]))"
    r"|%(?P<p>[0-9A-Fa-f]{2})|&#(?:[xX](?P<h>[0-9A-Fa-f]{1,2})|(?P<d>[0-9]{1,3}));|&(?P<e>quot|amp|apos|lt|gt);"
)
"""How a character may be written in a script, in JSON inside it (however deep), in a URL and in HTML."""
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "quot": '"', "amp": "&", "apos": "'", "lt": "<", "gt": ">"}


@dataclass(frozen=True, slots=True)
class _Hit:
    at: int
    kind: str
    length: int
    prefix: str = ""
    exact: bool = False


def find_leaks(url: str, text: str, secrets: Iterable[Secret] = ()) -> list[Sighting]:
    """Every server secret in a served text, as it stands there and with its escapes undone.

    Takes time in proportion to the text, whatever it holds.

    Args:
        url: where the text was served.
        text: all of it.
        secrets: values that must not be there, whatever their shape.
    """
    secrets = tuple(secrets)
    found: dict[int, _Hit] = {}
    for hit in _hits(text, secrets):
        found.setdefault(hit.at, hit)
    plain, origin = unescaped(text)
    if plain != text:
        for hit in _hits(plain, secrets):
            found.setdefault(origin(hit.at), hit)
    return list(_placed(url, text, sorted(found.items())))


def _placed(url: str, text: str, found: Iterable[tuple[int, _Hit]]) -> Iterator[Sighting]:
    line, seen, line_start = 1, 0, 0
    for at, hit in found:
        line += text.count("\n", seen, at)
        line_start = max(line_start, text.rfind("\n", seen, at) + 1)
        seen = at
        rule = "exact" if hit.exact else "shape"
        column = at - line_start + 1
        yield Sighting(url, line, column, rule, hit.kind, hit.length, prefix=hit.prefix, exact=hit.exact)


def _hits(text: str, secrets: tuple[Secret, ...]) -> Iterator[_Hit]:
    yield from _exact(text, secrets)
    for at, length, payload in jwts(text):
        if (role := jwt_role(payload)) in _PRIVILEGED:
            yield _Hit(at, f"Supabase {role} key", length)
    yield from _tokens(text)
    for match in _DATABASE_URL.finditer(text):
        yield _Hit(match.start(1), "database password in a URL", len(match[1]))


def unescaped(text: str) -> tuple[str, Callable[[int], int]]:
    """The text with its escapes undone, once, and a function from a place in it to the place in the original."""
    parts: list[str] = []
    places, origins, length, at = [0], [0], 0, 0
    for match in _ESCAPE.finditer(text):
        parts += [text[at : match.start()], _character(match)]
        length += match.start() - at + 1
        at = match.end()
        places.append(length)
        origins.append(at)

    def origin(place: int) -> int:
        index = bisect_right(places, place) - 1
        return origins[index] + place - places[index]

    return "".join([*parts, text[at:]]), origin


def _character(match: re.Match[str]) -> str:
    word, value = str(match.lastgroup), match[str(match.lastgroup)]
    if word in "ce":
        return _NAMED.get(value, value)
    return chr(int(value, 10 if word == "d" else 16))


def _exact(text: str, secrets: Iterable[Secret]) -> Iterator[_Hit]:
    for secret in secrets:
        value = secret.reveal()
        if not value:
            continue
        for form in {value, quote(value, safe="", errors="surrogatepass"), json.dumps(value)[1:-1]}:
            at = text.find(form)
            while at >= 0:
                yield _Hit(at, secret.kind, len(value), exact=True)
                at = text.find(form, at + len(form))


def jwts(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each JWT starts, its length and its middle part."""
    for match in _PAYLOAD.finditer(text):
        dot = match.start()
        before = text[max(0, dot - _LONGEST_HEADER) : dot]
        header = before[len(before.rstrip(_WORD)) :]
        start = header.find("eyJ")
        if start >= 0 and len(header) - start >= 11:
            size = len(header) - start
            yield dot - size, size + len(match[0]) + 1 + len(match[2]), match[1]


def jwt_role(payload: str) -> str:
    """The ``role`` claim of a JWT's middle part; empty when there is none."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return ""
    role = claims.get("role") if isinstance(claims, dict) else None
    return role if isinstance(role, str) else ""


def _tokens(text: str) -> Iterator[_Hit]:
    for match in _TOKEN.finditer(text):
        kind, prefix = next((kind, prefix) for kind, prefix, _ in _TOKENS if match[0].startswith(prefix))
        if kind != "private key":
            yield _Hit(match.start(), kind, len(match[0]), prefix)
        elif _BASE64.search(match[0]):  # libraries hold the two lines around it, and code between them
            yield _Hit(match.start(), kind, len(match[0]))
