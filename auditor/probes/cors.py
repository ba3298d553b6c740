"""Asks the API as a browser of another origin would."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.cors import CorsAnswer, CorsAnswers
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.model import Gap
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import origin
from auditor.registry import probe


@dataclass(frozen=True, slots=True)
class _Question:
    endpoint: Endpoint
    origin: str
    kind: str
    cookie: bool = False
    preflight: bool = False


@probe(deadline=30.0)
async def cors_answers(environment: Environment, policy: CorsPolicy, http: Http) -> CorsAnswers:
    """Every declared endpoint (else the health endpoint), asked with declared and foreign origins."""
    api = origin(environment, "api")
    endpoints = policy.endpoints or (Endpoint("GET", environment.health),)
    answers: list[CorsAnswer] = []
    gaps: list[Gap] = []
    for endpoint in endpoints:
        try:
            for question in _questions(environment, policy, endpoint):
                answers.append(_answer(question, await _ask(http, api, question)))  # noqa: PERF401  keep what was said
        except Unavailable as unavailable:
            gaps.append(Gap(str(endpoint), unavailable.reason, unavailable.hint))
    return CorsAnswers(api, tuple(answers), tuple(gaps))


def _questions(environment: Environment, policy: CorsPolicy, endpoint: Endpoint) -> Iterator[_Question]:
    declared = policy.allowed_origins or ((environment.frontend,) if environment.frontend else ())
    # .invalid never resolves (RFC 6761), and a random name is on nobody's list
    token = secrets.token_hex(4)
    foreign = [f"https://{token}.invalid"]
    if declared and (parts := urlsplit(declared[0])).hostname:
        foreign += [f"{parts.scheme}://{parts.netloc}.{token}.invalid", f"https://{token}{parts.hostname}"]
    # Only what is safe is really sent (RFC 9110 section 9.2.1); of the others, the preflight alone.
    safe = endpoint.method in ("GET", "HEAD", "OPTIONS")
    for one in foreign:
        for cookie in (False, True) if safe else ():
            yield _Question(endpoint, one, "foreign", cookie)
        yield _Question(endpoint, one, "foreign", preflight=True)
    yield _Question(endpoint, "null", "null", cookie=safe, preflight=not safe)
    for one in declared:
        yield _Question(endpoint, one, "declared", preflight=not safe)


async def _ask(http: Http, api: str, question: _Question) -> Response:
    headers = [("Origin", question.origin)]
    if question.cookie:
        headers.append(("Cookie", "audit=1"))
    if question.preflight:
        headers.append(("Access-Control-Request-Method", question.endpoint.method))
    method = "OPTIONS" if question.preflight else question.endpoint.method
    return await http.request(method, api + question.endpoint.path, headers=headers, max_body=65_536)


def _answer(question: _Question, response: Response) -> CorsAnswer:
    return CorsAnswer(
        str(question.endpoint),
        question.origin,
        question.kind,
        question.cookie,
        question.preflight,
        response.status,
        response.header_list("access-control-allow-origin"),
        response.header_list("access-control-allow-credentials"),
    )
