"""Reads the addresses that tracked files and the Supabase project are configured with."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from auditor.checklist.model import Environment
from auditor.facts.named_urls import VARIABLE, NamedUrl, NamedUrls, Purpose, SiteUrls, UrlFile
from auditor.model import Gap
from auditor.probes import management, surfaces
from auditor.probes.net.http import Http
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository import (
    COMPOSE_FILES,
    ENV_FILES,
    LONGEST,
    MAX_BYTES,
    MAX_YAML,
    Value,
    compose_values,
    content,
    env_values,
    text_of,
    tracked_files,
    written_out,
)
from auditor.registry import probe
from auditor.text import clip

_SCRIPT_FILES = ("next.config.*", "vite.config.*", "nuxt.config.*", "vercel.json", "netlify.toml", "fly.toml")
_DOCKER_FILES = ("dockerfile", "dockerfile.*", "*.dockerfile")
_MOST = 200
"""Addresses of one file."""
_DEVELOPMENT = re.compile(
    r"(?:^|[._-])(?:dev|devel|development|local|override|example|sample|template|dist|test|tests|ci|staging|stage|e2e)(?:[._-]|$)"
)
_EXAMPLE = re.compile(r"(?:^|[._-])(?:example|sample|template|dist)(?:[._-]|$)")
_PUBLIC = re.compile(r"(?:NEXT|NUXT|EXPO)_PUBLIC_\w+|(?:VITE|REACT_APP|GATSBY)_\w+|PUBLIC_\w+")
_OWN = re.compile(
    r"(?:\w+_)?(?:(?:WEB)?SITE|APP|BASE|FRONTEND|BACKEND|WEB|API|PUBLIC|CANONICAL|SUPABASE|SERVER|CLIENT|WS)_?UR[LI]"
    r"|NEXTAUTH_URL|AUTH_URL|API_EXTERNAL_URL",
    re.IGNORECASE,
)
"""In any case: pydantic's settings are read so, and JavaScript writes ``siteUrl``."""
_ORIGINS = re.compile(r"\w*ORIGINS?|\w*CORS\w*|\w*ALLOW_?LIST|\w*REDIRECT_URLS", re.IGNORECASE)
_HEALTH_KEYS = ("", "command")
_TEST = "test"
"""What a health check of compose or Docker does."""
_HEALTHY = re.compile(r"health|ready|live|ping|status|\b(?:curl|wget)\b", re.IGNORECASE)
_URL = re.compile(r"\b(?:https?|wss?)://[^\s\"'`,;<>(){}\\|]{1,2000}", re.IGNORECASE)
_GIVEN = re.compile(
    r"(?<!\w)([A-Za-z_]\w{0,100}+)[\"']?\s{0,20}+[:=]\s{0,20}+"
    r"(?:[\w.\[\]\"']{1,200}+\s{0,20}+(?:\|\||\?\?)\s{0,20}|JSON\.stringify\(\s{0,20})?"
    r"(?:([\"'`])((?:https?|wss?)://[^\"'`\n]{1,2000})\2|\[([^\]\n]{1,2000}))",
    re.IGNORECASE,
)
"""A name, and its address or addresses: as such, as the default of a variable, or as Vite defines it."""
_INSERTED = re.compile(r"\$\{[^{}\n]{0,200}\}")
"""In a template of JavaScript."""
_DOCKER = re.compile(r"\s*(?:ENV|ARG)\s+(.*)", re.IGNORECASE)
_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:[^\s\\]|\\.)*)")
_OLD_PAIR = re.compile(r"([A-Za-z_]\w*)\s+(.*)")
"""``ENV NAME the value``."""
_HEALTHCHECK = re.compile(r"\s*HEALTHCHECK\b(.*)", re.IGNORECASE)


@probe(deadline=20.0)
async def named_urls(environment: Environment) -> NamedUrls:
    """Addresses in the tracked files of the repository."""
    root = surfaces.repository(environment)
    tracked = await tracked_files(root)
    return await in_daemon_thread(_read, root, tracked)


def _read(root: Path, tracked: tuple[str, ...]) -> NamedUrls:
    files: list[UrlFile] = []
    urls: list[NamedUrl] = []
    gaps: list[Gap] = []
    for name in tracked:
        reader = _reader(name)
        if reader is None:
            continue
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        try:
            data = content(root, name)
            if data is None:
                continue
            if len(data) > (MAX_YAML if reader is compose_values else MAX_BYTES):
                gaps.append(Gap(shown, f"{shown} is too long to be read"))
                continue
            found = dict.fromkeys(one for value in reader(text_of(data)) for one in _named(shown, value))
        except OSError as error:
            gaps.append(Gap(shown, f"{shown} cannot be read: {error.strerror}"))
        except (yaml.YAMLError, RecursionError):
            gaps.append(Gap(shown, f"{shown} is not YAML that can be read", "check it with `docker compose config`"))
        else:
            files.append(UrlFile(shown, in_production(name)))
            urls += list(found)[:_MOST]
    return NamedUrls(tuple(files), tuple(urls), tuple(gaps))


