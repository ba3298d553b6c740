"""Reads health pages as a stranger does, and notes what they tell without keeping any of it."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.health_details import Detail, HealthDetails, HealthPage
from auditor.model import Gap, Severity
from auditor.probes.exposure.contents import is_credential, is_name, unreadable
from auditor.probes.exposure.tracebacks import traceback_in
from auditor.probes.net.http import Http
from auditor.probes.surfaces import origin
from auditor.registry import probe

PLACES = ("/healthz", "/health/detailed", "/api/health", "/status", "/readyz", "/actuator/health")
_SECONDS = 8.0
_MAX_BODY = 200_000
_PASSWORD_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,100}:[^\s/@\"'<>]{1,200}@")
_SERVICE_URL = re.compile(
    r"\b(?:postgres(?:ql)?|mysql|mariadb|redis|rediss|mongodb|amqps?|kafka|memcached)[a-z+]{0,12}://[^\s\"'<>]{2}"
)
_PRIVATE = re.compile(
    r"(?<![\d.])(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.\d{1,3}\.\d{1,3}(?![\d.])|(?<![\d.])10(?:\.\d{1,3}){3}(?![\d.])"
)
_MACHINES = frozenset(
    {
        "hostname",
        "host",
        "nodename",
        "machine",
        "pod",
        "podname",
        "container",
        "containerid",
        "instance",
        "instanceid",
        "servername",
    }
)
_RUNTIMES = re.compile(
    r"(?i)^(?:python|node|postgres(?:ql)?|redis|fastapi|django|flask|express|nginx|os|kernel|java|ruby|php|go|platform|uvicorn|sqlalchemy|openssl)_?(?:js)?[_-]?(?:version)?$"
)
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}")
_PATHS = re.compile(r"^(?:/(?:app|home|srv|usr|var|opt|root)/[\w./-]{2,200}|[A-Z]:\\[\w.\\ -]{2,200})$")
_MOST, _DEEPEST, _MOST_NODES = 20, 10, 3_000


@probe(deadline=30.0)
async def health_details(environment: Environment, http: Http) -> HealthDetails:
    """The health page of the checklist, and the places where others usually are."""
    api = origin(environment, "api")
    paths = dict.fromkeys((environment.health, *PLACES, f"/{secrets.token_hex(6)}"))  # the last one: nobody's
    told = await asyncio.gather(*(_ask(http, api + path, known=path == environment.health) for path in paths))
    gaps = tuple(one for one in told if isinstance(one, Gap))
    *pages, nowhere = told
    # what any path is answered with is not of the health page: services that show each request to its sender
    usual = set(nowhere.details) if isinstance(nowhere, HealthPage) else set()
    kept = tuple(_without(one, usual) for one in pages if isinstance(one, HealthPage))
    return HealthDetails(kept, gaps if kept else gaps[:1])  # a host that does not answer is told once


def _without(page: HealthPage, usual: set[Detail]) -> HealthPage:
    return replace(page, details=tuple(one for one in page.details if one not in usual))


async def _ask(http: Http, url: str, *, known: bool) -> HealthPage | Gap | None:
    try:
        answer = await http.get(url, deadline=_SECONDS, max_body=_MAX_BODY, verify=False)
    except Unavailable as unavailable:
        return Gap(url, unavailable.reason, unavailable.hint)
    if why := unreadable(answer):
        return Gap(url, f"could not be read: {why}") if known else None
    text = answer.text()
    # a service that is unwell says why with a 503: that is what it should keep for itself
    if answer.status in (200, 503) and not text[:400].lstrip().startswith("<"):
        details = tuple(details_of(text))
        if details or answer.status == 200:
            return HealthPage(url, answer.status, details)
    if answer.status == 429 or answer.status >= 500:
        return Gap(url, f"answers {answer.status}: what it tells when all is well, nobody can tell") if known else None
    return HealthPage(url, answer.status)


def details_of(text: str) -> list[Detail]:
    """What a body tells, each once, the worst first."""
    found: dict[tuple[str, str], Detail] = {}
    for where, key, value in _values(text):
        for what, severity in _told(key, value):
            found.setdefault((what, where), Detail(what, where, severity))
    order = list(Severity)
    return sorted(found.values(), key=lambda one: (order.index(one.severity), one.where, one.what))[:_MOST]


def _values(text: str) -> Iterator[tuple[str, str, Any]]:
    """Each value with the names that lead to it and its own; the whole text where it is no JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict | list):
        yield "text", "", text
        return
    todo: list[tuple[str, str, Any, int]] = [("", "", value, 0)]
    for _ in range(_MOST_NODES):
        if not todo:
            return
        where, key, one, depth = todo.pop()
        if isinstance(one, dict) and depth < _DEEPEST:
            inner = ((name if is_name(name) else "…", each) for name, each in one.items())
            todo += [(f"{where}.{name}".lstrip("."), name, each, depth + 1) for name, each in inner]
        elif isinstance(one, list) and depth < _DEEPEST:
            todo += [(f"{where}[]", key, each, depth + 1) for each in one[:50]]
        else:
            yield where, key, one


def _told(key: str, value: Any) -> Iterator[tuple[str, Severity]]:
    if not isinstance(value, str) or not value:
        return
    if _PASSWORD_URL.search(value):
        yield "a URL with a password", Severity.CRITICAL
    elif _SERVICE_URL.search(value):
        yield "the address of a service", Severity.MEDIUM
    if key and is_credential(key) and len(value) >= 8 and not set(value) <= set("*•x "):
        yield "a value that is named like a secret", Severity.HIGH
    if traceback_in(value):
        yield f"a {traceback_in(value)}", Severity.HIGH
    elif _PRIVATE.search(value):
        yield "an address of the private network", Severity.MEDIUM
    if "".join(re.findall("[a-z]", key.lower())) in _MACHINES and not _PRIVATE.search(value) and "/" not in value:
        yield "the name of a machine", Severity.LOW
    if _RUNTIMES.match(key) and _VERSION.search(value):
        yield "the version of a runtime or a server", Severity.LOW
    if _PATHS.match(value):
        yield "a path of the file system", Severity.LOW
