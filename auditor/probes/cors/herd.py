"""Routes that behave alike, what they were asked, and what one stands for the others in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from auditor.facts.cors import Ask, CorsAnswer, Reply
from auditor.probes.cors.alike import Key
from auditor.probes.cors.asking import Told
from auditor.probes.cors.questions import SAFE, Question
from auditor.probes.cors.routes import Route

_MOST_AGAIN = 2


@dataclass(slots=True)
class Herd:
    """Routes that behave alike, as far as is known; the first was asked most."""

    routes: list[Route]
    told: Told
    dealt: list[CorsAnswer] = field(default_factory=list)
    """What others than the first were asked in its place, and refused as it refuses."""
    first: list[CorsAnswer] = field(default_factory=list)
    """What others than the first answered to the first question."""
    unasked: list[Question] = field(default_factory=list)
    left_out: int = 0
    sampled: set[str] = field(default_factory=set)

    @property
    def lead(self) -> Route:
        """The route that speaks for the others."""
        return self.routes[0]

    @property
    def safe(self) -> bool:
        """Whether the requests themselves are sent."""
        return self.lead.endpoint.method in SAFE

    @property
    def answers(self) -> list[CorsAnswer]:
        """The first's, and those that stand for its own."""
        return [*self.told.answers, *self.dealt]

    @property
    def asked(self) -> set[Key]:
        """Of the first, and of others in its place."""
        method = "" if self.safe else self.lead.endpoint.method
        plain = (replace(answer, cookie=False, asked_method=method) for answer in self.dealt)
        return keys(self.told.answers) | keys(plain)

    def join(self, other: Herd) -> None:
        """Take in routes that turned out to behave the same."""
        self.routes += other.routes
        self.dealt += other.dealt
        self.first += [*other.first, *other.told.answers]


def for_others(question: Question) -> bool:
    """Whether another route may be asked it in place of the first."""
    return not question.method and not question.cookie and question.ask not in (Ask.NONE, Ask.TRUSTED)


def key(question: Question) -> Key:
    """What makes a question another one."""
    return (question.origin, question.method, question.headers, question.private_network, question.cookie,
            question.bearer)  # fmt: skip


def keys(answers: Iterable[CorsAnswer]) -> set[Key]:
    """Of the questions that were answered."""
    return {(one.origin, one.asked_method, one.asked_headers, one.private_network, one.cookie, one.bearer)
            for one in answers}  # fmt: skip


def with_cookie(answers: Sequence[CorsAnswer]) -> list[Question]:
    """What was let in without credentials may be let in with them, once there is a cookie."""
    plain = [a for a in answers if not a.preflight and a.reply is Reply.REFLECTED and a.ask is not Ask.TRUSTED]
    tried = {answer.origin for answer in answers if answer.cookie}
    again = [one for one in plain if not one.credentials and one.origin not in tried]
    again.sort(key=lambda one: tuple(Ask).index(one.ask))  # what tells the causes apart before what follows from it
    return [Question(one.ask, one.origin, cookie=True, bearer=one.bearer) for one in again[:_MOST_AGAIN]]
