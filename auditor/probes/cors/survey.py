"""Asks one route of each behaviour everything, the others so much that they are known to behave so, and no more.

What is sent to a group of routes, to find out which they are too, stays within :data:`BUDGET`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from auditor.errors import Unavailable
from auditor.facts.cors import Ask, CorsAnswer, CorsGroup, Reply, Unasked
from auditor.facts.cors_verdicts import substantial
from auditor.model import Gap
from auditor.probes.cors.alike import Key, apart, behaviour, glimpse, preflights, relation, shows_with_bearer
from auditor.probes.cors.asking import Asker, Told
from auditor.probes.cors.herd import Herd, for_others, key, keys, with_cookie
from auditor.probes.cors.questions import SAFE, Plan, Question
from auditor.probes.cors.routes import Route
from auditor.probes.net.failures import Failure, Unreachable

BUDGET = 60
"""Requests to the routes of one group."""
_LIKELY = 6
"""Of them are kept for what tells apart why something is let in."""
_KINDS = 6
"""Of them are kept for routes that turn out to be of the group, though they looked different at first."""
_LEAST = 9
"""Of what must be asked, no other route is asked for the first: it shows what the answers of both are worth."""
_ROUTES = 36
"""Others than the first in a group, as they may be placed in it by one question each."""
_MANY = 20
"""Routes that show how an API answers, when all do so alike: some of each part of it."""
_MOST_SAMPLED = 6
_FIRST_SAMPLED = 2
_SAMPLED = (Ask.NULL, Ask.LOCAL, Ask.DOT, Ask.DOWNGRADE)
"""What a route's own list may hold, and the first questions do not show."""
_FEW = (Ask.NULL, Ask.LOCAL, Ask.NONE)
"""Of those who say nothing of CORS to strangers and to trusted origins."""
_GONE = (Failure.TIMEOUT, Failure.REFUSED, Failure.DNS, Failure.TLS, Failure.UNREACHABLE, Failure.LOCAL)


