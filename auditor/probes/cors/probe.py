"""Asks every route a few questions, and one route of each behaviour all of them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.cors import Ask, CorsAnswer, CorsAnswers, CorsGroup, Reply
from auditor.facts.cors_verdicts import substantial, untold
from auditor.facts.policy import CorsPolicy
from auditor.facts.routes import ApiRoutes
from auditor.facts.sites import host_of, public
from auditor.model import Gap
from auditor.probes.cors.asking import Asker, Told
from auditor.probes.cors.questions import SAFE, Plan, Question
from auditor.probes.cors.routes import MOST_ROUTES, Route, Routes, choose
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.surfaces import origin
from auditor.registry import probe

_SECONDS = 50.0
"""For everything; what is there by then is kept."""
_MOST_AGAIN = 2
_MOST_SAMPLED = 6
_SAMPLED = (Ask.NULL, Ask.LOCAL, Ask.DOT, Ask.DOWNGRADE)
"""What a route's own list may hold, and the first questions do not show."""
_GONE = (Failure.TIMEOUT, Failure.REFUSED, Failure.DNS, Failure.TLS, Failure.UNREACHABLE, Failure.LOCAL)
_HOSTED = (".supabase.co", ".supabase.in")


@probe(deadline=60.0)
async def cors_answers(environment: Environment, policy: CorsPolicy, known: ApiRoutes, http: Http) -> CorsAnswers:
    """Trusted and foreign origins, with and without a cookie and the token, as requests and as preflights."""
    api = origin(environment, "api")
    trusted = policy.allowed_origins or ((environment.frontend,) if environment.frontend else ())
    plan = Plan(trusted, bool(policy.allowed_origins), api, _word())
    routes = choose(policy, known, environment.health)
    bearer = environment.cors_token if may_carry(environment, api) else None
    survey = _Survey(plan, Asker(http, api, environment.network.concurrency, bearer))
    survey.gaps += unknown(environment, policy, known, routes)
    try:
        async with asyncio.timeout(_SECONDS):
            await survey.run(routes.asked)
    except TimeoutError:
        survey.gaps.append(Gap(api, f"not all CORS questions were answered within {_SECONDS:g} s"))
    found = CorsAnswers(
        api,
        trusted,
        bool(policy.allowed_origins),
        survey.asker.bearer is not None,
        routes.methods,
        tuple(survey.groups),
        gateway=_is_gateway(environment, api),
        not_asked=routes.not_asked,
        gaps=tuple(survey.gaps),
    )
    return _without_misses(found, {str(route.endpoint) for route in routes.asked if route.guessed})


def _word() -> str:
    """A word that is on nobody's list: letters alone, for patterns such as ``[a-z]+``."""
    return "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(6))


def may_carry(environment: Environment, api: str) -> bool:
    """Whether a token may be sent there: encrypted, or over no network that others read."""
    host = host_of(api)
    return api.startswith("https:") or not public(environment.resolve.get(host, host))


def unknown(environment: Environment, policy: CorsPolicy, known: ApiRoutes, routes: Routes) -> Iterable[Gap]:
    """What is not asked, and should be."""
    if environment.cors_token and not may_carry(environment, environment.api):
        reason = "[policy.cors] token was not sent: the API is on the internet, and not encrypted"
        yield Gap(environment.api, reason, "serve the API over https")
    if policy.endpoints:
        return  # the team says what matters
    yield from known.gaps
    if routes.left_out:
        reason = f"{routes.left_out} of {len(routes.asked) + routes.left_out} routes were not asked"
        yield Gap(
            known.url, f"{reason}: the limit is {MOST_ROUTES}", "name those that matter in [policy.cors] endpoints"
        )


def _is_gateway(environment: Environment, api: str) -> bool:
    own = environment.supabase.url if environment.supabase else ""
    return bool(own and urlsplit(own).netloc == urlsplit(api).netloc) or host_of(api).endswith(_HOSTED)


def _without_misses(found: CorsAnswers, guessed: set[str]) -> CorsAnswers:
    """Leave out guessed routes that are not there, as long as one is."""
    missed = {group.endpoint for group in found.groups if group.endpoint in guessed and untold(group)[0]}
    kept = tuple(group for group in found.groups if group.endpoint not in missed)
    return replace(found, groups=kept or found.groups[:1])


