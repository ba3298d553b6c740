"""What is asked of a route: the few questions by which behaviours are told apart, and all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from auditor.facts.cors import Ask, CorsAnswer, Reply
from auditor.facts.policy import Endpoint
from auditor.probes.cors.origins import (
    LOCAL,
    Near,
    Tier,
    Trusted,
    canaries,
    foreign,
    neighbours,
    resembling_another,
    split,
)

SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that are really sent (RFC 9110 section 9.2.1); of the others, the preflight alone."""
UNUSUAL_HEADER = "x-audit-unknown"
_BY_SEVERITY = (Ask.MIXED, Ask.SHARED, Ask.DOT, Ask.SUBDOMAIN, Ask.DOWNGRADE)
"""What resembles other trusted origins, in the order in which it is asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request."""

    ask: Ask
    origin: str
    method: str = ""
    """That a preflight asks for; empty: the request itself."""
    headers: str = ""
    private_network: bool = False
    cookie: bool = False
    bearer: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The origins of one audit.

    Args:
        trusted: origins that may be let in, the one that the others resemble first.
        declared: whether the checklist names them.
        api: the API's own origin.
        token: a word that is on nobody's list, new in each audit.
    """

    trusted: tuple[str, ...]
    declared: bool
    api: str
    token: str

    @property
    def model(self) -> Trusted | None:
        """The trusted origin that others are made of."""
        return next((found for origin in self.trusted if (found := split(origin))), None)

    def canaries(self, endpoint: Endpoint) -> tuple[Question, ...]:
        """At most five questions, the first with a trusted origin."""
        origins = {Ask.TRUSTED: self._first(), **canaries(self.model, self.token)}
        method = _asked_for(endpoint)
        if endpoint.method not in SAFE:
            return tuple(Question(ask, origin, method) for ask, origin in origins.items() if origin)
        bare = [Question(ask, origin, cookie=ask is Ask.MIXED) for ask, origin in origins.items() if origin]
        evil = origins[Ask.FOREIGN]
        return (*bare, Question(Ask.FOREIGN, evil, cookie=True), Question(Ask.FOREIGN, evil, method))

    def with_bearer(self, endpoint: Endpoint) -> tuple[Question, ...]:
        """The canaries that are asked with the token too."""
        asked = (one for one in self.canaries(endpoint) if not one.method)
        return tuple(replace(one, bearer=True) for one in asked if not one.cookie or one.ask is Ask.MIXED)

    def sharpest(self, endpoint: Endpoint) -> Question:
        """The canary that tells most of a route: whoever compares too loosely, in one way or another, lets it in."""
        asked = self.canaries(endpoint)
        wanted = [one for one in asked if one.cookie or endpoint.method not in SAFE]
        return next((one for one in wanted if one.ask is Ask.MIXED), wanted[-1])

    def preflights(self, endpoint: Endpoint) -> tuple[Question, ...]:
        """The canaries of a write, as preflights of this route."""
        return tuple(replace(one, method=_asked_for(endpoint)) for one in self.canaries(Endpoint("POST", "/")))

    def _first(self) -> str:
        """A trusted origin; ``null`` and ``*`` are none."""
        model = self.model
        return next((origin for origin in self.trusted if model and split(origin) == model), "")

    def rest(self, endpoint: Endpoint) -> tuple[Question, ...]:
        """Everything that the canaries leave open, whatever the answers are."""
        return (*self.core(endpoint), *self._asking(endpoint, (one for one in self._near() if one[2] is not Tier.CORE)))

    def core(self, endpoint: Endpoint) -> tuple[Question, ...]:
        """What must be asked, the gravest first; what resembles other trusted origins last."""
        safe, method = endpoint.method in SAFE, "" if endpoint.method in SAFE else _asked_for(endpoint)
        near = [(ask, origin) for ask, origin, tier in self._near() if tier is Tier.CORE and origin not in self.trusted]
        mine = {origin for _, origin, _ in self._of_first()}
        asked = self._first_of_safe(endpoint) if safe else []
        asked += [Question(ask, origin, method) for ask, origin in near if origin in mine]
        asked += self._trusted(endpoint)
        asked += [Question(ask, origin, method) for ask, origin in near if origin not in mine]
        known = self.canaries(endpoint)
        return tuple(one for one in dict.fromkeys(asked) if one not in known)

    def _first_of_safe(self, endpoint: Endpoint) -> list[Question]:
        null = Question(Ask.NULL, "null")
        writes = Question(Ask.FOREIGN, self._evil(), "DELETE")
        return [Question(Ask.NONE, ""), *self.preflights(endpoint), writes, null, replace(null, cookie=True)]

    def _trusted(self, endpoint: Endpoint) -> list[Question]:
        first, method = self._first(), _asked_for(endpoint)
        others = [one for one in self.trusted if one not in (first, "*", "null")]
        asked = [Question(Ask.TRUSTED, one, "" if endpoint.method in SAFE else method) for one in others]
        if first:
            asked.append(Question(Ask.TRUSTED, first, "DELETE", UNUSUAL_HEADER))
            asked.append(Question(Ask.TRUSTED, first, method, private_network=True))
        return asked

    def likely(self, endpoint: Endpoint, answers: Iterable[CorsAnswer]) -> tuple[Question, ...]:
        """What tells apart why something is let in."""
        let_in = {answer.origin for answer in answers if answer.reply is Reply.REFLECTED}
        mixed = canaries(self.model, self.token).get(Ask.MIXED)
        tiers = {Tier.LIKE} if not mixed or mixed in let_in else set()
        tiers |= {Tier.LOCAL} if let_in.intersection(LOCAL) else set()
        near = [one for one in self._of_first() if one[2] in tiers]
        for resembling in self._of_others():
            if any(ask is Ask.MIXED and origin in let_in for ask, origin, _ in resembling):
                near += [one for one in resembling if one[2] is Tier.LIKE]
        return self._asking(endpoint, near)

    def spare(self, endpoint: Endpoint) -> tuple[Question, ...]:
        """More of each kind."""
        return self._asking(endpoint, (one for one in self._near() if one[2] is Tier.SPARE))

    def _asking(self, endpoint: Endpoint, near: Iterable[Near]) -> tuple[Question, ...]:
        method = "" if endpoint.method in SAFE else _asked_for(endpoint)
        asked = (Question(ask, origin, method) for ask, origin, _ in near if origin not in self.trusted)
        known = {*self.canaries(endpoint), *self.core(endpoint)}
        return tuple(one for one in dict.fromkeys(asked) if one not in known)

    def _near(self) -> Iterator[Near]:
        yield from self._of_first()
        mine = {origin for _, origin, _ in self._of_first()}
        order = {ask: number for number, ask in enumerate(_BY_SEVERITY)}
        others = [one for resembling in self._of_others() for one in resembling if one[1] not in mine]
        yield from sorted(others, key=lambda one: order.get(one[0], len(order)))

    def _of_first(self) -> list[Near]:
        only_declared = self.declared and "*" not in self.trusted
        return [*foreign(self.model, self.api, self.token), *(neighbours(self.model) if only_declared else ())]

    def _of_others(self) -> list[list[Near]]:
        first = self.model
        others = [found for origin in self.trusted if (found := split(origin))]
        return [[*resembling_another(other, first, self.token)] for other in dict.fromkeys(others) if first]

    def _evil(self) -> str:
        return canaries(self.model, self.token)[Ask.FOREIGN]


def _asked_for(endpoint: Endpoint) -> str:
    """The method that a preflight asks for."""
    return endpoint.method if endpoint.method != "OPTIONS" else "GET"
