"""Calls the web surfaces by a name that is not theirs, and looks for it in what comes back.

Every request has a query of its own: a cache that keeps an answer with a foreign name in it keeps it for nobody else.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import unquote, urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.hosts import Header, HostAnswer, HostTrust
from auditor.facts.sites import host_of
from auditor.model import Gap
from auditor.probes.addresses import absolute
from auditor.probes.html import read_page
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import web_origins
from auditor.registry import probe

_MAX_BODY = 500_000
_SECONDS = 8.0
_BUSY = (502, 503, 504)
"""Answers of proxies: nobody has looked at the name."""
_LIMITED = 429
_CACHES = ("x-cache", "x-cache-status", "x-proxy-cache", "cf-cache-status", "cache-status")
"""Headers in which caches say what they did."""
_HIT = re.compile(r"\bhit\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ALIKE = 0.5
"""Share of the words that short pages must have in common to be one page."""
_SHORT = 300
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One path of an origin, and what an ordinary request to it gets."""

    origin: str
    path: str
    plain: Response
    key: tuple[tuple[str, str], ...] = ()
    """The header with the anon key, where a gateway answers nobody without it."""


@probe(deadline=40.0)
async def host_trust(environment: Environment, http: Http) -> HostTrust:
    """The start page, the health endpoint and a path that redirects, of each origin, under foreign names."""
    origins, gaps = web_origins(environment)
    told = [
        _told(origin, environment.health if surface == "api" else "", http, _key(environment, surface))
        for surface, origin in origins.items()
        # names of a vendor's hosts are the vendor's own affair
        if surface != "supabase" or not host_of(origin).endswith((".supabase.co", ".supabase.in"))
    ]
    found = [one for some in await asyncio.gather(*told) for one in some]
    answers = tuple(one for one in found if isinstance(one, HostAnswer))
    return HostTrust(answers, (*gaps, *(one for one in found if isinstance(one, Gap))))


def _key(environment: Environment, surface: str) -> tuple[tuple[str, str], ...]:
    project = environment.supabase if surface == "supabase" else None
    return (("apikey", project.anon_key.reveal()),) if project and project.anon_key else ()


async def _told(origin: str, health: str, http: Http, key: tuple[tuple[str, str], ...]) -> list[HostAnswer] | list[Gap]:
    try:
        return await _origin(origin, health, http, key)
    except Unavailable as unavailable:
        return [Gap(origin, unavailable.reason, unavailable.hint)]


async def _origin(origin: str, health: str, http: Http, key: tuple[tuple[str, str], ...]) -> list[HostAnswer]:
    start = await _plain(http, origin, "/")
    others = (health, _slashed(health) if health else _link(start))
    asked = [start, *[await _plain(http, origin, path) for path in others if path and path != "/"]]
    if key:
        with suppress(Unreachable):  # nobody's proven host gets the key: what "/" answers has to do
            asked.append(await _plain(http, origin, "/rest/v1/", key))
    answers: list[HostAnswer] = []
    for one in asked:
        answers.append(HostAnswer(origin, origin + one.path, Header.NONE, "", one.plain.status, same=True))
        answers += [await _foreign(http, one, header) for header in Header if header]
    return answers


async def _plain(http: Http, origin: str, path: str, key: tuple[tuple[str, str], ...] = ()) -> _Asked:
    # a key goes only where its owner was proven
    answer = await http.get(_fresh(origin, path), headers=key, max_body=_MAX_BODY, deadline=_SECONDS, verify=bool(key))
    return _Asked(origin, path, answer, key)


def _fresh(origin: str, path: str) -> str:
    return f"{origin}{path}{'&' if '?' in path else '?'}audit={secrets.token_hex(6)}"


def _slashed(path: str) -> str:
    """The path that frameworks redirect to the one that is there."""
    return path.rstrip("/") if path.endswith("/") else path + "/"


def _link(start: _Asked) -> str:
    """A page that the start page links to, with or without the slash at the end that it is written with."""
    if "html" not in (start.plain.header("content-type") or "").lower():
        return ""
    for one in read_page(start.plain.text(), start.origin + "/").references:
        if one.tag == "a" and one.url.startswith(start.origin + "/") and one.url != start.origin + "/":
            return _slashed(one.url.removeprefix(start.origin))
    return ""


