"""Which routes are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.facts.routes import ApiRoutes, Operation
from auditor.probes.cors.questions import SAFE


@dataclass(frozen=True, slots=True)
class Route:
    """A route to ask."""

    endpoint: Endpoint
    secured: bool = False
    """Whether the OpenAPI document says that it wants credentials."""
    guessed: bool = False
    """Whether nobody has named it: that it is not there means nothing."""


@dataclass(frozen=True, slots=True)
class Routes:
    """What is asked, and what is not."""

    asked: tuple[Route, ...]
    not_asked: tuple[str, ...]
    """Operations with parameters that would have to be guessed."""
    methods: tuple[str, ...]
    """Of all operations of the document."""


def choose(policy: CorsPolicy, known: ApiRoutes, health: str) -> Routes:
    """The declared endpoints, then the operations that no parameter has to be guessed for.

    Without any, the health page and the root are tried.

    Args:
        policy: names endpoints.
        known: the operations of the OpenAPI document.
        health: path of the health page.
    """
    named = {str(operation): operation for operation in known.operations}
    declared = [
        Route(endpoint, secured=str(endpoint) in named and named[str(endpoint)].secured)
        for endpoint in policy.endpoints
    ]
    open_, closed = _sorted(known.operations)
    found = list(dict.fromkeys((*declared, *_spread(open_))))
    if not found:
        guesses = dict.fromkeys((health, "/"))
        found = [Route(Endpoint("GET", path), guessed=True) for path in guesses]
    return Routes(
        tuple(found),
        tuple(sorted(closed)),
        tuple(sorted({operation.method for operation in known.operations})),
    )


def _sorted(operations: Iterable[Operation]) -> tuple[list[Route], list[str]]:
    open_: list[Route] = []
    closed: list[str] = []
    for one in operations:
        # a preflight has neither a query nor a body, so that only the path must be whole
        if one.askable or (one.method not in (*SAFE, "TRACE") and "{" not in one.path):
            open_.append(Route(Endpoint(one.method, one.path), one.secured))
        elif one.method not in ("TRACE", "HEAD", "OPTIONS"):
            closed.append(str(one))
    return open_, closed


def _spread(routes: Iterable[Route]) -> Iterator[Route]:
    """Some of each part of the API before more of one: what is mounted differs by its first steps."""
    parts: dict[str, list[Route]] = {}
    for route in routes:
        parts.setdefault("/".join(route.endpoint.path.split("/")[:4]), []).append(route)
    return (route for route in chain.from_iterable(zip_longest(*parts.values())) if route is not None)
