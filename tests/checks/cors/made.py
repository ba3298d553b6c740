"""CORS facts, made by hand: what a server that lets some origins in would have answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from auditor.facts.cors import CorsAnswer, CorsAnswers, CorsGroup
from auditor.facts.policy import Endpoint
from auditor.model import Finding
from auditor.probes.cors.questions import Plan, Question

APP, API = "https://app.example.com", "https://api.example.com"
PLAN = Plan((APP,), True, API, "a1b2c3d4")
EVIL = "https://a1b2c3d4.invalid"
ME = Endpoint("GET", "/api/me")
Answering = Callable[[Question], dict]


def letting(*origins: str, credentials: bool = True, **more) -> Answering:
    """What a server says that lets these in, by their names."""

    def answering(question: Question) -> dict:
        if question.origin not in origins:
            return more
        said = {"allow_origin": (question.origin,), "vary": ("Origin",), **more}
        return {**said, "allow_credentials": ("true",)} if credentials else said

    return answering


def matching(test: Callable[[str], bool], **options) -> Answering:
    """What a server says that lets in what passes a test."""
    return lambda question: letting(*([question.origin] if test(question.origin) else []), **options)(question)


def answers(answering: Answering, endpoint: Endpoint = ME, plan: Plan = PLAN) -> tuple[CorsAnswer, ...]:
    """The answers to every question that is asked of a route."""
    made = []
    for question in (*plan.canaries(endpoint), *plan.rest(endpoint)):
        said = {"status": 200, **answering(question)}
        made.append(
            CorsAnswer(
                str(endpoint),
                question.ask,
                question.origin,
                asked_method=question.method,
                asked_headers=question.headers,
                private_network=question.private_network,
                cookie=question.cookie,
                bearer=question.bearer,
                **said,
            )
        )
    return tuple(made)


def group(answering: Answering, endpoint: Endpoint = ME, *members: str, secured: bool = False) -> CorsGroup:
    """A group of one route, and of others that are named."""
    name = str(endpoint)
    return CorsGroup(
        name, API + endpoint.path, (name, *members), answers(answering, endpoint), (name,) if secured else ()
    )


def cors(*groups: CorsGroup, **more) -> CorsAnswers:
    """The fact."""
    return replace(CorsAnswers(API, (APP,), True, groups=groups), **more)


def judged(check, answering: Answering, **more) -> list[tuple[str, str, str]]:
    """Outcome, subject and message of what a check says of one group."""
    return told(check(cors(group(answering), **more)))


def told(findings) -> list[tuple[str, str, str]]:
    """Outcome, subject and message of findings."""
    return [(str(one.outcome), one.subject, one.message) for one in findings]


def only(findings) -> Finding:
    """The one that there is."""
    (found,) = findings
    return found
