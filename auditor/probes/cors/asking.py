"""Sends the questions, and keeps what came back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from auditor.errors import Unavailable
from auditor.facts.cors import CorsAnswer
from auditor.facts.policy import Endpoint
from auditor.model import Gap
from auditor.probes.answers import target_of
from auditor.probes.cors.questions import Question
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.redact import Secret
from auditor.text import clip

SECONDS = 6.0
"""For one answer."""
_MAX_BODY = 16_384
_MOST_LINES = 5
_LONGEST = 300
_MOST_FAILURES = 3


@dataclass(slots=True)
class Told:
    """What came of some questions to one route."""

    answers: list[CorsAnswer] = field(default_factory=list)
    failures: list[Unavailable] = field(default_factory=list)
    unasked: int = 0

    @property
    def over(self) -> bool:
        """Whether to ask no further: it hangs, a limit is reached, or it fails again and again."""
        late = any(isinstance(one, Unreachable) and one.kind is Failure.TIMEOUT for one in self.failures)
        return late or len(self.failures) >= _MOST_FAILURES or any(one.status == 429 for one in self.answers)

    def gap(self, endpoint: str) -> Gap | None:
        """Why something was not told; None: everything was."""
        if not self.failures:
            return None
        total = len(self.answers) + len(self.failures) + self.unasked
        first = self.failures[0]
        missing = f"{total - len(self.answers)} of {total} questions with an Origin got no answer: {first.reason}"
        return Gap(endpoint, missing, first.hint)


@dataclass(slots=True)
class Asker:
    """Asks one API, a few questions at once.

    Args:
        http: the audit's way.
        api: the API's origin.
        concurrency: questions at once.
        bearer: sent where a question wants it, and only with a certificate that verifies.
    """

    http: Http
    api: str
    concurrency: int
    bearer: Secret | None = None
    token_sent: bool = False
    kept_lines: bool = True
    """Whether connections are used more than once."""
    sent: Counter[str] = field(default_factory=Counter)
    """Requests to each endpoint, those that were sent again among them."""
    _places: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.concurrency)

    async def ask(self, endpoint: Endpoint, question: Question) -> CorsAnswer:
        """Ask one question.

        Raises:
            Unavailable: there is no answer.
        """
        method = "OPTIONS" if question.method else endpoint.method
        headers = _headers(question)
        if question.bearer and self.bearer:
            headers.append(("Authorization", f"Bearer {self.bearer.reveal()}"))
        url = self.api + endpoint.path
        # certificates are judged elsewhere, and hide nothing else; but a token goes only where its owner was proven
        times = 0

        def sent() -> None:
            nonlocal times
            times += 1
            self.sent[str(endpoint)] += 1
            self.kept_lines = self.kept_lines and times < 2  # a server that closes them gets each question twice

        answer = await self.http.request(
            method,
            url,
            headers=headers,
            max_body=_MAX_BODY,
            deadline=SECONDS,
            verify=question.bearer,
            keep_alive=self.kept_lines,
            on_send=sent,
        )
        return read(endpoint, question, answer)

    async def all(self, endpoint: Endpoint, questions: Sequence[Question], told: Told | None = None) -> Told:
        """Ask several, at once, until it is clear that there is no use in it. In order, whatever comes first."""
        told = told or Told()
        found: dict[int, CorsAnswer] = {}

        async def one(number: int, question: Question) -> None:
            async with self._places:
                if told.over:
                    told.unasked += 1
                    return
                try:
                    found[number] = answer = await self.ask(endpoint, question)
                except Unavailable as unavailable:
                    told.failures.append(unavailable)
                else:
                    if answer.status == 429:
                        told.answers.append(found.pop(number))

        await asyncio.gather(*(one(number, question) for number, question in enumerate(questions)))
        told.answers += (found[number] for number in sorted(found))
        return told


def _headers(question: Question) -> list[tuple[str, str]]:
    pairs = (
        ("Origin", question.origin),
        ("Access-Control-Request-Method", question.method),
        ("Access-Control-Request-Headers", question.headers),
        ("Access-Control-Request-Private-Network", "true" if question.private_network else ""),
        ("Cookie", "audit=1" if question.cookie else ""),
    )
    return [pair for pair in pairs if pair[1]]


def read(endpoint: Endpoint, question: Question, answer: Response) -> CorsAnswer:
    """The fact of an answer: header lines as they came, the first few of them."""
    prefix = "access-control-allow-"
    return CorsAnswer(
        endpoint=str(endpoint),
        ask=question.ask,
        origin=question.origin,
        status=answer.status,
        allow_origin=_lines(answer, prefix + "origin"),
        allow_credentials=_lines(answer, prefix + "credentials"),
        asked_method=question.method,
        asked_headers=question.headers,
        private_network=question.private_network,
        cookie=question.cookie,
        bearer=question.bearer,
        allow_methods=_lines(answer, prefix + "methods"),
        allow_headers=_lines(answer, prefix + "headers"),
        allow_private_network=_lines(answer, prefix + "private-network"),
        vary=_lines(answer, "vary"),
        cache_control=_lines(answer, "cache-control"),
        challenge=_challenge(answer),
        redirect=_redirect(answer),
    )


def _lines(answer: Response, name: str) -> tuple[str, ...]:
    return tuple(clip(value.strip(), _LONGEST) for value in answer.header_list(name)[:_MOST_LINES])


def _challenge(answer: Response) -> str:
    if said := " ".join(answer.header_list("www-authenticate")).split():
        return clip(said[0].rstrip(",").lower(), 30)
    words = answer.body[:2000].lower()
    return "api key" if answer.status in (401, 403) and (b"api key" in words or b"apikey" in words) else ""


def _redirect(answer: Response) -> str:
    if not 300 <= answer.status <= 399:
        return ""
    return clip(target_of(answer.url, answer).partition("?")[0], _LONGEST)
