"""Sends a bounded burst to each declared endpoint and watches what stops it.

Runs last and alone: a burst uses up the limit that other probes would meet.
"""

from __future__ import annotations

import time

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.policy import Endpoint, RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts, Choice, End, Scope, Spoof
from auditor.facts.rate_limit_headers import advertised, retry_after
from auditor.facts.routes import ApiRoutes
from auditor.model import Gap
from auditor.probes.net.http import Http
from auditor.probes.net.target import target
from auditor.probes.net.traffic import Traffic
from auditor.probes.rate_limit import attempts, burst, reach
from auditor.probes.rate_limit.burst import Firing
from auditor.probes.rate_limit.choose import chosen, other_route
from auditor.probes.rate_limit.first import judge_first
from auditor.probes.rate_limit.shots import Gun, Shot, is_private
from auditor.probes.rate_limit.waiting import SOON, Patience, said_by
from auditor.probes.routes import api_routes
from auditor.probes.surfaces import origin
from auditor.registry import probe
from auditor.text import clip

ALL_SECONDS = 60.0
"""For the bursts of all endpoints; each may take as long as its own bounds say once it has begun."""
LONGEST = 2_000_000
"""Bytes of the first answer: an endpoint whose answers are longer is no subject for a burst."""
_LEAST = burst.BASELINE + burst.CONFIRMATION


@probe(deadline=180.0, last=2)
async def bursts(environment: Environment, policy: RateLimitPolicy, http: Http, traffic: Traffic) -> Bursts:
    """One burst for each endpoint that the policy names, a very small one when it is not GET or HEAD.

    Only without any the OpenAPI document is asked for: each request may count for the limiter that is to be measured.
    """
    patience = Patience(traffic, target(origin(environment, "api")).host)
    await patience.until_said()
    routes = ApiRoutes("") if policy.endpoints else await api_routes(environment, http)
    return await measure(environment, policy, routes, http, traffic, patience)


async def measure(
    environment: Environment,
    policy: RateLimitPolicy,
    routes: ApiRoutes,
    http: Http,
    traffic: Traffic,
    patience: Patience | None = None,
) -> Bursts:
    """The bursts, where the routes are known.

    Args:
        environment: where the API is.
        policy: which endpoints, and with how many requests.
        routes: to choose an endpoint from, and another one that tells how far a limiter reaches.
        http: sends.
        traffic: what was sent before.
        patience: how long to wait for a limit that other probes have used up.
    """
    api = origin(environment, "api")
    patience = patience or Patience(traffic, target(api).host)
    found: list[Burst] = []
    gaps: list[Gap] = []
    started = time.monotonic()
    for endpoint, choice in chosen(policy, routes, environment.health):
        try:
            if time.monotonic() - started - patience.waited > ALL_SECONDS:
                raise Unavailable("no time was left for its burst", "name fewer endpoints in [policy.rate_limiting]")
            one = _One(http, api, endpoint, choice, policy, routes, traffic, tuple(found), environment.health, patience)
            found.append(await one.run())
        except Unavailable as unavailable:
            gaps.append(_gap(endpoint, choice, unavailable))
    return Bursts(tuple(found), tuple(gaps))


def _gap(endpoint: Endpoint, choice: Choice, why: Unavailable) -> Gap:
    if choice is Choice.DECLARED:
        return Gap(str(endpoint), why.reason, why.hint)
    return Gap(
        str(endpoint),
        f"no endpoint is declared, and of the one that the audit chose: {why.reason}",
        'name one in [policy.rate_limiting] endpoints = ["GET /api/..."]',
    )