@dataclass(slots=True)
class _Survey:
    plan: Plan
    asker: Asker
    groups: list[CorsGroup] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    _hangs: bool = False

    async def run(self, routes: tuple[Route, ...]) -> None:
        """Ask the routes; first one question, for a host that does not answer is asked once."""
        known = await self._first(routes[:1])
        if known is None and len(routes) > 1 and self._hangs:
            routes = routes[1:]  # it may be the route alone: some send events for ever
            known = await self._first(routes[:1])
        if known is None:
            return
        first = routes[0]
        await self._try_token(first)
        told = await asyncio.gather(
            self._canaries(first, self.plan.canaries(first.endpoint)[1:], known),
            *(self._canaries(route, self.plan.canaries(route.endpoint)) for route in routes[1:]),
        )
        asked = list(zip(routes, told, strict=True))
        await self._groups([one for one in asked if one[0].endpoint.method in SAFE])
        await self._groups([one for one in asked if one[0].endpoint.method not in SAFE])

    async def _try_token(self, route: Route) -> None:
        """Go on without the token where it cannot be sent: it is a reason of its own, and hides nothing else."""
        if self.asker.bearer is None:
            return
        try:
            await self.asker.ask(route.endpoint, replace(self.plan.canaries(route.endpoint)[0], bearer=True))
        except Unavailable as unavailable:
            reason = f"[policy.cors] token was not sent: {unavailable.reason}"
            self.gaps.append(Gap(self.asker.api, reason, unavailable.hint))
            self.asker.bearer = None

    async def _first(self, routes: tuple[Route, ...]) -> Told | None:
        """What one question to the first route brings; None: nothing, as any other would."""
        endpoint, told = routes[0].endpoint, Told()
        try:
            told.answers.append(await self.asker.ask(endpoint, self.plan.canaries(endpoint)[0]))
        except Unavailable as unavailable:
            if not isinstance(unavailable, Unreachable) or unavailable.kind in _GONE:
                self.gaps.append(Gap(str(endpoint), unavailable.reason, unavailable.hint))
                self._hangs = isinstance(unavailable, Unreachable) and unavailable.kind is Failure.TIMEOUT
                return None
            told.failures.append(unavailable)
        return told

    async def _canaries(self, route: Route, questions: tuple[Question, ...], told: Told | None = None) -> Told:
        if self.asker.bearer and route.endpoint.method in SAFE:
            asked = self.plan.canaries(route.endpoint)
            questions += tuple(replace(one, bearer=True) for one in asked if not one.method and not one.cookie)
        told = await self.asker.all(route.endpoint, questions, told)
        if gap := told.gap(str(route.endpoint)):
            self.gaps.append(gap)
        return told

    async def _groups(self, asked: list[tuple[Route, Told]]) -> None:
        alike: dict[object, list[tuple[Route, Told]]] = {}
        sampled: set[str] = set()
        for route, told in asked:
            if told.answers and not told.failures:
                if not await self._joins(route, told, sampled):
                    alike.setdefault(_key(route, told.answers, self.plan), []).append((route, told))
            elif told.answers and told.failures:
                self.groups.append(self._group([(route, told)], told.answers))  # what was said is kept
        await asyncio.gather(*(self._everything(members) for members in alike.values()))

    async def _joins(self, route: Route, told: Told, sampled: set[str]) -> bool:
        """Whether preflights of a route that cannot be asked itself are answered as those of one that was.

        Args:
            route: the route.
            told: its canaries' answers.
            sampled: parts of the API of which one route was asked a little more.
        """
        if route.endpoint.method in SAFE:
            return False
        mine = _preflights(told.answers, self.plan)
        everyone = any(answer.reply is Reply.EVERYONE for answer in told.answers)
        for number, group in enumerate(self.groups):
            fits = group.safe and mine == _preflights(group.answers, self.plan)
            if fits and (not everyone or bool(group.secured) is route.secured):
                part = "/".join(route.endpoint.path.split("/")[:2])
                new = part not in sampled and len(sampled) < _MOST_SAMPLED
                sampled.add(part)
                if new and await self._differs((route, told), list(group.answers)):
                    return False
                name = str(route.endpoint)
                secured = (*group.secured, name) if route.secured else group.secured
                self.groups[number] = replace(group, members=(*group.members, name), secured=secured)
                return True
        return False

    async def _everything(self, members: list[tuple[Route, Told]]) -> None:
        """Ask one of the members all that is left; another one, where a limit ends it and there is one."""
        (route, canaries), told = members[0], Told()
        if not canaries.over:
            told = await self._rest(route, canaries)
        if len(members) > 1 and any(answer.status == 429 for answer in (*canaries.answers, *told.answers)):
            members = [*members[1:], members[0]]
            route, canaries = members[0]
            told = Told() if canaries.over else await self._rest(route, canaries)
        answers = [*canaries.answers, *told.answers]
        group = self._group(members, answers)
        self.groups.append(group)
        if gap := told.gap(str(route.endpoint)):
            self.gaps.append(gap)
        await self._sample(group, members, answers)
        self.groups.sort(key=lambda group: group.endpoint)

    async def _sample(self, group: CorsGroup, members: list[tuple[Route, Told]], answers: list[CorsAnswer]) -> None:
        """Take those out of a group that only looked alike, and ask them everything."""
        others = [one for one in _apart(members)[:_MOST_SAMPLED] if await self._differs(one, answers)]
        if others:
            kept = [one for one in members if one not in others]
            self.groups[self.groups.index(group)] = self._group(kept, answers)
        for other in others:
            await self._everything([other])

    async def _differs(self, member: tuple[Route, Told], answers: list[CorsAnswer]) -> bool:
        """Whether a route that looks like another differs from it in what a list of its own may hold."""
        route, canaries = member
        if canaries.over:
            return False
        asked = all(answer.preflight for answer in answers)  # of writes, there are preflights alone
        comparable = [answer for answer in answers if answer.preflight is asked and not answer.cookie]
        usual = {(a.origin, a.bearer): _relation(a, self.plan) for a in comparable}
        safe = route.endpoint.method in SAFE
        wanted = [one for one in self._questions(route, canaries) if bool(one.method) is not safe and not one.cookie]
        sample = [next((one for one in wanted if one.ask is ask), None) for ask in _SAMPLED]
        told = await self.asker.all(route.endpoint, [one for one in sample if one])
        if not safe:  # preflights say less than answers do
            refused = {origin for (origin, _), relation in usual.items() if relation[0] is Reply.REFUSED}
            return any(one.reply is Reply.REFLECTED and one.origin in refused for one in told.answers)
        said = [((one.origin, one.bearer), _relation(one, self.plan)) for one in told.answers if one.status != 429]
        return any(key in usual and usual[key] != relation for key, relation in said)

    def _questions(self, route: Route, canaries: Told) -> tuple[Question, ...]:
        questions = self.plan.rest(route.endpoint)
        if _shows_with_bearer(canaries.answers, self.plan):
            return tuple(one if one.method else replace(one, bearer=True) for one in questions)
        return questions

    async def _rest(self, route: Route, canaries: Told) -> Told:
        told = await self.asker.all(route.endpoint, self._questions(route, canaries))
        again = [] if told.over else _with_cookie([*canaries.answers, *told.answers])
        return await self.asker.all(route.endpoint, again, told) if again else told

    def _group(self, members: list[tuple[Route, Told]], answers: list[CorsAnswer]) -> CorsGroup:
        endpoint = members[0][0].endpoint
        return CorsGroup(
            str(endpoint),
            self.asker.api + endpoint.path,
            tuple(sorted(str(route.endpoint) for route, _ in members)),
            tuple(answers),
            tuple(sorted(str(route.endpoint) for route, _ in members if route.secured)),
        )


