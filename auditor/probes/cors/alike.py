"""Which routes answer alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.facts.cors import Ask, CorsAnswer, Reply
from auditor.facts.cors_verdicts import substantial
from auditor.probes.cors.questions import SAFE, Plan
from auditor.probes.cors.routes import Route

Key = tuple[object, ...]
_CANARIES = (Ask.TRUSTED, Ask.FOREIGN, Ask.MIXED)


def relation(answer: CorsAnswer, plan: Plan) -> Key:
    """What an answer is, whatever the origin was."""
    named = tuple(line.replace(plan.token, "") for line in answer.allow_origin) if answer.reply is Reply.REFUSED else ()
    return answer.reply, answer.credentials, answer.varies, named


def glimpse(route: Route, answers: Sequence[CorsAnswer], plan: Plan) -> Key:
    """What the first answers show of a route; the questions may differ from those to another route."""
    everyone = any(answer.reply is Reply.EVERYONE for answer in answers)
    said = tuple((answer.bearer, relation(answer, plan), _status(answer)) for answer in answers)
    closed = (route.secured, answers[0].challenge) if everyone else ()
    return route.endpoint.method in SAFE, said, closed


def _status(answer: CorsAnswer) -> int:
    """Successes are all the same, but to a preflight."""
    return 200 if 200 <= answer.status <= 299 and not answer.preflight else answer.status


def behaviour(route: Route, answers: Sequence[CorsAnswer], plan: Plan) -> Key:
    """What a route's answers to the canaries show: those that show the same are one group."""
    relations = tuple(
        (answer.ask, answer.cookie, answer.preflight, answer.bearer, relation(answer, plan)) for answer in answers
    )
    first = answers[0]
    seen = substantial(first) or (not first.bearer and any(a.bearer and substantial(a) for a in answers))
    everyone = any(answer.reply is Reply.EVERYONE for answer in answers)
    closed = (route.secured, first.status in (401, 403), first.challenge) if everyone else ()
    return route.endpoint.method in SAFE, relations, () if seen else (first.status, first.redirect), closed


def preflights(answers: Iterable[CorsAnswer], plan: Plan) -> frozenset[Key]:
    """What preflights answer to the canaries: those of a read are comparable with those of a write."""
    return frozenset(
        (answer.ask, relation(answer, plan))
        for answer in answers
        if answer.preflight
        and answer.ask in _CANARIES
        and not answer.asked_headers
        and not answer.private_network
        and not (answer.asked_method == "DELETE" and answer.endpoint.startswith(SAFE))
    )


def shows_with_bearer(answers: Sequence[CorsAnswer], plan: Plan) -> bool:
    """Whether the token changes what is said to origins."""
    plain = {(a.ask, a.cookie): relation(a, plan) for a in answers if not a.preflight and not a.bearer}
    return any(plain.get((a.ask, a.cookie)) != relation(a, plan) for a in answers if a.bearer)


def apart(routes: Sequence[Route]) -> list[Route]:
    """The first's fellows, one of each part of the API before two of one."""
    first, *others = [route.endpoint.path.split("/")[1:2] for route in routes]
    turns = [(others[:number].count(part) + (part == first), number) for number, part in enumerate(others)]
    return [routes[1 + number] for _, number in sorted(turns)]