@dataclass(slots=True)
class Survey:
    """What is asked of an API, and what it answers.

    Args:
        plan: the questions.
        asker: asks them.
    """

    plan: Plan
    asker: Asker
    only_if_it_speaks: bool = False
    """Whether those that say nothing of CORS to a few origins are asked no more."""
    herds: list[Herd] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    unasked: list[Route] = field(default_factory=list)
    """Routes of which nobody knows whether they behave as others do."""
    _hangs: bool = False
    _bearer_shows: bool = False
    _elsewhere: int = 0
    """Requests to routes that nobody has named, and that are not there."""

    def groups(self) -> tuple[CorsGroup, ...]:
        """The groups, as far as they were asked."""
        return tuple(sorted((self._group(herd) for herd in self.herds), key=lambda group: group.endpoint))

    def is_uniform(self) -> bool:
        """Whether many routes were asked, and all reads behave alike, and all writes."""
        asked = sum(len(herd.routes) for herd in self.herds)
        return asked >= _MANY and len({herd.safe for herd in self.herds}) == len(self.herds)

    async def run(self, routes: tuple[Route, ...]) -> None:
        """Ask the routes; first one question, for a host that does not answer is asked once."""
        told = await self._first(routes[:1])
        if told is None and len(routes) > 1 and self._hangs:
            routes = routes[1:]  # it may be the route alone: some send events for ever
            told = await self._first(routes[:1])
        if told is None:
            return None
        lead, *others = routes
        await self._canaries(lead, told)
        if not self._is_there(lead, told, others):
            return await self.run(tuple(others))
        self._bearer_shows = shows_with_bearer(told.answers, self.plan)
        first = Herd([lead], told)
        self.herds = [first] if told.answers else []
        await self._place(first, others)
        self._merge()
        await self._join_writes()
        await asyncio.gather(*(self._everything(herd) for herd in list(self.herds)))
        return None

    def _is_there(self, lead: Route, told: Told, others: Sequence[Route]) -> bool:
        """Whether to go on with a route; a guess that is wrong leaves its share to the next."""
        if lead.guessed and others and {one.status for one in told.answers if not one.preflight} == {404}:
            self._elsewhere += self.asker.sent[str(lead.endpoint)]
            return False
        return True

    # The first route

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

    async def _canaries(self, route: Route, told: Told) -> None:
        """Ask a route the questions by which behaviours are told apart, those that it was not asked yet."""
        questions = self.plan.canaries(route.endpoint)
        if self.asker.bearer and route.endpoint.method in SAFE:
            asked = self.plan.with_bearer(route.endpoint)
            if await self._may_send_token(route, asked[0], told):
                questions += asked
        failed = len(told.failures)
        known = keys(told.answers)
        await self.asker.all(route.endpoint, [one for one in questions if key(one) not in known][failed:], told)
        order = {key(one): number for number, one in enumerate(questions)}
        told.answers.sort(key=lambda answer: order.get(keys([answer]).pop(), len(order)))
        if gap := told.gap(str(route.endpoint)):
            self.gaps.append(gap)

    async def _may_send_token(self, route: Route, question: Question, told: Told) -> bool:
        """Go on without the token where it cannot be sent: it is a reason of its own, and hides nothing else."""
        if not self.asker.token_sent:
            try:
                told.answers.append(await self.asker.ask(route.endpoint, question))
                self.asker.token_sent = True
            except Unavailable as unavailable:
                reason = f"[policy.cors] token was not sent: {unavailable.reason}"
                self.gaps.append(Gap(self.asker.api, reason, unavailable.hint))
                self.asker.bearer = None
        return self.asker.token_sent

    # The others

    async def _place(self, first: Herd, others: Sequence[Route]) -> None:
        """Ask each of the others one question, and put it beside those that answer as it does."""
        deals = self._deal(first, others)
        told = await asyncio.gather(*(self.asker.all(route.endpoint, [asked]) for route, asked in deals))
        self.unasked += others[len(deals) :]
        kinds: dict[Key, Herd] = {}
        mine = key(self._sharpest(first.lead))
        if sharp := [one for one in first.told.answers if mine in keys([one])]:
            kinds[glimpse(first.lead, sharp, self.plan)] = first
        for (route, asked), one in zip(deals, told, strict=True):
            await self._place_one(route, asked, one, kinds)

    async def _place_one(self, route: Route, asked: Question, told: Told, kinds: dict[Key, Herd]) -> None:
        if told.failures or not told.answers:
            if gap := told.gap(str(route.endpoint)):
                self.gaps.append(gap)
            if told.answers:
                self.herds.append(Herd([route], told))
            return
        seen = glimpse(route, told.answers, self.plan)
        herd = kinds.get(seen) or await self._alike_but_for_its_status(route, told)
        if herd is not None:
            kinds[seen] = herd
            herd.routes.append(route)
            dealt = asked != self._sharpest(route)
            (herd.dealt if dealt else herd.first).extend(told.answers)
            return
        if told.answers[0].reply is Reply.REFUSED and self._room() < 2 * len(self.plan.canaries(route.endpoint)):
            self.unasked.append(route)  # it is perhaps of a group that was asked enough
            self._elsewhere += self.asker.sent[str(route.endpoint)]
            return
        kinds[seen] = herd = Herd([route], Told())
        herd.told.answers += told.answers
        await self._canaries(route, herd.told)
        self.herds.append(herd)

    async def _alike_but_for_its_status(self, route: Route, told: Told) -> Herd | None:
        """Those that say the same of CORS to a trusted origin too: what wants a token is often of them."""
        (stranger,), safe = told.answers, route.endpoint.method in SAFE
        question = self.plan.canaries(route.endpoint)[0]
        if self._bearer_shows or stranger.reply is not Reply.REFUSED or question.ask is not Ask.TRUSTED:
            return None
        said = relation(stranger, self.plan)
        herds = [herd for herd in self.herds if herd.safe is safe and said == self._says(herd, Ask.MIXED)]
        if not herds:
            return None
        trusted = (await self.asker.all(route.endpoint, [question])).answers
        if not trusted or not substantial(trusted[0]):
            told.answers += trusted
            return None
        said = relation(trusted[0], self.plan)
        herd = next((herd for herd in herds if said == self._says(herd, Ask.TRUSTED)), None)
        if herd is None:
            told.answers += trusted
        return herd

    def _says(self, herd: Herd, ask: Ask) -> Key | None:
        preflight = not herd.safe
        answers = (one for one in herd.told.answers if one.ask is ask and one.preflight is preflight)
        return next((relation(one, self.plan) for one in answers if not one.bearer), None)

    def _deal(self, first: Herd, others: Sequence[Route]) -> list[tuple[Route, Question]]:
        """Who is asked what.

        The question that tells most of a route is asked of as many as the first leaves requests for. Where there are
        more, the rest of them are asked each something else in place of the first: whoever reflects every origin
        reflects that as well. They are all asked with a cookie, for which some let more in.
        """
        others, core = others[:_ROUTES], self._core(first)
        for_first = BUDGET - _LIKELY - self._sent(first)
        sharp = max(for_first - len(core), 0) if self._strict(first) else _ROUTES
        if len(others) > sharp:
            sharp = max(sharp - _KINDS, 0)
        instead = [one for one in (*reversed(core[_LEAST:]), *self.plan.spare(first.lead.endpoint)) if for_others(one)]
        # those that a GET can be sent to first, for their answers say more than preflights
        order = sorted(others[sharp:], key=lambda route: route.endpoint.method not in SAFE)
        first_write = next((route for route in others if route.endpoint.method not in SAFE), None)
        dealt = dict(zip((id(route) for route in order if route is not first_write), instead, strict=False))
        return [(route, self._dealt(route, dealt.get(id(route)))) for route in others]

    def _dealt(self, route: Route, question: Question | None) -> Question:
        if question is None:
            return self._sharpest(route)
        if route.endpoint.method in SAFE:
            return replace(question, cookie=True)
        return replace(question, method=route.endpoint.method)

    def _strict(self, herd: Herd) -> bool:
        """Whether a route's answers are its own, and refuse strangers: then others' are comparable with them."""
        mine = key(self._sharpest(herd.lead))
        strangers = [one for one in herd.told.answers if one.ask is not Ask.TRUSTED]
        well = any(mine in keys([one]) and 200 <= one.status <= 299 for one in strangers)
        return herd.safe and well and all(one.reply is Reply.REFUSED for one in strangers)

    def _sharpest(self, route: Route) -> Question:
        question = self.plan.sharpest(route.endpoint)
        return question if question.method else replace(question, bearer=self._bearer_shows)

    # Groups

    def _merge(self) -> None:
        """One herd for each behaviour."""
        found: dict[Key, Herd] = {}
        whole, broken = [], []
        for herd in self.herds:
            if herd.told.failures:
                broken.append(herd)
                continue
            shown = behaviour(herd.lead, self._to_canaries(herd), self.plan)
            if shown in found:
                found[shown].join(herd)
            else:
                found[shown] = herd
                whole.append(herd)
        self.herds = [*whole, *broken]

    def _to_canaries(self, herd: Herd) -> list[CorsAnswer]:
        """What it answered to what every first of a herd was asked."""
        endpoint = herd.lead.endpoint
        asked = {key(one) for one in (*self.plan.canaries(endpoint), *self.plan.with_bearer(endpoint))}
        return [answer for answer in herd.told.answers if keys([answer]) <= asked]

    async def _join_writes(self) -> None:
        """Preflights of routes that cannot be asked themselves may be answered as those of one that was."""
        writes = [herd for herd in self.herds if not herd.safe and not herd.told.failures]
        reads = [herd for herd in self.herds if herd.safe and not herd.told.failures]
        if not writes:
            return
        for herd in reads:
            await self._ask(herd, self.plan.preflights(herd.lead.endpoint))
        for write in writes:
            for read in reads:
                if self._fits(write, read):
                    read.join(write)
                    self.herds.remove(write)
                    break

    def _fits(self, write: Herd, read: Herd) -> bool:
        mine = preflights(write.told.answers, self.plan)
        everyone = any(answer.reply is Reply.EVERYONE for answer in write.told.answers)
        secured = any(route.secured for route in read.routes)
        if mine != preflights(read.told.answers, self.plan) or self._sent(read) + self._sent(write) > BUDGET:
            return False
        return not everyone or secured is write.lead.secured

    async def _everything(self, herd: Herd) -> None:
        """Ask the first all that is left; another one, where a limit ends it and there is one."""
        if herd.told.failures:
            return
        await self._rest(herd)
        if len(herd.routes) > 1 and any(one.status == 429 for one in (*herd.answers, *herd.first)):
            await self._another(herd)
        if gap := herd.told.gap(str(herd.lead.endpoint)):
            self.gaps.append(gap)

    async def _another(self, herd: Herd) -> None:
        limited = {one.endpoint for one in (*herd.answers, *herd.first) if one.status == 429}
        free = [route for route in herd.routes if str(route.endpoint) not in limited and route.endpoint.method in SAFE]
        if not free:
            return
        lead = free[0]
        herd.routes = [lead, *(route for route in herd.routes if route is not lead)]
        mine = [one for one in herd.first if one.endpoint == str(lead.endpoint)]
        herd.first += [one for one in herd.told.answers if one.status != 429]
        herd.told, herd.unasked, herd.left_out = Told(mine), [], 0
        await self._ask(herd, self.plan.canaries(lead.endpoint))
        if not herd.told.over:
            await self._rest(herd)

    async def _rest(self, herd: Herd) -> None:
        if self.only_if_it_speaks and not await self._speaks(herd):
            return
        known = herd.asked
        core = [one for one in self._core(herd) if key(one) not in known]
        kept = max(BUDGET - _LIKELY - self._sent(herd), 0)
        await self._ask(herd, core[:kept])
        await self._ask(herd, self._bearing(herd, self.plan.likely(herd.lead.endpoint, herd.answers)))
        await self._ask(herd, with_cookie(herd.answers))
        herd.unasked += core[kept:][self._left(herd) :]
        await self._ask(herd, core[kept:])
        await self._sample(herd, _FIRST_SAMPLED)
        spare = self._bearing(herd, self.plan.spare(herd.lead.endpoint))
        known = herd.asked
        spare = [one for one in spare if key(one) not in known]
        herd.left_out += len(spare[self._left(herd) :])
        await self._ask(herd, spare)
        await self._sample(herd, _MOST_SAMPLED - _FIRST_SAMPLED)

    async def _speaks(self, herd: Herd) -> bool:
        """Whether any of a few origins is told anything."""
        few = [one for one in self._core(herd) if one.ask in _FEW and not one.cookie]
        await self._ask(herd, few)
        return any(answer.allow_origin for answer in (*herd.answers, *herd.first))

    async def _ask(self, herd: Herd, questions: Iterable[Question]) -> None:
        """Ask the first of a herd what nobody was asked for it, as long as requests are left."""
        known = herd.asked
        asked = [one for one in questions if key(one) not in known][: self._left(herd)]
        if asked and not herd.told.over:
            await self.asker.all(herd.lead.endpoint, asked, herd.told)

    def _core(self, herd: Herd) -> list[Question]:
        return self._bearing(herd, self.plan.core(herd.lead.endpoint))

    def _bearing(self, herd: Herd, questions: Sequence[Question]) -> list[Question]:
        if shows_with_bearer(herd.told.answers, self.plan):
            return [one if one.method else replace(one, bearer=True) for one in questions]
        return list(questions)

    # Those that only looked alike

    async def _sample(self, herd: Herd, most: int) -> None:
        """Ask some of the others what a list of their own may hold, and part with those that answer otherwise."""
        if herd.told.over or not any(answer.status != 429 for answer in herd.told.answers):
            return
        others = [route for route in apart(herd.routes) if str(route.endpoint) not in herd.sampled]
        herd.sampled |= {str(route.endpoint) for route in others[:most]}
        strangers = [route for route in others[:most] if await self._differs(herd, route)]
        for route in strangers:
            herd.routes.remove(route)
            mine = [one for one in herd.first if one.endpoint == str(route.endpoint)]
            other = Herd([route], Told(mine))
            self.herds.append(other)
            await self._canaries(route, other.told)
            await self._everything(other)

    async def _differs(self, herd: Herd, route: Route) -> bool:
        """Whether a route that looks like another differs from it in what a list of its own may hold."""
        asked = not herd.safe  # of writes, there are preflights alone
        safe = route.endpoint.method in SAFE
        comparable = [one for one in herd.told.answers if one.preflight is asked and not one.cookie]
        usual = {(a.origin, a.bearer): relation(a, self.plan) for a in comparable}
        questions = [one for one in self._core(replace(herd, routes=[route])) if not one.cookie]
        wanted = [one for one in questions if bool(one.method) is not safe]
        sample = [next((one for one in wanted if one.ask is ask), None) for ask in _SAMPLED]
        left = self._left(herd)
        told = await self.asker.all(route.endpoint, [one for one in sample if one][:left])
        herd.first += told.answers
        if not safe:  # preflights say less than answers do
            refused = {origin for (origin, _), said in usual.items() if said[0] is Reply.REFUSED}
            return any(one.reply is Reply.REFLECTED and one.origin in refused for one in told.answers)
        said = [((one.origin, one.bearer), relation(one, self.plan)) for one in told.answers if one.status != 429]
        return any(key in usual and usual[key] != it for key, it in said)

    # What was sent

    def _sent(self, herd: Herd) -> int:
        sent = sum(self.asker.sent[str(route.endpoint)] for route in herd.routes)
        return sent + (self._elsewhere if self.herds and herd is self.herds[0] else 0)

    def _left(self, herd: Herd) -> int:
        return max(BUDGET - self._sent(herd), 0)

    def _room(self) -> int:
        """What may be sent to a route before it is known whose it is."""
        return min((self._left(herd) for herd in self.herds), default=BUDGET)

    def _group(self, herd: Herd) -> CorsGroup:
        endpoint = herd.lead.endpoint
        return CorsGroup(
            str(endpoint),
            self.asker.api + endpoint.path,
            tuple(sorted(str(route.endpoint) for route in herd.routes)),
            tuple(herd.answers),
            tuple(sorted(str(route.endpoint) for route in herd.routes if route.secured)),
            unasked=tuple(Unasked(one.ask, one.origin) for one in herd.unasked),
            left_out=herd.left_out,
        )
