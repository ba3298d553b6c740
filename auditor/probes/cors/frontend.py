"""Asks the frontend's own origin: Next.js has an API of its own, and headers of its configuration."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.cors import CorsAnswers, CorsGroup
from auditor.facts.cors_frontend import FrontendCors
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.model import Gap
from auditor.probes import surfaces
from auditor.probes.cors.asking import Asker
from auditor.probes.cors.questions import Plan
from auditor.probes.cors.routes import Route
from auditor.probes.cors.survey import Survey
from auditor.probes.cors.words import new_word
from auditor.probes.exposure.operations import changes_something
from auditor.probes.net.http import Http
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository import content, text_of, tracked_files
from auditor.registry import probe

MOST_ROUTES = 6
_SECONDS = 30.0
_BYTES = 100_000
_APP = re.compile(r"(?:^|/)app/((?:[^/]+/)*)route\.(?:ts|js|mjs|tsx)$")
_PAGES = re.compile(r"(?:^|/)pages/(api/(?:[^/]+/)*[^/]+)\.(?:ts|js|mjs|tsx)$")
_GET = re.compile(r"export\s{1,9}(?:async\s{1,9})?function\s{1,9}GET\b|export\s{1,9}(?:const|let|var)\s{1,9}GET\b"
                  r"|export\s{0,9}\{[^}]{0,500}\bGET\b")  # fmt: skip


@probe(deadline=45.0)
async def frontend_cors(environment: Environment, policy: CorsPolicy, http: Http) -> FrontendCors:
    """The start page, and routes of Next.js's own API that the repository names and that a GET does not change."""
    frontend = surfaces.origin(environment, "frontend")
    if frontend == environment.api:
        return FrontendCors(None)
    trusted = policy.allowed_origins or (frontend,)
    plan = Plan(trusted, bool(policy.allowed_origins), environment.api or frontend, new_word())
    survey = Survey(plan, Asker(http, frontend, environment.network.concurrency), only_if_it_speaks=True)
    try:
        async with asyncio.timeout(_SECONDS):
            routes = [Route(Endpoint("GET", path)) for path in ("/", *await _own_routes(environment))]
            await survey.run(tuple(routes))
    except TimeoutError:
        survey.gaps.append(Gap(frontend, f"not all CORS questions were answered within {_SECONDS:g} s"))
    found = CorsAnswers(frontend, trusted, bool(policy.allowed_origins), groups=_named(survey.groups()))
    return FrontendCors(found, tuple(survey.gaps))


def _named(groups: tuple[CorsGroup, ...]) -> tuple[CorsGroup, ...]:
    """By their whole addresses: paths alone are those of the API."""
    return tuple(replace(group, endpoint=f"{group.endpoint.partition(' ')[0]} {group.url}") for group in groups)


async def _own_routes(environment: Environment) -> list[str]:
    try:
        root = surfaces.repository(environment)
        tracked = await tracked_files(root)
    except Unavailable:
        return []  # what it says of other things, other checks tell
    return await in_daemon_thread(lambda: list(_some(root, tracked)))


def _some(root: Path, tracked: tuple[str, ...]) -> Iterator[str]:
    left = MOST_ROUTES
    for name in tracked:
        path = route_of(name)
        if left and path and not changes_something(path) and (_PAGES.search(name) or _has_get(root, name)):
            left -= 1
            yield path


def route_of(name: str) -> str:
    """The path at which a file of Next.js answers; empty: it is none, or has parts that would have to be guessed.

    Args:
        name: of the file: ``src/app/(shop)/api/cart/route.ts``, ``pages/api/me.ts``.
    """
    if found := _APP.search(name):
        parts = PurePosixPath(found[1]).parts
    elif found := _PAGES.search(name):
        parts = PurePosixPath(found[1].removesuffix("/index")).parts
    else:
        return ""
    if any(part.startswith(("[", "@", "_")) or "." in part for part in parts):
        return ""
    shown = [part for part in parts if not (part.startswith("(") and part.endswith(")"))]  # groups are in no path
    return "/" + "/".join(shown) if all(re.fullmatch(r"[\w-]{1,80}", part, re.ASCII) for part in shown) else ""


def _has_get(root: Path, name: str) -> bool:
    try:
        data = content(root, name, _BYTES)
    except OSError:
        return False
    return bool(data and _GET.search(text_of(data[:_BYTES])))