class _One:
    """The burst against one endpoint, and what follows it."""

    def __init__(
        self,
        http: Http,
        api: str,
        endpoint: Endpoint,
        choice: Choice,
        policy: RateLimitPolicy,
        routes: ApiRoutes,
        traffic: Traffic,
        before: tuple[Burst, ...],
        health: str,
        patience: Patience,
    ) -> None:
        self.endpoint, self.choice, self.policy, self.before = endpoint, choice, policy, before
        self.safe = endpoint.method in ("GET", "HEAD")
        self.api = api
        self.earlier = traffic.requests_by_host[target(api).host]
        budget = policy.max_requests if self.safe else min(policy.max_requests, attempts.BUDGET)
        self.whole = traffic.max_requests
        self.cut = traffic.max_requests - traffic.requests < budget
        budget = min(budget, traffic.max_requests - traffic.requests)
        if self.safe:  # a burst that was refused has asked another route once: this one, perhaps
            budget -= sum(one.end is End.LIMITED for one in before)
        self.gun = Gun(http, endpoint.method, api + endpoint.path, budget)
        self.other = other_route(endpoint, policy, routes) if self.safe else ""
        self.health, self.patience = health, patience
        self.firing = Firing(self.gun, policy.limit, hasty=self.safe)

    async def run(self) -> Burst:
        """The burst.

        Raises:
            Unavailable: it could not be sent, or proves nothing.
        """
        if self.endpoint.method not in ("GET", "HEAD", "POST"):
            raise Unavailable(
                f"the audit sends no burst of {self.endpoint.method}: it would change what it looks at",
                "name a GET of the same limiter in [policy.rate_limiting]",
            )
        if self.gun.budget <= _LEAST:
            of = f" of the {self.whole} that the audit may send" if self.cut else ""
            raise Unavailable(
                f"{self.gun.budget} requests{of} are too few: {_LEAST} are needed before and after a burst",
                f"raise {'[env.*.network]' if self.cut else '[policy.rate_limiting]'} max_requests",
            )
        first = await self._first()
        if shared := self._refused_before(first):
            return self._shared(first, shared)
        self.firing.shots.append(first)
        try:
            judge_first(first)
        except Unavailable as unavailable:
            if first.status == 429 and self.earlier:
                reason = f"{unavailable.reason}; the audit itself had sent {self.earlier} requests to this host before"
                if self.patience.used_up and (known := self.patience.refusals):
                    reason += f", of which {known.after} were answered before the first was refused"
                raise Unavailable(reason, unavailable.hint) from None
            raise
        self.firing.status = first.status
        await self.firing.run()
        return await self._told()

    async def _first(self) -> Shot:
        """The first request; where it is an attempt, in the shape that the endpoint understands."""
        self.firing.began = self.firing.ended = time.monotonic()
        if self.safe:
            return await self._question()
        shape, *others = attempts.attempts(self.endpoint)
        shot = await self._attempt(shape)
        for other in others:
            if shot.status in attempts.MISUNDERSTOOD:
                shot = await self._attempt(other)
        return shot

    async def _question(self) -> Shot:
        shot = await self.gun.fire(max_body=LONGEST)
        if self._refused_before(shot):
            return shot
        if shot.status in (429, 503) and self.earlier:
            # the probes before have used up a limit that may soon allow more
            shot = await self.patience.until_allowed(shot, lambda: self.gun.fire(max_body=LONGEST))
            self.firing.began = shot.at - shot.seconds
            return shot
        said = said_by(shot) or 0.0
        if shot.status >= 500 and said <= SOON:  # now and then, perhaps; whoever is refused is refused again
            return await self.gun.fire(max_body=LONGEST)
        return shot

    async def _attempt(self, attempt: attempts.Attempt) -> Shot:
        self.gun.headers, self.gun.content = attempt.headers, attempt.content
        return await self.gun.fire()

    def _refused_before(self, first: Shot) -> Burst | None:
        limited = (one for one in self.before if one.end is End.LIMITED and one.scope is not Scope.PER_ROUTE)
        same = (one for one in limited if one.refused_status == first.status)
        plain = first.look is not None and first.look.plain
        return next((one for one in same if plain or one.baseline_status != one.refused_status), None)

    def _shared(self, first: Shot, other: Burst) -> Burst:
        wait = first.answer.header("retry-after") or "" if first.answer else ""
        return Burst(
            str(self.endpoint),
            End.SHARED,
            first.status,
            self.gun.sent,
            0,
            0.0,
            refused_status=first.status,
            signal=other.signal,
            retry_after=clip(wait, 100),
            retry_after_s=retry_after(wait, time.time()),
            attempts=not self.safe,
            earlier=self.earlier,
            budget=self.gun.budget,
            scope=Scope.SHARED,
            other_route=other.endpoint,
            private_peer=is_private(self.gun.peer),
        )

    async def _told(self) -> Burst:
        firing, gun = self.firing, self.gun
        scope, untried = Scope.UNKNOWN, ""
        spoofed: tuple[Spoof, ...] = ()
        if firing.end is End.LIMITED and self.safe and not firing.refills:
            self.other = self.other or (self.health if self.health != self.endpoint.path else "")
            scope = await reach.scope(firing, self.api + self.other if self.other else "")
            if scope is Scope.PER_ROUTE and self.other == self.health:
                scope = Scope.UNKNOWN  # limiters often leave the health page alone
            spoofed, untried = await reach.spoofs(firing)
        refusal = next((shot.answer for shot in firing.shots if firing.refused(shot) and shot.answer), None)
        wait = clip(refusal.header("retry-after") or "", 100) if refusal else ""
        first = firing.shots[0].answer
        now = time.time()
        said = advertised(first.headers, now) if first else ()
        return Burst(
            str(self.endpoint),
            firing.end,
            firing.status,
            gun.sent,
            firing.estimate if firing.end is End.LIMITED else firing.accepted,
            max(firing.ended - firing.began, 0.0),
            refused_status=firing.key[0] if firing.key else None,
            signal=firing.signal,
            reason=firing.reason,
            unsteady=firing.unsteady,
            refills=firing.refills,
            retry_after=wait,
            retry_after_s=retry_after(wait, now) if wait else None,
            choice=self.choice,
            attempts=not self.safe,
            earlier=self.earlier,
            budget=gun.budget,
            private_peer=is_private(gun.peer),
            timeline=firing.timeline(),
            advertised=said or (advertised(refusal.headers, now) if refusal else ()),
            spoofs=spoofed,
            spoofs_untried=untried,
            scope=scope,
            other_route=self.other if scope is not Scope.UNKNOWN else "",
            constant=firing.constant,
            slowdown=firing.slowdown,
        )
