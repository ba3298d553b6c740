"""From a group's answers to what is wrong: the most general cause that explains what was let in.

A pattern without an end also lets ports and signs in, and who reflects every origin reflects them all: told once, with
the rest as its evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from auditor.facts.cors import Ask, CorsAnswer, CorsAnswers, CorsGroup, Reply
from auditor.facts.once import once
from auditor.facts.sites import host_of, site


class Cause(StrEnum):
    """One fault of a CORS configuration."""

    REFLECTS = "reflects any origin, with credentials"
    REFLECTS_COOKIE = "reflects any origin, with credentials, once a cookie is sent"
    REFLECTS_OPENLY = "reflects any origin, without credentials"
    PREFLIGHT = "preflights let any origin in"
    SUBSTRING = "origin searched for the domain"
    SUFFIX = "origin compared by its end"
    PREFIX = "origin compared by its beginning"
    DOT = "unescaped dot"
    SPECIAL = "a sign may follow the host"
    LOCAL_PREFIX = "localhost compared by its beginning"
    NULL = "null origin"
    SHARED = "shared hosting"
    SUBDOMAIN = "any subdomain"
    DOWNGRADE = "plain http"
    LOCAL = "localhost"
    PORT = "any port"
    UNDECLARED = "undeclared origin"
    EVERYONE_SECURED = "everyone, where credentials are wanted"
    EVERYONE_CREDENTIALS = "everyone, with credentials"
    BROKEN = "several values"
    VARY = "no Vary"
    VARY_PUBLIC = "no Vary, and caches may store it"
    NETWORK = "private network"


@dataclass(frozen=True, slots=True)
class Found:
    """A cause, and the answers that show it."""

    cause: Cause
    answers: tuple[CorsAnswer, ...]
    """The first shows it best."""
    also: tuple[CorsAnswer, ...] = ()
    """Other origins that were let in for the same cause."""

    @property
    def credentials(self) -> bool:
        """Whether a browser would send cookies, and hand the answer out."""
        return any(answer.credentials for answer in self.answers)


_EXPLAINS: dict[Cause, tuple[set[Ask], set[Ask]]] = {
    # what shows it, and what else it explains
    Cause.SUBSTRING: (
        {Ask.SUBSTRING},
        {Ask.CONTAINS, Ask.PREFIX, Ask.SUFFIX, Ask.DOT, Ask.SPECIAL, Ask.SUBDOMAIN, Ask.SIBLING, Ask.MIXED, Ask.PORT}
        | {Ask.DOWNGRADE, Ask.NEIGHBOUR, Ask.BELOW},
    ),
    Cause.SUFFIX: (
        {Ask.SUFFIX},
        {Ask.DOT, Ask.SUBDOMAIN, Ask.SIBLING, Ask.MIXED, Ask.DOWNGRADE, Ask.NEIGHBOUR, Ask.BELOW},
    ),
    Cause.PREFIX: ({Ask.PREFIX}, {Ask.CONTAINS, Ask.DOT, Ask.SPECIAL, Ask.MIXED, Ask.PORT}),
    Cause.DOT: ({Ask.DOT}, set()),
    Cause.SPECIAL: ({Ask.SPECIAL}, {Ask.PORT}),
    Cause.LOCAL_PREFIX: ({Ask.LOCAL_PREFIX}, {Ask.LOCAL}),
    Cause.NULL: ({Ask.NULL}, set()),
    Cause.SHARED: ({Ask.SHARED}, set()),
    Cause.SUBDOMAIN: ({Ask.SUBDOMAIN, Ask.SIBLING, Ask.BELOW, Ask.MIXED}, {Ask.NEIGHBOUR}),
    Cause.DOWNGRADE: ({Ask.DOWNGRADE}, set()),
    Cause.LOCAL: ({Ask.LOCAL}, set()),
    Cause.PORT: ({Ask.PORT}, set()),
    Cause.UNDECLARED: ({Ask.NEIGHBOUR}, set()),
}
"""From the most general to the particular."""
_REFLECTING = frozenset({Cause.REFLECTS, Cause.REFLECTS_COOKIE, Cause.REFLECTS_OPENLY})
_ASKS = tuple(Ask)
_PUBLIC_WITHOUT = frozenset({Cause.NULL, Cause.SHARED, Cause.SUBDOMAIN})
"""Without credentials, a web page reads there what everybody can read without a browser."""


@once
def behaviours(cors: CorsAnswers) -> tuple[tuple[CorsGroup, tuple[Found, ...]], ...]:
    """Each group, and what is wrong with it."""
    return tuple((group, causes(cors, group)) for group in cors.groups)


def causes(cors: CorsAnswers, group: CorsGroup) -> tuple[Found, ...]:
    """What is wrong with the CORS of a group's routes, gravest first."""
    origins = tuple(_origin_causes(cors, group))
    return (*origins, *_everyone(cors, group, origins), *_broken(group), *_caches(group), *_network(group))


