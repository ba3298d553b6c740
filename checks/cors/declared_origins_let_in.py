"""Every declared origin is let in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import Ask, CorsAnswer, CorsAnswers, Reply
from auditor.facts.cors_verdicts import curl, untold
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_FEWER = "name fewer `endpoints` in [policy.cors]"
_ALLOWED = (Reply.REFLECTED, Reply.EVERYONE)


@check(
    "CORS024",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("https://fetch.spec.whatwg.org/#cors-check",),
)
def declared_origins_let_in(cors: CorsAnswers) -> Iterator[Finding]:
    """Every origin of `[policy.cors] allowed_origins` is let in.

    ## Why it matters
    An origin that is declared and refused is a frontend that does not work, or a list that nobody keeps: then it
    says nothing about whom the API should let in either.

    ## How to fix it
    Add {subject} to the API's list as browsers write it, with its scheme and without a slash at the end, or take it
    out of `[policy.cors] allowed_origins`.
    """
    if not cors.declared:
        yield not_applicable("[policy.cors] allowed_origins declares none")
        return
    for origin in sorted({answer.origin for group in cors.groups for answer in group.answers} & set(cors.trusted)):
        yield from _judge(cors, origin)
    asked = {answer.origin for group in cors.groups for answer in group.answers}
    for origin in sorted({one.origin for group in cors.groups for one in group.unasked} & set(cors.trusted) - asked):
        yield unproven(origin, "was not asked: there are more declared origins, or routes, than requests", _FEWER)


def _judge(cors: CorsAnswers, origin: str) -> Iterator[Finding]:
    asked = [
        answer
        for group in cors.groups
        for answer in group.answers
        if answer.ask is Ask.TRUSTED and answer.origin == origin and answer.preflight is not group.safe
    ]
    if good := [answer for answer in asked if answer.reply in _ALLOWED]:
        routes = sorted({answer.endpoint for answer in good})
        yield passed(origin, f"is let in by {routes[0]}", confidence=Confidence.PROVEN, endpoints=routes)
        return
    unclear = [untold(group) for group in cors.groups]
    if asked and all(reason for reason, _ in unclear):
        yield unproven(origin, unclear[0][0], unclear[0][1])
    elif asked and all(answer.reply is Reply.BROKEN for answer in asked):
        yield not_applicable("answers with several values let nobody in, which CORS020 tells", origin)
    elif asked:
        yield _refused(cors, origin, asked)


def _refused(cors: CorsAnswers, origin: str, asked: list[CorsAnswer]) -> Finding:
    first = asked[0]
    url = cors.api + first.endpoint.partition(" ")[2]
    return failed(
        origin,
        f"is declared, and {first.endpoint} refuses it",
        confidence=Confidence.PROVEN,
        reproduce=curl(first, url),
        allow_origin=list(first.allow_origin),
        endpoints=sorted({answer.endpoint for answer in asked}),
        statuses=sorted({answer.status for answer in asked}),
    )
