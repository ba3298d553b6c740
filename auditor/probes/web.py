"""Looks at plain HTTP on every web origin of the stack."""

from __future__ import annotations

import asyncio
import re
from typing import overload
from urllib.parse import urljoin, urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.sites import host_of
from auditor.facts.web import Hop, PlainAnswer, PlainHttp
from auditor.model import Gap
from auditor.probes.html import read_page
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import web_origins
from auditor.registry import probe

_HOPS = 8
_ADDRESSES = 8
_DEEP = "/audit/of/redirects?page=2"
_SCRIPTED = re.compile(r"\blocation(?:\.(?:href|protocol))?\s{0,20}=(?!=)|\blocation\.(?:replace|assign)\s{0,20}\(")
_SECONDS = 8.0
"""For each answer in plain HTTP."""


@probe(deadline=30.0)
async def plain_http(environment: Environment, http: Http, dialer: Dialer) -> PlainHttp:
    """One GET of the usual paths in plain HTTP on every https host and each of its addresses, redirects followed.

    What ACME asks for below ``/.well-known/`` may be answered in the clear: it is left out.
    """
    origins, gaps = web_origins(environment)
    hosts = frozenset(filter(None, map(host_of, origins.values())))
    # side by side: a firewall that drops packets to port 80 costs its seconds once
    found = await asyncio.gather(*(_plain(url, hosts, http, dialer) for url in _plain_urls(origins, environment)))
    told = [one for some in found for one in some]
    answers = tuple(one for one in told if isinstance(one, PlainAnswer))
    return PlainHttp(answers, (*gaps, *(one for one in told if isinstance(one, Gap))))


async def _plain(url: str, hosts: frozenset[str], http: Http, dialer: Dialer) -> list[PlainAnswer | Gap]:
    addresses = await _addresses(url, dialer)
    if len(addresses) < 2:
        return [await _asked(url, hosts, http)]
    found = await asyncio.gather(*(_asked(url, hosts, http, address) for address in addresses))
    answers: list[PlainAnswer | Gap] = [one for one in found if one is not None]
    # a machine without IPv6 reaches half of the addresses: that is no fault of the host
    return answers or [Gap(url, f"none of {len(addresses)} addresses can be reached from here")]


async def _addresses(url: str, dialer: Dialer) -> tuple[str, ...]:
    """The addresses of the host of a start page; for other paths, one stands for all."""
    if urlsplit(url).path != "/":
        return ()
    try:
        return (await dialer.addresses(host_of(url), urlsplit(url).port or 80))[:_ADDRESSES]
    except Unavailable:
        return ()  # the request says why


@overload
async def _asked(url: str, hosts: frozenset[str], http: Http) -> PlainAnswer | Gap: ...
@overload
async def _asked(url: str, hosts: frozenset[str], http: Http, address: str) -> PlainAnswer | Gap | None: ...
async def _asked(url: str, hosts: frozenset[str], http: Http, address: str = "") -> PlainAnswer | Gap | None:
    try:
        return await _follow(url, hosts, http, address)
    except Unreachable as unreachable:
        if address and unreachable.kind in (Failure.UNREACHABLE, Failure.LOCAL):
            return None
        return Gap(url, unreachable.reason, unreachable.hint)
    except Unavailable as unavailable:
        return Gap(url, unavailable.reason, unavailable.hint)


def _plain_urls(origins: dict[str, str], environment: Environment) -> list[str]:
    urls: dict[str, None] = {}
    for surface, url in origins.items():
        parts = urlsplit(url)
        if parts.scheme == "http":
            urls[url + "/"] = None
            continue
        port = environment.network.http_port
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        base = f"http://{host}" if port == 80 else f"http://{host}:{port}"
        if port:
            urls[base + "/"] = None
            urls[base + _DEEP] = None
            if surface == "api":
                urls[base + environment.health] = None
    return list(urls)


def _target(current: str, location: str) -> str:
    """Where a redirect leads; empty when that is nowhere."""
    try:
        target = urljoin(current, location) if location else ""
        return target if urlsplit(target).hostname or not target.startswith("http") else ""
    except ValueError:  # a server may call anything a URL
        return ""


def _without_query(url: str) -> str:
    """Where it leads, without what may be a token."""
    return url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]


async def _follow(url: str, hosts: frozenset[str], http: Http, address: str = "") -> PlainAnswer:
    hops: list[Hop] = []
    shown, asked, target, loop = _without_query(url), [url], "", False
    while len(hops) < _HOPS:
        try:
            # what matters is where it leads: the certificate behind it is judged elsewhere
            answer = await http.get(
                asked[-1], max_body=65_536, verify=False, deadline=_SECONDS, address=None if hops else address or None
            )
        except Unreachable as unreachable:
            # a port where nobody listens, or that hangs up at once, serves nothing in the clear
            if not hops and unreachable.kind in (Failure.REFUSED, Failure.RESET):
                return PlainAnswer(shown, refused=True, address=address)
            if hops:
                target = ""
                break
            raise
        target = _target(asked[-1], answer.header("location") or "")
        hops.append(Hop(_without_query(asked[-1]), answer.status, _without_query(target), _by_page(answer)))
        if not 300 <= answer.status < 400 or urlsplit(target).scheme not in ("http", "https"):
            target = ""
        elif host_of(target) not in hosts:
            target = ""  # never follow to hosts that the checklist does not name
        elif loop := target in asked:
            break
        if not target:
            break
        asked.append(target)
    endless = bool(target) and not loop
    return PlainAnswer(shown, hops=tuple(hops), loop=loop, endless=endless, keeps=_keeps(url, asked), address=address)


def _keeps(url: str, asked: list[str]) -> bool | None:
    """Whether the first redirect kept path and query; None when there was no query, or no redirect to follow."""
    if len(asked) < 2 or not urlsplit(url).query:
        return None
    return urlsplit(asked[1])[2:4] == urlsplit(url)[2:4]


def _by_page(answer: Response) -> str:
    """How a page leads elsewhere by itself."""
    if not 200 <= answer.status < 300 or "html" not in (answer.header("content-type") or ""):
        return ""
    text = answer.text()
    if any(one.attribute == "refresh" for one in read_page(text, answer.url).references):
        return "meta refresh"
    return "script" if _SCRIPTED.search(text) else ""
