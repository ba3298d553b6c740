"""Which endpoints get a burst, and which other route tells how far a limiter reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.policy import Endpoint, RateLimitPolicy
from auditor.facts.rate_limit import Choice
from auditor.facts.routes import ApiRoutes, Operation

_EXEMPT = re.compile(
    r"health|live|ready|readi|ping|status|metrics|version|docs|redoc|openapi|swagger|favicon|robots|well-known|static",
    re.IGNORECASE,
)
"""Routes that limiters are often told to leave alone."""
_HEAVY = re.compile(r"export|download|report|stream|events|sse|backup|dump|log-?out|callback", re.IGNORECASE)
"""Routes that cost more than others, never end, or do something in spite of being GET."""


def chosen(policy: RateLimitPolicy, routes: ApiRoutes, health: str) -> tuple[tuple[Endpoint, Choice], ...]:
    """The endpoints of the checklist; without any, one GET of the OpenAPI document, else the health page.

    Routes without security come first: where limits are decorators, refused credentials never reach them.
    """
    if policy.endpoints:
        return tuple((endpoint, Choice.DECLARED) for endpoint in dict.fromkeys(policy.endpoints))
    askable = [one for one in routes.operations if _fit(one)]
    first = next((one for one in sorted(askable, key=lambda one: one.secured)), None)
    if first:
        return ((Endpoint("GET", first.path), Choice.DOCUMENT),)
    return ((Endpoint("GET", health), Choice.HEALTH),)


def other_route(endpoint: Endpoint, policy: RateLimitPolicy, routes: ApiRoutes) -> str:
    """The path of another route that can be asked; empty: none is known."""
    return next((path for path in _paths(policy, routes) if path != endpoint.path), "")


def _paths(policy: RateLimitPolicy, routes: ApiRoutes) -> Iterator[str]:
    yield from (one.path for one in policy.endpoints if one.method == "GET")
    yield from (one.path for one in routes.operations if _fit(one))


def _fit(one: Operation) -> bool:
    return one.askable and not _EXEMPT.search(one.path) and not _HEAVY.search(one.path)