async def _foreign(http: Http, asked: _Asked, header: Header) -> HostAnswer:
    token, control = secrets.token_hex(8), secrets.token_hex(8)
    name = f"evil-{token}.test"
    value = {Header.FORWARDED: f"host={name}", Header.FORWARDED_PROTO: "http"}.get(header, name)
    url = _fresh(asked.origin, asked.path)
    headers = ((str(header), value), ("X-Audit-Control", control), *asked.key)
    shown = asked.origin + asked.path
    try:
        answer = await http.get(
            url, headers=headers, max_body=_MAX_BODY, deadline=_SECONDS, verify=bool(asked.key), keep_alive=False
        )
    except Unreachable as unreachable:
        if unreachable.kind is Failure.RESET:
            return HostAnswer(asked.origin, shown, header, value, 0)
        raise
    if answer.status == _LIMITED:
        raise Unavailable(f"{shown} answers {answer.status}: what it makes of a foreign name, nobody can tell")
    location = absolute(url, answer.header("location") or "") if 300 <= answer.status < 400 else ""
    return HostAnswer(
        asked.origin,
        shown,
        header,
        value,
        answer.status,
        location,
        _lowered(asked, answer) if header is Header.FORWARDED_PROTO else _places(answer, token),
        echo=_holds(answer.text(), control),
        same=_same(asked.plain, answer),
        loops=location == absolute(url, url) and asked.plain.status < 300,
        unread=_unread(answer),
    )


def _unread(answer: Response) -> str:
    """Why an answer says nothing of what the stack makes of a name."""
    if answer.status in _BUSY:
        return f"it answers {answer.status}"
    if answer.truncated:
        return f"the answer was not read to its end: {answer.why_truncated}"
    return "a cache answers, although the query is a new one" if _cached(answer) else ""


def _cached(answer: Response) -> bool:
    """Whether a cache had the answer already (RFC 9111 section 5.1, RFC 9211).

    Vercel says so of prerendered pages, too; its edge refuses foreign names and writes X-Forwarded-Host itself.
    """
    if answer.header("x-vercel-id"):
        return False
    age = (answer.header("age") or "").strip()
    said = (answer.header(name) or "" for name in _CACHES)
    return (age.isdecimal() and int(age[:9]) > 0) or any(_HIT.search(value) for value in said)


def _holds(text: str, token: str) -> bool:
    """Whether a token is there, in whatever case. Escaping for HTML, URLs or JSON leaves it as it is."""
    return token in text.lower()


def _places(answer: Response, token: str) -> tuple[str, ...]:
    """Where a token came back."""
    found: dict[str, None] = {}
    for name, value in answer.headers:
        if _holds(unquote(value), token):
            found["-".join(map(str.capitalize, name.split("-")))] = None
    text = answer.text()
    if _holds(text, token):
        found |= dict.fromkeys(_named(answer, text, lambda url: token in url) or ["data"])
    return tuple(found)


def _lowered(asked: _Asked, answer: Response) -> tuple[str, ...]:
    """Where an https origin calls itself http://, and does not when nobody says so."""
    if not asked.origin.startswith("https:"):
        return ()
    clear = re.compile(re.escape("http:" + asked.origin.removeprefix("https:")) + r"(?![\w.-])", re.IGNORECASE)
    found: dict[str, None] = {}
    if clear.match(answer.header("location") or "") and not clear.match(asked.plain.header("location") or ""):
        found["Location"] = None
    text, before = answer.text(), asked.plain.text()
    if clear.search(text) and not clear.search(before):
        found |= dict.fromkeys(_named(answer, text, lambda url: clear.match(url) is not None) or ["data"])
    return tuple(found)


def _named(answer: Response, text: str, is_foreign: Callable[[str], bool]) -> list[str]:
    """What a page names such an address by; nothing when it is no page."""
    if "html" not in (answer.header("content-type") or "").lower():
        return []
    named = [one for one in read_page(text, answer.url).references if is_foreign(one.url)]
    kinds = {"canonical" if "canonical" in one.rel.split() else f"<{one.tag}>" for one in named}
    return sorted(kinds) or ["page"]


def _same(plain: Response, answer: Response) -> bool:
    """Whether two answers are one page: what a page draws anew for each request makes no difference."""
    if plain.status != answer.status or plain.header("content-type") != answer.header("content-type"):
        return False
    if 300 <= plain.status < 400:
        return _path(plain) == _path(answer)
    one, other = plain.text(), answer.text()
    if one == other:
        return True
    titles = _TITLE.search(one), _TITLE.search(other)
    alike = (titles[0] and titles[0][1]) == (titles[1] and titles[1][1])
    near = abs(len(one) - len(other)) <= max(len(one) // 20, _SHORT)
    return alike and near and (len(one) > _SHORT or _kindred(one, other))


def _kindred(one: str, other: str) -> bool:
    """Whether two short texts say the same: ``{"status":"ok"}`` and ``{"detail":"unknown host"}`` do not."""
    return SequenceMatcher(None, _WORD.findall(one), _WORD.findall(other), autojunk=False).quick_ratio() >= _ALIKE


def _path(answer: Response) -> str:
    try:
        return urlsplit(answer.header("location") or "").path
    except ValueError:  # a server may call anything a URL
        return ""