def told_by(found: Iterable[Found], causes: Collection[Cause]) -> Cause | None:
    """The graver cause for which that is let in which would show some others; None: nothing of the kind is let in.

    Args:
        found: what is wrong with a group, none of the others among it.
        causes: the others.
    """
    shows = {ask for cause in causes for ask in _EXPLAINS.get(cause, (set[Ask](),))[0]}
    if Cause.UNDECLARED in causes:
        shows = set(Ask)  # whatever is let in, nobody has declared
    mine = [one for one in found if one.cause in _EXPLAINS or one.cause in _REFLECTING]
    if shows and (all_ := next((one.cause for one in mine if one.cause in _REFLECTING), None)):
        return all_
    return next((one.cause for one in mine if any(a.ask in shows for a in (*one.answers, *one.also))), None)


def shown_by(causes: Collection[Cause]) -> frozenset[Ask]:
    """What must have been asked to tell that a group has none of some causes."""
    shows = {ask for cause in causes for ask in _EXPLAINS.get(cause, (set[Ask](),))[0]}
    if shows & {Ask.PREFIX, Ask.SUFFIX, Ask.SUBSTRING}:
        shows.add(Ask.MIXED)  # where it is refused, these are not asked
    return frozenset(shows) if shows else frozenset({Ask.FOREIGN, Ask.NONE})


def _origin_causes(cors: CorsAnswers, group: CorsGroup) -> Iterator[Found]:
    let_in = [
        answer
        for answer in group.answers
        if _reflects(answer)
        and answer.ask not in (Ask.TRUSTED, Ask.NONE)
        and answer.origin not in cors.trusted
        and answer.preflight is not group.safe
    ]
    if foreign := _best(let_in, {Ask.FOREIGN}):
        also = tuple(answer for answer in let_in if answer.ask is not Ask.FOREIGN)
        cause = _reflecting(cors, group, foreign)
        yield Found(cause, foreign, also)
        if cause is Cause.REFLECTS_OPENLY and group.safe:
            yield from _credentials_before(group)
        return
    if group.safe and (shown := _best(_early_answers(group), {Ask.FOREIGN})):
        yield Found(Cause.PREFLIGHT, shown)
    yield from _sloppy(let_in)


def _credentials_before(group: CorsGroup) -> Iterator[Found]:
    """Preflights that allow credentials where answers do not: writes are sent with cookies all the same."""
    if shown := _best((answer for answer in _early_answers(group) if answer.credentials), {Ask.FOREIGN}):
        yield Found(Cause.PREFLIGHT, shown)


def _reflecting(cors: CorsAnswers, group: CorsGroup, foreign: tuple[CorsAnswer, ...]) -> Cause:
    if not group.safe and any(other.safe and _early(other) for other in cors.groups):
        return Cause.PREFLIGHT  # where answers can be seen, they let nobody in: preflights say no more
    if not foreign[0].credentials:
        return Cause.REFLECTS_OPENLY
    bare = [answer for answer in foreign if not answer.cookie]
    return Cause.REFLECTS if any(answer.credentials for answer in bare) else Cause.REFLECTS_COOKIE


def _early(group: CorsGroup) -> bool:
    """Whether its preflights let a foreign origin in, and its answers do not."""
    answered = {answer for answer in group.answers if answer.ask is Ask.FOREIGN and not answer.preflight}
    return bool(_early_answers(group)) and not any(map(_reflects, answered))


def _early_answers(group: CorsGroup) -> list[CorsAnswer]:
    """Preflights that let a foreign origin in: no news where everyone is let in, unless there are cookies."""
    everyone = any(
        answer.ask is Ask.FOREIGN and answer.reply is Reply.EVERYONE and not answer.preflight
        for answer in group.answers
    )
    return [
        answer
        for answer in group.answers
        if answer.preflight and answer.ask is Ask.FOREIGN and _reflects(answer) and (answer.credentials or not everyone)
    ]


def _reflects(answer: CorsAnswer) -> bool:
    return answer.reply is Reply.REFLECTED


