"""Reads the version of Next.js from the scripts of the start page, and tries two doors with harmless GETs."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.next_build import GuardedRoute, NextBuild, NextGuards
from auditor.facts.sites import host_of, site
from auditor.model import Gap
from auditor.probes.addresses import absolute
from auditor.probes.exposure.advisories import advisories, as_of, has
from auditor.probes.html import read_page
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import origin
from auditor.registry import probe

_SECONDS = 8.0
_MAX_SCRIPT = 3_000_000
_MOST_SCRIPTS = 24
_SIGNS = re.compile(r"/_next/static/|__NEXT_DATA__|self\.__next_f")
_VERSION = re.compile(
    r"window\.next\s{0,5}=\s{0,5}(?:Object\.assign\(\s{0,5}window\.next[^{]{0,20})?"
    r"\{\s{0,5}\"?version\"?\s{0,5}:\s{0,5}[\"'`](\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[0-9A-Za-z.-]{1,40})?)[\"'`]"
)
_BY_NAME = re.compile(r"window\.next\s{0,5}=\s{0,5}\{\s{0,5}version\s{0,5}:\s{0,5}([A-Za-z_$][\w$]{0,20})\b")
_REACT = re.compile(
    r"version:\"(\d{1,3}\.\d{1,3}\.\d{1,3}[0-9A-Za-z.-]{0,40})\",rendererPackageName:\"react-dom\""
    r"|reconcilerVersion:\"(\d{1,3}\.\d{1,3}\.\d{1,3}[0-9A-Za-z.-]{0,40})\""
)
_GENERATOR = re.compile(r"(?i)<meta name=\"generator\" content=\"([A-Za-z .]{2,30} v?\d[\w.-]{0,30})\"")
_ANGULAR = re.compile(r"\bng-version=\"(\d{1,3}\.\d{1,3}\.\d{1,3}[\w.-]{0,30})\"")
_LOGIN = re.compile(r"(?i)log-?in|sign-?in|auth|\bsso\b|connexion")
_GUARDED = ("/dashboard", "/admin", "/account", "/profile", "/settings", "/app", "/home")
_MOST_ROUTES = 8
_HEADER = "x-middleware-subrequest"
_NAMES = ("middleware", "src/middleware")
"""Where the file of the middleware may be. Since 13.2 the name has to come five times."""


@probe(deadline=45.0)
async def next_build(environment: Environment, http: Http) -> NextBuild:
    """The version in the scripts of the start page, compared with the table of advisories."""
    frontend = origin(environment, "frontend")
    answer = await _start(http, frontend)
    page = answer.text()
    table, age = as_of(), (datetime.now(UTC).date() - as_of()).days
    others = set(_GENERATOR.findall(page)) | {f"Angular {found}" for found in _ANGULAR.findall(page)}
    if not _is_next(answer, page):
        return NextBuild(frontend, False, as_of=table, age_days=age, others=tuple(sorted(others)))
    scripts = _scripts(page, answer.url)
    read = await asyncio.gather(*(_read(http, url) for url in scripts[:_MOST_SCRIPTS]))
    gaps = tuple(one for one in read if isinstance(one, Gap))
    texts = [(url, one) for url, one in zip(scripts, read, strict=False) if isinstance(one, str)]
    version, told_by = _told([(answer.url, page), *texts])
    others |= {f"React {next(filter(None, found))}" for _, text in texts for found in _REACT.findall(text)}
    if not version and len(scripts) > _MOST_SCRIPTS:
        gaps += (Gap(frontend, f"only the first {_MOST_SCRIPTS} of {len(scripts)} scripts were read"),)
    # where the version is known, what was not read does not matter
    return NextBuild(
        frontend,
        True,
        version,
        told_by,
        advisories(version),
        table,
        age,
        tuple(sorted(others)),
        () if version else gaps,
    )


@probe(deadline=45.0, last=True)
async def next_guards(build: NextBuild, http: Http) -> NextGuards:
    """A route behind a login, with the header of CVE-2025-29927; and an image from a host that does not exist."""
    frontend = build.frontend
    if not build.present:
        return NextGuards(frontend, False)
    patched = bool(build.version) and not has(build.version, "CVE-2025-29927")
    gaps: list[Gap] = []
    routes: tuple[GuardedRoute, ...] = ()
    try:
        routes = () if patched else await _bypass(http, frontend)
    except Unavailable as unavailable:
        gaps.append(Gap(frontend, f"the middleware could not be tried: {unavailable.reason}", unavailable.hint))
    optimizer, said = "", ""
    try:
        optimizer, said = await _optimizer(http, frontend)
    except Unavailable as unavailable:
        gaps.append(Gap(f"{frontend}/_next/image", unavailable.reason, unavailable.hint))
    return NextGuards(frontend, True, build.version, patched, routes, optimizer, said, tuple(gaps))


async def _start(http: Http, frontend: str) -> Response:
    url = frontend + "/"
    for _ in range(4):
        answer = await http.get(url, deadline=_SECONDS, verify=False)
        there = absolute(url, answer.header("location") or "") if 300 <= answer.status < 400 else ""
        if not there.startswith(frontend + "/"):
            break
        url = there
    unseen = answer.status == 429 or answer.status >= 500 or 300 <= answer.status < 400
    if unseen or (answer.status in (401, 403) and not _is_next(answer, answer.text())):
        reason = f"{url} answers {answer.status}: the start page was not seen"
        raise Unavailable(reason, "name the origin that users see as `frontend`, and let the audit's address through")
    return answer


def _is_next(answer: Response, page: str) -> bool:
    powered = (answer.header("x-powered-by") or "").lower()
    return bool(_SIGNS.search(page)) or "next.js" in powered or bool(answer.header("x-nextjs-cache"))


def _scripts(page: str, url: str) -> list[str]:
    """Scripts of Next.js on the frontend's own site: an asset prefix may put them on another of its hosts."""
    here = site(host_of(url))
    found = (one.url for one in read_page(page, url).references if one.tag in ("script", "link"))
    own = (one for one in found if "/_next/static/" in one and _is_script(one) and site(host_of(one)) == here)
    return list(dict.fromkeys(own))


