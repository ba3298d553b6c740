"""What is asked of a route: the few questions by which behaviours are told apart, and all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.facts.cors import Ask
from auditor.facts.policy import Endpoint
from auditor.probes.cors.origins import Trusted, canaries, foreign, neighbours, resembling_another, split

SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that are really sent (RFC 9110 section 9.2.1); of the others, the preflight alone."""
_MOST_OTHERS = 3
UNUSUAL_HEADER = "x-audit-unknown"


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
        method = endpoint.method if endpoint.method != "OPTIONS" else "GET"
        if endpoint.method not in SAFE:
            return tuple(Question(ask, origin, method) for ask, origin in origins.items() if origin)
        bare = [Question(ask, origin) for ask, origin in origins.items() if origin]
        evil = origins[Ask.FOREIGN]
        return (*bare, Question(Ask.FOREIGN, evil, cookie=True), Question(Ask.FOREIGN, evil, method))

    def _first(self) -> str:
        """A trusted origin; ``null`` and ``*`` are none."""
        model = self.model
        return next((origin for origin in self.trusted if model and split(origin) == model), "")

    def rest(self, endpoint: Endpoint) -> tuple[Question, ...]:
        """Everything that the canaries leave open."""
        safe = endpoint.method in SAFE
        method = endpoint.method if endpoint.method != "OPTIONS" else "GET"
        asked = [Question(ask, origin) for ask, origin in self._origins()]
        if not safe:
            asked = [replace(one, method=method) for one in asked if one.ask is not Ask.NONE]
        else:
            asked += self._with_cookie() + self._preflights(method)
        first = self._first()
        if first:
            asked.append(Question(Ask.TRUSTED, first, "DELETE"))
            asked.append(Question(Ask.TRUSTED, first, method, UNUSUAL_HEADER))
            asked.append(Question(Ask.TRUSTED, first, method, private_network=True))
        known = self.canaries(endpoint)
        return tuple(one for one in dict.fromkeys(asked) if one not in known)

    def _origins(self) -> Iterator[tuple[Ask, str]]:
        yield Ask.NONE, ""
        first = self._first()
        yield from ((Ask.TRUSTED, one) for one in self.trusted[:6] if one not in (first, "*", "null"))
        near = foreign(self.model, self.api, self.token)
        yield from ((ask, origin) for ask, origin in near if origin not in self.trusted)
        yield from (one for one in self._others() if one[1] not in self.trusted)
        if self.declared and "*" not in self.trusted:
            yield from (one for one in neighbours(self.model) if one[1] not in self.trusted)

    def _others(self) -> Iterator[tuple[Ask, str]]:
        first = self.model
        others = [found for origin in self.trusted if (found := split(origin)) and first and found.host != first.host]
        for other in others[:_MOST_OTHERS]:
            if first:
                yield from resembling_another(other, first, self.token)

    def _with_cookie(self) -> list[Question]:
        near = list(foreign(self.model, self.api, self.token))
        begins = next((origin for ask, origin in near if ask is Ask.PREFIX), "")
        return [Question(Ask.NULL, "null", cookie=True)] + (
            [Question(Ask.PREFIX, begins, cookie=True)] if begins else []
        )

    def _preflights(self, method: str) -> list[Question]:
        origins = {Ask.TRUSTED: self._first(), **canaries(self.model, self.token)}
        asked = [Question(ask, origin, method) for ask, origin in origins.items() if origin and ask is not Ask.FOREIGN]
        return [*asked, Question(Ask.FOREIGN, origins[Ask.FOREIGN], "DELETE")]