def _apart(members: list[tuple[Route, Told]]) -> list[tuple[Route, Told]]:
    """The first's fellows, one of each part of the API before two of one."""
    first, *others = [route.endpoint.path.split("/")[1:2] for route, _ in members]
    turns = [(others[:number].count(part) + (part == first), number) for number, part in enumerate(others)]
    return [members[1 + number] for _, number in sorted(turns)]


def _with_cookie(answers: list[CorsAnswer]) -> list[Question]:
    """What was let in without credentials may be let in with them, once there is a cookie."""
    plain = [a for a in answers if not a.preflight and a.reply is Reply.REFLECTED and a.ask is not Ask.TRUSTED]
    tried = {answer.origin for answer in answers if answer.cookie}
    again = [one for one in plain if not one.credentials and one.origin not in tried]
    return [Question(one.ask, one.origin, cookie=True, bearer=one.bearer) for one in again[:_MOST_AGAIN]]


def _relation(answer: CorsAnswer, plan: Plan) -> tuple[object, ...]:
    """What an answer is, whatever the origin was."""
    named = tuple(line.replace(plan.token, "") for line in answer.allow_origin) if answer.reply is Reply.REFUSED else ()
    return answer.reply, answer.credentials, answer.varies, named


def _key(route: Route, answers: list[CorsAnswer], plan: Plan) -> tuple[object, ...]:
    relations = tuple(
        (answer.ask, answer.cookie, answer.preflight, answer.bearer, _relation(answer, plan)) for answer in answers
    )
    first = answers[0]
    seen = substantial(first) or (not first.bearer and any(a.bearer and substantial(a) for a in answers))
    everyone = any(answer.reply is Reply.EVERYONE for answer in answers)
    closed = (route.secured, first.status in (401, 403), first.challenge) if everyone else ()
    return route.endpoint.method in SAFE, relations, () if seen else (first.status, first.redirect), closed


def _preflights(answers: Iterable[CorsAnswer], plan: Plan) -> frozenset[tuple[object, ...]]:
    return frozenset(
        (answer.ask, _relation(answer, plan))
        for answer in answers
        if answer.preflight
        and answer.ask in (Ask.TRUSTED, Ask.FOREIGN, Ask.MIXED)
        and not answer.asked_headers
        and not answer.private_network
        and not (answer.asked_method == "DELETE" and answer.endpoint.startswith(SAFE))
    )


def _shows_with_bearer(answers: list[CorsAnswer], plan: Plan) -> bool:
    """Whether the token changes what is said to origins."""
    plain = {a.ask: _relation(a, plan) for a in answers if not a.preflight and not a.cookie and not a.bearer}
    return any(plain.get(a.ask) != _relation(a, plan) for a in answers if a.bearer)
