"""Asks every route a few questions, and one route of each behaviour all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_verdicts import untold
from auditor.facts.policy import CorsPolicy
from auditor.facts.routes import ApiRoutes
from auditor.facts.sites import host_of, public
from auditor.model import Gap
from auditor.probes.cors.asking import Asker
from auditor.probes.cors.questions import Plan
from auditor.probes.cors.routes import Route, Routes, choose
from auditor.probes.cors.survey import BUDGET, Survey
from auditor.probes.cors.words import new_word
from auditor.probes.net.http import Http
from auditor.probes.surfaces import origin
from auditor.registry import probe

_SECONDS = 50.0
"""For everything; what is there by then is kept."""
_HOSTED = (".supabase.co", ".supabase.in")


@probe(deadline=60.0)
async def cors_answers(environment: Environment, policy: CorsPolicy, known: ApiRoutes, http: Http) -> CorsAnswers:
    """Trusted and foreign origins, with and without a cookie and the token, as requests and as preflights."""
    api = origin(environment, "api")
    trusted = policy.allowed_origins or ((environment.frontend,) if environment.frontend else ())
    plan = Plan(trusted, bool(policy.allowed_origins), api, new_word())
    routes = choose(policy, known, environment.health)
    bearer = environment.cors_token if may_carry(environment, api) else None
    survey = Survey(plan, Asker(http, api, environment.network.concurrency, bearer))
    survey.gaps += unknown(environment, policy, known)
    try:
        async with asyncio.timeout(_SECONDS):
            await survey.run(routes.asked)
    except TimeoutError:
        survey.gaps.append(Gap(api, f"not all CORS questions were answered within {_SECONDS:g} s"))
    # a framework answers for all its routes: where dozens of them do so alike, the others are counted, as those are
    # that take parameters
    counted = [] if policy.endpoints or not survey.is_uniform() else survey.unasked
    survey.gaps += too_many(policy, known, routes, [route for route in survey.unasked if route not in counted])
    found = CorsAnswers(
        api,
        trusted,
        bool(policy.allowed_origins),
        survey.asker.bearer is not None,
        routes.methods,
        survey.groups(),
        gateway=_is_gateway(environment, api),
        not_asked=tuple(sorted((*routes.not_asked, *(str(route.endpoint) for route in counted)))),
        gaps=tuple(survey.gaps),
    )
    return _without_misses(found, {str(route.endpoint) for route in routes.asked if route.guessed})


def may_carry(environment: Environment, api: str) -> bool:
    """Whether a token may be sent there: encrypted, or over no network that others read."""
    host = host_of(api)
    return api.startswith("https:") or not public(environment.resolve.get(host, host))


def unknown(environment: Environment, policy: CorsPolicy, known: ApiRoutes) -> Iterable[Gap]:
    """What is not asked, and should be."""
    if environment.cors_token and not may_carry(environment, environment.api):
        reason = "[policy.cors] token was not sent: the API is on the internet, and not encrypted"
        yield Gap(environment.api, reason, "serve the API over https")
    if not policy.endpoints:  # else the team says what matters
        yield from known.gaps


def too_many(policy: CorsPolicy, known: ApiRoutes, routes: Routes, unasked: Sequence[Route]) -> Iterable[Gap]:
    """Routes that there was no request for; of those that the team has not named, where it has named some, no word."""
    missing = [route for route in unasked if not policy.endpoints or route.endpoint in policy.endpoints]
    if missing:
        of = len(policy.endpoints or routes.asked)
        shown = ", ".join(str(route.endpoint) for route in missing[:3])
        reason = f"{len(missing)} of {of} routes were not asked, such as {shown}: {BUDGET} requests are the limit"
        yield Gap(known.url or "[policy.cors] endpoints", reason, "name those that matter in [policy.cors] endpoints")


def _is_gateway(environment: Environment, api: str) -> bool:
    own = environment.supabase.url if environment.supabase else ""
    return bool(own and urlsplit(own).netloc == urlsplit(api).netloc) or host_of(api).endswith(_HOSTED)


def _without_misses(found: CorsAnswers, guessed: set[str]) -> CorsAnswers:
    """Leave out guessed routes that are not there, as long as one is."""
    missed = {group.endpoint for group in found.groups if group.endpoint in guessed and untold(group)[0]}
    kept = tuple(group for group in found.groups if group.endpoint not in missed)
    return replace(found, groups=kept or found.groups[:1])
