"""The API does not open itself to origins that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from auditor.facts.cors import CorsAnswer, CorsAnswers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "CORS001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-942", "ASVS-5.0-3.4.2", "https://fetch.spec.whatwg.org/#http-cors-protocol"),
)
def foreign_origin_refused(cors: CorsAnswers) -> Iterator[Finding]:
    """No foreign origin may read answers of the API with the user's credentials.

    ## Why it matters
    An API that reflects any Origin and allows credentials hands the data of each signed-in user to every web page
    that the user opens.

    ## How to fix it
    List the origins of your own frontend, and nothing computed from the request:

        app.add_middleware(
            CORSMiddleware,
            allow_origins=["https://app.example.com"],
            allow_credentials=True,
        )
    """
    foreign = [answer for answer in cors.answers if answer.kind != "declared"]
    if not foreign and not cors.gaps:
        yield not_applicable("no endpoint was asked")
    # an answer to a declared origin proves that CORS is in force for answers of its status
    heard = {(answer.endpoint, answer.status) for answer in cors.answers if answer.kind == "declared" and answer.allows}
    for endpoint, group in groupby(sorted(foreign, key=lambda a: a.endpoint), key=lambda a: a.endpoint):
        yield from _judge(endpoint, list(group), heard)


def _judge(endpoint: str, answers: list[CorsAnswer], heard: set[tuple[str, int]]) -> Iterator[Finding]:
    worst: dict[str, CorsAnswer] = {}
    for answer in answers:
        # "*" with credentials is refused by browsers, so only a reflected origin leaks (Fetch, CORS check)
        if answer.reflects and answer.credentials:
            worst.setdefault(answer.kind, answer)
    for kind, answer in sorted(worst.items()):
        yield failed(
            endpoint,
            f"allows the {kind} origin {answer.origin} with credentials",
            confidence=Confidence.PROVEN,
            aspect=kind,
            reproduce=_curl(answer),
            origin=answer.origin,
            allow_origin=list(answer.allow_origin),
            allow_credentials=list(answer.allow_credentials),
            with_cookie=answer.with_cookie,
            preflight=answer.preflight,
        )
    if worst:
        return
    if silent := sorted({a.status for a in answers if _says_nothing(a) and (endpoint, a.status) not in heard}):
        statuses = ", ".join(map(str, silent))
        yield unproven(
            endpoint,
            f"answers {statuses}: what it would say to a foreign origin when it works, nobody can tell",
            "name a route that exists in [policy.cors] endpoints, and run the audit while the API is up",
            statuses=silent,
        )
    else:
        origins = sorted({answer.origin for answer in answers})
        yield passed(
            endpoint,
            f"none of {len(answers)} questions from foreign origins was allowed with credentials",
            confidence=Confidence.PROVEN,
            origins=list(origins),
            statuses=sorted({answer.status for answer in answers}),
        )


def _says_nothing(answer: CorsAnswer) -> bool:
    """Whether it is not the route's own answer: a preflight without CORS headers refuses, whatever its status."""
    return not answer.preflight and (answer.status in (404, 429) or answer.status >= 500)


def _curl(answer: CorsAnswer) -> str:
    method, path = answer.endpoint.split(" ", 1)
    cookie = " -H 'Cookie: a=b'" if answer.with_cookie else ""
    if answer.preflight:
        return (
            f"curl -si -X OPTIONS -H 'Origin: {answer.origin}' -H 'Access-Control-Request-Method: {method}' $API{path}"
        )
    return f"curl -si -H 'Origin: {answer.origin}'{cookie} $API{path}"