def _is_script(url: str) -> bool:
    return urlsplit(url).path.endswith(".js")


async def _read(http: Http, url: str) -> str | Gap:
    try:
        answer = await http.get(url, deadline=_SECONDS, max_body=_MAX_SCRIPT, verify=False)
    except Unavailable as unavailable:
        return Gap(url, unavailable.reason, unavailable.hint)
    if answer.status == 429 or answer.status >= 500:
        return Gap(url, f"answers {answer.status}", "run the audit while the frontend is up")
    return answer.text() if answer.status == 200 else ""


def _told(texts: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The version, and the URL of what tells it; empty where nothing does."""
    for url, text in texts:
        if found := _VERSION.search(text):
            return found[1], url
        if named := _BY_NAME.search(text):
            # a minifier that keeps the constant: let t="15.2.2";…window.next={version:t
            value = re.search(
                rf"\b{re.escape(named[1])}\s{{0,5}}=\s{{0,5}}[\"'](\d{{1,4}}\.\d{{1,4}}\.\d{{1,4}}[0-9A-Za-z.-]{{0,40}})[\"']",
                text[max(0, named.start() - 2_000) : named.start()],
            )
            if value:
                return value[1], url
    return "", ""


async def _bypass(http: Http, frontend: str) -> tuple[GuardedRoute, ...]:
    """The first route that sends strangers to a login, asked with the header."""
    page = await _start(http, frontend)
    links = (one.url for one in read_page(page.text(), page.url).references if one.tag == "a")
    own = (urlsplit(one).path for one in links if one.startswith(frontend + "/"))
    paths = list(dict.fromkeys((*_GUARDED, *(path for path in own if path != "/" and not _LOGIN.search(path)))))
    for path in paths[:_MOST_ROUTES]:
        url = frontend + path
        if _guarded(url, frontend, await http.get(url, deadline=_SECONDS, verify=False)):
            return (await _with_header(http, frontend, url),)
    return ()


def _guarded(url: str, frontend: str, answer: Response) -> bool:
    there = absolute(url, answer.header("location") or "") if 300 <= answer.status < 400 else ""
    here, path = urlsplit(url).path.rstrip("/"), urlsplit(there).path
    return bool(there) and path.rstrip("/") != here and bool(_LOGIN.search(path) or not there.startswith(frontend))


async def _with_header(http: Http, frontend: str, url: str) -> GuardedRoute:
    before = (await http.get(url, deadline=_SECONDS, verify=False)).status
    after = before
    for name in _NAMES:
        value = ":".join([name] * 5)
        # what comes is looked at for its status alone, and is not kept
        answer = await http.get(url, headers=((_HEADER, value),), deadline=_SECONDS, max_body=0, verify=False)
        after = answer.status
        if 200 <= after < 300:
            again = await http.get(url, deadline=_SECONDS, verify=False)
            return GuardedRoute(url, before, after, _guarded(url, frontend, again))
    return GuardedRoute(url, before, after, False)


async def _optimizer(http: Http, frontend: str) -> tuple[str, str]:
    """Whether the image optimizer fetches from a host that the application does not name."""
    bare = await http.get(f"{frontend}/_next/image", deadline=_SECONDS, verify=False)
    if bare.status == 429 or bare.status >= 500:
        raise Unavailable(f"answers {bare.status}: whether it fetches from anywhere, nobody can tell")
    if bare.status != 400 or '"url"' not in bare.text()[:300]:
        return "", ""  # no optimizer, or one of another make
    host = f"audit-{secrets.token_hex(6)}.invalid"  # a name that never resolves (RFC 6761)
    url = f"{frontend}/_next/image?url=https%3A%2F%2F{host}%2Fx.png&w=64&q=75"
    answer = await http.get(url, deadline=_SECONDS, verify=False)
    words = " ".join(answer.text()[:120].split()).replace(host, "…")
    said = f"{answer.status} {words}"
    if answer.status == 400 and "not allowed" in words:
        return ("refuses" if '"url"' in words else "unknown"), said
    if answer.status == 429:
        raise Unavailable("answers 429: whether it fetches from anywhere, nobody can tell")
    return ("fetches" if answer.status >= 500 or "upstream" in words else "unknown"), said
