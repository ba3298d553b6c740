"""Collects what the frontend serves, without a browser and without running any of it, and searches it for secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from auditor.checklist.dsn import connection_secrets
from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.bundle import Bundle, Leak
from auditor.model import Gap
from auditor.probes.leaks import find_leaks
from auditor.probes.net.http import Http
from auditor.probes.surfaces import origin
from auditor.redact import Secret
from auditor.registry import probe

MAX_FILES = 400
MAX_BYTES = 100_000_000
MAX_FILE = 10_000_000

_TAGS = re.compile(r"<(?:script|link)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_CHUNK = re.compile(r"[\"'(`]((?:/_next/|_next/|\.?/)?static/(?:chunks|[\w-]+)/[\w@()\[\]./~%+-]+\.m?js)[\"')`?]")
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

    async def run(self) -> Bundle:
        self._add(self.frontend + "/")
        while self.queue:
            if len(self.files) >= MAX_FILES or sum(self.files.values()) >= MAX_BYTES:
                limit = f"the limit of {MAX_FILES} files or {MAX_BYTES} bytes is reached"
                self.gaps.append(Gap(self.frontend, f"{len(self.queue)} more files were named, but {limit}"))
                break
            await self._fetch(self.queue.pop(0))
        return Bundle(
            self.frontend, tuple(sorted(self.files)), sum(self.files.values()), tuple(self.leaks), tuple(self.gaps)
        )

    def _add(self, url: str) -> None:
        """Queue a URL of the frontend's own host, once."""
        url = url.split("#", maxsplit=1)[0]
        if urlsplit(url).netloc == urlsplit(self.frontend).netloc and url not in self.seen:
            self.seen.add(url)
            self.queue.append(url)

    async def _fetch(self, url: str) -> None:
        try:
            answer = await self.http.get(url, max_body=MAX_FILE)
        except Unavailable as unavailable:
            if url == self.frontend + "/":
                raise
            self.gaps.append(Gap(url, unavailable.reason, unavailable.hint))
            return
        if 300 <= answer.status < 400 and (target := answer.header("location")):
            self._add(urljoin(url, target))
            return
        if answer.status != 200:
            if url == self.frontend + "/":
                raise Unavailable(f"{url} answers {answer.status}", "check that `frontend` is the web application")
            return  # named but not served: nothing in it reaches a browser
        self.files[url] = len(answer.body)
        if answer.truncated:
            self.gaps.append(Gap(url, f"the file is larger than {MAX_FILE} bytes: the rest was not searched"))
        text = answer.text()
        self.leaks += find_leaks(url, text, self.secrets)
        self._follow(url, text, answer.header("content-type") or "")

    def _follow(self, url: str, text: str, content_type: str) -> None:
        if "html" in content_type:
            for reference in _TAGS.findall(text):
                target = urljoin(url, unescape(reference))
                if urlsplit(target).path.endswith((".js", ".mjs")):
                    self._add(target)
            for build_id in set(_BUILD_ID.findall(text)):
                for manifest in ("_buildManifest.js", "_ssgManifest.js"):
                    self._add(f"{self.frontend}/_next/static/{build_id}/{manifest}")
        for reference in _CHUNK.findall(text):
            self._add(f"{self.frontend}/_next/{reference[reference.index('static/') :]}")


@probe(deadline=60.0)
async def bundle(environment: Environment, http: Http) -> Bundle:
    """The start page, its scripts, and every chunk that a build manifest or another chunk names."""
    return await _Collector(http, origin(environment, "frontend"), server_secrets(environment)).run()


def server_secrets(environment: Environment) -> tuple[Secret, ...]:
    """The values that must never be served: keys and passwords that the checklist holds."""
    found: list[Secret] = []
    if project := environment.supabase:
        found += [secret for secret in (project.service_key, project.access_token) if secret]
    for dsn in (environment.database, environment.auditor_database):
        if dsn:
            found += connection_secrets(dsn.reveal(), "database password")
    return tuple(secret for secret in dict.fromkeys(found) if len(secret.reveal()) >= 8)