def _sloppy(let_in: list[CorsAnswer]) -> Iterator[Found]:
    """Origins that are like the trusted one, or that a list holds besides it."""
    # a frontend on a shared host has strangers beside it that only look like it
    shared = tuple({f".{answer.origin.partition('.')[2]}" for answer in let_in if answer.ask is Ask.SHARED})
    ours = [answer for answer in let_in if answer.ask is Ask.SHARED or not answer.origin.endswith(shared)]
    all_ = {one.ask for one in ours}
    own = {site(host_of(answer.origin)) for answer in ours if answer.ask is Ask.SUBDOMAIN}
    # a letter for a dot within the domain makes another of its subdomains
    told = [one for one in ours if one.ask is not Ask.DOT or site(host_of(one.origin)) not in own]
    asks = {_as(answer, all_) for answer in told}
    undeclared: list[CorsAnswer] = []
    for cause, (shows, explains) in _EXPLAINS.items():
        if not asks & shows:
            continue
        if cause is Cause.PREFIX and Ask.CONTAINS in asks:
            explains = explains | {
                Ask.SUBDOMAIN,
                Ask.SIBLING,
                Ask.BELOW,
                Ask.NEIGHBOUR,
            }  # a pattern of subdomains, without an end
        shown = _best(let_in, shows) or _best(let_in, _STANDS_FOR.get(cause, set()))
        also = tuple(answer for answer in let_in if answer.ask in explains & asks)
        if cause is Cause.SHARED:
            also = tuple(answer for answer in let_in if answer not in ours)
        asks = asks - shows - explains
        if cause is Cause.UNDECLARED:
            undeclared += shown
        elif cause in _PUBLIC_WITHOUT and not any(answer.credentials for answer in (*shown, *also)):
            undeclared += (*shown, *also)
        else:
            yield Found(cause, shown, also)
    if undeclared:
        yield Found(Cause.UNDECLARED, tuple(undeclared))


_STANDS_FOR = {Cause.SUBSTRING: {Ask.CONTAINS}, Cause.SUFFIX: {Ask.SIBLING}, Cause.PREFIX: {Ask.MIXED}}


def _as(answer: CorsAnswer, all_: set[Ask]) -> Ask:
    """What the host anywhere, or at the end, shows where it is not a pattern of subdomains."""
    if answer.ask is Ask.MIXED and host_of(answer.origin).endswith(".invalid"):
        return Ask.PREFIX  # an address has no domain that it could end like
    if Ask.SUBDOMAIN in all_:
        return answer.ask
    return {Ask.CONTAINS: Ask.SUBSTRING, Ask.SIBLING: Ask.SUFFIX}.get(answer.ask, answer.ask)


def _best(answers: Iterable[CorsAnswer], asks: set[Ask]) -> tuple[CorsAnswer, ...]:
    """Those with credentials first, without a cookie before those with one."""
    found = [answer for answer in answers if answer.ask in asks]
    return tuple(sorted(found, key=lambda answer: (not answer.credentials, answer.cookie, _ASKS.index(answer.ask))))


def _everyone(cors: CorsAnswers, group: CorsGroup, origins: tuple[Found, ...]) -> Iterator[Found]:
    everyone = tuple(
        answer for answer in group.answers if answer.reply is Reply.EVERYONE and answer.preflight is not group.safe
    )
    if not everyone or any(found.cause in _REFLECTING for found in origins):
        return
    if any(answer.credentials for answer in everyone):
        yield Found(Cause.EVERYONE_CREDENTIALS, _best(everyone, set(Ask)))
    elif wants_bearer(group) and not cors.gateway:
        yield Found(Cause.EVERYONE_SECURED, everyone)


def wants_bearer(group: CorsGroup) -> bool:
    """Whether its document says so, its refusal does (RFC 6750 section 3), or the token opens what is closed."""
    closed = [answer for answer in group.answers if answer.status in (401, 403) and not answer.bearer]
    opened = any(answer.bearer and 200 <= answer.status <= 299 for answer in group.answers)
    return bool(group.secured or any(answer.challenge == "bearer" for answer in closed) or (closed and opened))


def _broken(group: CorsGroup) -> Iterator[Found]:
    whole = (answer for answer in group.answers if "," not in answer.origin)  # what is made of it has commas too
    if broken := tuple(answer for answer in whole if answer.reply is Reply.BROKEN):
        yield Found(Cause.BROKEN, broken)


def _caches(group: CorsGroup) -> Iterator[Found]:
    """Answers that depend on the origin, and do not say so (Fetch, CORS protocol and HTTP caches)."""
    plain = [a for a in group.answers if not a.preflight and not a.cookie]
    silent = [answer for answer in plain if _reflects(answer) and not answer.varies and _stored(answer)]
    # one origin that is named to whoever sends none, too, needs no Vary: flask-cors names it so, and leaves it out for
    # strangers only, who are refused by their own caches at worst
    others = [answer for answer in plain if answer.ask is Ask.NONE or _reflects(answer)]
    shown = tuple(answer for answer in silent if any(_differs(answer, other) for other in others))
    if shown:
        public = tuple(answer for answer in shown if answer.public_cache)
        yield Found(Cause.VARY_PUBLIC, public) if public else Found(Cause.VARY, shown)


def _differs(one: CorsAnswer, other: CorsAnswer) -> bool:
    same = (one.status, one.bearer) == (other.status, other.bearer)
    return same and one.allow_origin != other.allow_origin


def _stored(answer: CorsAnswer) -> bool:
    said = {part.strip().lower() for line in answer.cache_control for part in line.split(",")}
    return "no-store" not in said


def _network(group: CorsGroup) -> Iterator[Found]:
    granted = tuple(
        answer for answer in group.answers if answer.private_network and answer.allow_private_network == ("true",)
    )
    if granted:
        yield Found(Cause.NETWORK, granted)
