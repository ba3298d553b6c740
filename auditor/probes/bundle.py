"""Collects what the frontend serves, without a browser and without running any of it, and searches it for secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.bundle import Bundle, Leak
from auditor.model import Gap
from auditor.probes.leaks import find_leaks
from auditor.probes.net.http import Http
from auditor.probes.secrets.known import known_values
from auditor.probes.surfaces import origin
from auditor.redact import Secret
from auditor.registry import probe

MAX_FILES = 400
MAX_BYTES = 100_000_000
MAX_FILE = 10_000_000

_TAGS = re.compile(
    r"<(script|link)\b[^<>]{0,2000}?(?<![\w-])(?:src|href)\s{0,20}=\s{0,20}[\"']?([^\"'\s>]{1,4000})", re.IGNORECASE
)
_CHUNK = re.compile(r"[\"'(`\\](?:/_next/|_next/|\.?/)?(static/[\w-]{1,100}/[\w@()\[\]./~%+-]{1,300}\.m?js)[\"')`?\\]")
_NEXT = "/_next/"
_SCRIPTS = (".js", ".mjs")
_BUILD_ID = re.compile(r"\"(?:buildId|b)\\?\":\\?\"([\w.-]{1,128})\\?\"")


@dataclass(slots=True)
class _Collector:
    http: Http
    frontend: str
    secrets: tuple[Secret, ...]
    queue: list[str] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    elsewhere: set[tuple[str, str, int]] = field(default_factory=set)
    asked: int = 0

    async def run(self) -> Bundle:
        self._add(self.frontend + "/")
        while self.queue:
            if self.asked >= MAX_FILES or sum(self.files.values()) >= MAX_BYTES:
                limit = f"the limit of {MAX_FILES} files or {MAX_BYTES} bytes is reached"
                self.gaps.append(Gap(self.frontend, f"{len(self.queue)} more files were named, but {limit}"))
                break
            await self._fetch(self.queue.pop(0))
        return Bundle(
            self.frontend, tuple(sorted(self.files)), sum(self.files.values()), tuple(self.leaks), tuple(self.gaps)
        )

    def _add(self, url: str) -> None:
        """Queue a URL of the frontend's own host, once."""
        url, _, _ = url.partition("#")
        if not url or url in self.seen:
            return
        self.seen.add(url)
        parts, place, own = urlsplit(url), _place(url), _place(self.frontend)
        if place == own:
            self.queue.append(url)
        elif (_NEXT in parts.path or place[1] == own[1]) and place not in self.elsewhere:
            # the application's own scripts from another host; those of others are none of its secrets
            self.elsewhere.add(place)
            self.gaps.append(
                Gap(f"{parts.scheme}://{parts.netloc}", "scripts of the application on another host: not searched")
            )

    async def _fetch(self, url: str) -> None:
        self.asked += 1
        try:
            answer = await self.http.get(url, max_body=MAX_FILE)
        except Unavailable as unavailable:
            if url == self.frontend + "/":
                raise
            self.gaps.append(Gap(url, unavailable.reason, unavailable.hint))
            return
        if 300 <= answer.status < 400 and (target := answer.header("location")):
            self._add(_resolve(url, target))
            return
        if answer.status != 200:
            if url == self.frontend + "/":
                raise Unavailable(f"{url} answers {answer.status}", "check that `frontend` is the web application")
            if answer.status not in (404, 410):  # those are named but not served: nothing in them reaches a browser
                self.gaps.append(Gap(url, f"answers {answer.status}: what it holds was not searched"))
            return
        html = "html" in (answer.header("content-type") or "").lower()
        if html and urlsplit(url).path.endswith(_SCRIPTS):
            return  # a catch-all answers with a page: there is no such script
        self.files[url] = len(answer.body)
        if answer.truncated:
            self.gaps.append(Gap(url, f"{answer.why_truncated}: the rest was not searched"))
        text = answer.text()
        self.leaks += find_leaks(url, text, self.secrets)
        self._follow(url, text, html)

    def _follow(self, url: str, text: str, html: bool) -> None:
        # a frontend below a path of its own has its scripts there too
        base = url.partition(_NEXT)[0] if _NEXT in url else self.frontend
        for tag, reference in _TAGS.findall(text) if html else ():
            target = _resolve(url, unescape(reference))
            if tag.lower() == "script" or target.partition("?")[0].endswith(_SCRIPTS):
                self._add(target)
            if _NEXT in target:
                base = target.partition(_NEXT)[0]
        for build_id in set(_BUILD_ID.findall(text)) if html else ():
            for manifest in ("_buildManifest.js", "_ssgManifest.js"):
                self._add(f"{base}{_NEXT}static/{build_id}/{manifest}")
        for reference in _CHUNK.findall(text):
            self._add(f"{base}{_NEXT}{reference}")


def _resolve(base: str, reference: str) -> str:
    """Where a reference leads; empty when that is nowhere, for a page may call anything a URL."""
    try:
        url = urljoin(base, reference)
        return url if _place(url)[1] else ""
    except ValueError:
        return ""


def _place(url: str) -> tuple[str, str, int]:
    """Scheme, host and effective port: ``:443`` and capitals make no difference."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


@probe(deadline=60.0)
async def bundle(environment: Environment, http: Http) -> Bundle:
    """The start page, its scripts, and every chunk that a build manifest or another chunk names."""
    return await _Collector(http, origin(environment, "frontend"), known_values(environment)).run()