def in_production(name: str) -> bool:
    """Whether a file is one of production, by its name. What does not say is; ``.env.production.example`` is none."""
    lower = Path(name).name.lower()
    return _EXAMPLE.search(lower) is None and ("prod" in lower or _DEVELOPMENT.search(lower) is None)


def _reader(name: str) -> Callable[[str], Iterator[Value]] | None:
    lower = Path(name).name.lower()
    readers: tuple[tuple[tuple[str, ...], Callable[[str], Iterator[Value]]], ...] = (
        (ENV_FILES, env_values),
        (COMPOSE_FILES, compose_values),
        (_DOCKER_FILES, _docker_values),
        (_SCRIPT_FILES, _script_values),
    )
    if name == "supabase/config.toml" or name.endswith("/supabase/config.toml"):
        return _supabase_values
    return next((reader for patterns, reader in readers if any(fnmatch.fnmatch(lower, p) for p in patterns)), None)


def _docker_values(text: str) -> Iterator[Value]:
    for number, line in _instructions(text):
        if found := _DOCKER.match(line):
            pairs = list(_PAIR.finditer(found[1]))
            old = None if pairs and pairs[0].start() == 0 else _OLD_PAIR.match(found[1])
            for pair in [old] if old else pairs:
                yield Value(number, pair[1], pair[2].strip().strip("\"'"))
        elif found := _HEALTHCHECK.match(line):
            yield Value(number, _TEST, found[1])


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """The instructions of a Dockerfile, each with its first line; a backslash goes on behind comments."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (parts and not line.strip()):
            continue
        begun = begun if parts else number
        parts.append(line.rstrip().removesuffix("\\"))
        if not line.rstrip().endswith("\\"):
            yield begun, " ".join(parts)
            parts = []
    if parts:
        yield begun, " ".join(parts)


def _script_values(text: str) -> Iterator[Value]:
    """Addresses that are given to names, in JavaScript, JSON and TOML."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith(("//", "#", "*")):
            for found in _GIVEN.finditer(line):
                yield Value(number, found[1], _INSERTED.sub(VARIABLE, found[3] or found[4]), refers=False)


def _supabase_values(text: str) -> Iterator[Value]:
    """The site URL and the redirect URLs of Supabase's own configuration."""
    key = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s{0,20}(site_url|additional_redirect_urls)\s{0,20}=", line):
            key = found[1]
        if key:
            yield Value(number, key, line.partition("#")[0], refers=False)
        if key == "site_url" or "]" in line:
            key = ""


def _named(path: str, value: Value) -> Iterator[NamedUrl]:
    text = value.text[:LONGEST]
    if "://" not in text:
        return
    text = written_out(text, VARIABLE)[0] if value.refers else text
    key = value.key or value.within
    for found in _URL.finditer(text):
        purpose = _purpose(key, text)
        if purpose and (url := _plain(found[0])):
            yield NamedUrl(path, value.line, key if purpose is not Purpose.HEALTH else "", url, purpose)


def _plain(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("?")[0].partition("#")[0].partition("/")
    host = host.rpartition("@")[2]
    host = host if "[" in host else host.rstrip("].")
    return f"{scheme.lower()}://{host}{slash}{path.rstrip(']')}" if host else ""


def _purpose(key: str, text: str) -> Purpose | None:
    if _PUBLIC.fullmatch(key):
        return Purpose.PUBLIC
    if _ORIGINS.fullmatch(key):
        return Purpose.ORIGIN
    if _OWN.fullmatch(key):
        return Purpose.OWN
    if key == _TEST:
        return Purpose.HEALTH
    return Purpose.HEALTH if key in _HEALTH_KEYS and _HEALTHY.search(text) else None


@probe(deadline=20.0)
async def site_urls(environment: Environment, http: Http) -> SiteUrls:
    """Where Supabase Auth sends users, by the Management API; nothing is asked without a token."""
    project = surfaces.supabase(environment)
    if not (project.access_token and project.project_ref):
        return SiteUrls(asked=False)
    settings = await management.auth_settings(project, http, ("site_url", "uri_allow_list"))
    listed = str(settings.get("uri_allow_list") or "")[:LONGEST]
    redirects = dict.fromkeys(_plain(one.strip()) or clip(one.strip(), 200) for one in listed.split(",") if one.strip())
    return SiteUrls(
        asked=True, site_url=_plain(str(settings.get("site_url") or "")), redirects=tuple(redirects)[:_MOST]
    )
