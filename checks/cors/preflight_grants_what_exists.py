"""Preflights grant no method that the API does not have."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import Ask, CorsAnswer, CorsAnswers, CorsGroup, Reply
from auditor.facts.cors_verdicts import curl, untold
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_SAFELISTED = {"GET", "HEAD", "POST", "OPTIONS"}
"""What needs no grant (Fetch, CORS-safelisted methods), and OPTIONS, which frameworks add by themselves."""


@check(
    "CORS021",
    level=Level.RECOMMENDED,
    severity=Severity.INFO,
    references=("CWE-942", "https://fetch.spec.whatwg.org/#cors-preflight-fetch"),
)
def preflight_grants_what_exists(cors: CorsAnswers) -> Iterator[Finding]:
    """Preflights grant no method that the API does not have.

    Only the trusted origin is granted anything here, with credentials, so this is no hole. Express and flask-cors grant
    everything by default; where no OpenAPI document says which methods there are, that is taken for right.

    ## Why it matters
    A list of methods is a second line: the day an origin too many is let in, it decides whether the stranger may
    delete, or only read.

    ## How to fix it
    List the methods and headers that the frontend uses:

        app.add_middleware(CORSMiddleware, allow_methods=["GET", "POST"], allow_headers=["Authorization"], ...)
    """
    if not cors.groups and not cors.gaps:
        yield not_applicable("no endpoint was asked")
    for group in cors.groups:
        yield _judge(cors, group)


def _judge(cors: CorsAnswers, group: CorsGroup) -> Finding:
    asked = [one for one in group.answers if one.preflight and one.ask is Ask.TRUSTED and one.credentials]
    granted = sorted({method for one in asked for method in _methods(one)})
    headers = any(one.asked_headers and _grants(one) for one in asked)
    more = sorted(set(granted) - _SAFELISTED - set(cors.methods)) if cors.methods else []
    if more:
        return failed(
            group.endpoint,
            f"grants {', '.join(more)}, which no operation of the API has" + (", and any header" if headers else ""),
            confidence=Confidence.PROVEN,
            reproduce=curl(next(one for one in asked if set(more) & set(_methods(one))), group.url),
            methods=granted,
            any_header=headers,
            documented=list(cors.methods),
        )
    reason, hint = untold(group)
    if reason and not granted:
        return unproven(group.endpoint, reason, hint)
    message = "grants no method by preflights that the API does not have" if granted else "grants no method for cookies"
    return passed(group.endpoint, message, confidence=Confidence.PROVEN, methods=granted, any_header=headers)


def _methods(answer: CorsAnswer) -> set[str]:
    if answer.reply is not Reply.REFLECTED:
        return set()
    named = {name.strip() for line in answer.allow_methods for name in line.split(",") if name.strip()}
    return named - {"*"}  # with credentials, a star is a method of that name


def _grants(answer: CorsAnswer) -> bool:
    named = {name.strip().lower() for line in answer.allow_headers for name in line.split(",")}
    return answer.reply is Reply.REFLECTED and answer.asked_headers in named
