"""Calls the web surfaces by a name that is not theirs, and looks for it in what comes back.

Every request has a query of its own: a cache that keeps an answer with a foreign name in it keeps it for nobody else.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass
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
_BUSY = (429, 502, 503, 504)
"""Answers of limiters and proxies: nobody has looked at the name."""
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One path of an origin, and what an ordinary request to it gets."""

    origin: str
    path: str
    plain: Response


@probe(deadline=40.0)
async def host_trust(environment: Environment, http: Http) -> HostTrust:
    """The start page, the health endpoint and a path that redirects, of each origin, under foreign names."""
    origins, gaps = web_origins(environment)
    told = [
        _told(origin, environment.health if surface == "api" else "", http)
        for surface, origin in origins.items()
        # names of a vendor's hosts are the vendor's own affair
        if surface != "supabase" or not host_of(origin).endswith((".supabase.co", ".supabase.in"))
    ]
    found = [one for some in await asyncio.gather(*told) for one in some]
    answers = tuple(one for one in found if isinstance(one, HostAnswer))
    return HostTrust(answers, (*gaps, *(one for one in found if isinstance(one, Gap))))


async def _told(origin: str, health: str, http: Http) -> list[HostAnswer] | list[Gap]:
    try:
        return await _origin(origin, health, http)
    except Unavailable as unavailable:
        return [Gap(origin, unavailable.reason, unavailable.hint)]


async def _origin(origin: str, health: str, http: Http) -> list[HostAnswer]:
    start = await _plain(http, origin, "/")
    others = (health, _slashed(health) if health else _link(start))
    asked = [start, *[await _plain(http, origin, path) for path in others if path and path != "/"]]
    answers: list[HostAnswer] = []
    for one in asked:
        answers.append(HostAnswer(origin, origin + one.path, Header.NONE, "", one.plain.status, same=True))
        answers += [await _foreign(http, one, header) for header in Header if header]
    return answers


async def _plain(http: Http, origin: str, path: str) -> _Asked:
    answer = await http.get(_fresh(origin, path), max_body=_MAX_BODY, deadline=_SECONDS, verify=False)
    return _Asked(origin, path, answer)


def _fresh(origin: str, path: str) -> str:
    return f"{origin}{path}{'&' if '?' in path else '?'}audit={secrets.token_hex(6)}"


def _slashed(path: str) -> str:
    """The path that frameworks redirect to the one that is there."""
    return path.rstrip("/") if path.endswith("/") else path + "/"


def _link(start: _Asked) -> str:
    """A page that the start page links to, with or without the slash at the end that it is written with."""
    if "html" not in (start.plain.header("content-type") or ""):
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
    headers = ((str(header), value), ("X-Audit-Control", control))
    shown = asked.origin + asked.path
    try:
        answer = await http.get(
            url, headers=headers, max_body=_MAX_BODY, deadline=_SECONDS, verify=False, keep_alive=False
        )
    except Unreachable as unreachable:
        if unreachable.kind is Failure.RESET:
            return HostAnswer(asked.origin, shown, header, value, 0)
        raise
    if answer.status in _BUSY:
        raise Unavailable(f"{shown} answers {answer.status}: what it makes of a foreign name, nobody can tell")
    location = absolute(url, answer.header("location") or "") if 300 <= answer.status < 400 else ""
    return HostAnswer(
        asked.origin,
        shown,
        header,
        value,
        answer.status,
        location,
        _places(answer, token),
        echo=_holds(answer.text(), control),
        same=_same(asked.plain, answer),
        loops=location == absolute(url, url) and asked.plain.status < 300,
    )


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
        found |= dict.fromkeys(_in_page(answer, text, token) or ["data"])
    return tuple(found)


def _in_page(answer: Response, text: str, token: str) -> list[str]:
    if "html" not in (answer.header("content-type") or ""):
        return []
    named = [one for one in read_page(text, answer.url).references if token in one.url]
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
    return alike and abs(len(one) - len(other)) <= max(len(one) // 20, 300)


def _path(answer: Response) -> str:
    try:
        return urlsplit(answer.header("location") or "").path
    except ValueError:  # a server may call anything a URL
        return ""
