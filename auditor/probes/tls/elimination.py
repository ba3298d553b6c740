"""Finds what a server accepts by taking away what it has picked, until it refuses.

Costs one connection for each thing that is accepted and one for the refusal, instead of one for each thing that
exists. The list is dealt to several such chains that run side by side.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from auditor.facts.tls import Offer, Version
from auditor.probes.tls.ask import Reply, Server, ask
from auditor.probes.tls.hello import Hello

MAX_CONNECTIONS = 400
"""To one server: more than any honest one takes."""
_GIVE_UP = 3
"""So many questions in a row without an answer, one at a time: the server has stopped to talk."""


class Asker:
    """Asks one server, in parallel as long as it answers; then once more, one question at a time.

    Args:
        server: whom to ask.
        width: questions at once.
    """

    def __init__(self, server: Server, width: int) -> None:
        self.server = server
        self.connections = 0
        self._places = width
        self._width = asyncio.Semaphore(width)
        self._alone = asyncio.Lock()
        self._calm = False
        self._silences = 0
        self._known: Hello | None = None
        """A hello that it has answered with one of its own."""

    async def ask(self, hello: Hello) -> Reply:
        """Ask, and ask again when there is no clear answer.

        Args:
            hello: what to offer.
        """
        reply, alone = await self._once(hello, self._calm)
        if reply.offer is Offer.UNKNOWN:
            self._calm = True
            reply, _ = await self._once(hello, alone=True)
        elif reply.closed and not alone:  # maybe only because there were too many at once
            reply, _ = await self._once(hello, alone=True)
            self._calm = self._calm or not reply.closed
        return reply

    async def _once(self, hello: Hello, alone: bool) -> tuple[Reply, bool]:
        """Also tells whether nothing else was under way."""
        async with self.turn(alone) as alone:
            if self._silences >= _GIVE_UP and not await self._still_there():
                return Reply(Offer.UNKNOWN, "it has stopped to answer"), alone
            if self.connections >= MAX_CONNECTIONS:
                return Reply(Offer.UNKNOWN, f"the audit's limit of {MAX_CONNECTIONS} connections is reached"), alone
            self.connections += 1
            reply = await ask(self.server, hello)
            if reply.offer is not Offer.UNKNOWN:
                self._silences = 0
            elif alone:
                self._silences += 1
            self._known = hello if reply.hello else self._known
            return reply, alone

    async def _still_there(self) -> bool:
        """Whether it answers what it has answered before, and is silent only on some hellos. If not, it is gone."""
        known, self._known = self._known, None
        if known:
            self.connections += 1
            if (await ask(self.server, known)).hello:
                self._known, self._silences = known, 0
        return self._silences < _GIVE_UP

    @asynccontextmanager
    async def turn(self, alone: bool = False) -> AsyncIterator[bool]:
        """Wait for one of the places, or for all of them. Tells which."""
        async with AsyncExitStack() as held:
            if not alone:
                await held.enter_async_context(self._width)
                if not self._calm:
                    yield False
                    return
                await held.aclose()
            await held.enter_async_context(self._alone)
            for _ in range(self._places):
                await held.enter_async_context(self._width)
            yield True


@dataclass(slots=True)
class Found:
    """What is accepted of a list."""

    replies: dict[int, Reply] = field(default_factory=dict)
    """What was picked: number to the answer in which it was."""
    complete: bool = True
    reason: str = ""
    """How it refused in the end, or why nobody can tell."""
    alert: int = -1
    """Of the refusal."""
    closed: bool = False
    """The refusal was a closed connection."""
    elsewhere: bool = False
    """It answered in another version, so that nobody can tell what it would have refused."""

    def add(self, other: Found) -> None:
        """Take in what another chain has found."""
        self.replies |= other.replies
        if self.complete:
            self.reason = other.reason if not other.complete or not self.reason else self.reason
        self.complete = self.complete and other.complete
        self.closed = self.closed or other.closed
        self.elsewhere = self.elsewhere or other.elsewhere
        if self.elsewhere and self.replies:
            self.complete = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be found out."""

    version: Version
    hello: Callable[[tuple[int, ...]], Hello]
    """A hello that offers these."""
    picked: Callable[[Reply], int]
    """Which of them an answer has picked."""
    last: int = -1
    """Something that has to stay on offer: when it is picked, the chain ends."""


async def chain(asker: Asker, question: Question, offered: Sequence[int], first: Reply | None = None) -> Found:
    """Offer, take away what was picked, and again.

    Args:
        asker: asks the server.
        question: what about.
        offered: what to begin with.
        first: the answer to all of that, when it is known already.
    """
    found, left = Found(), list(offered)
    while left:
        hello = question.hello((*left, question.last) if question.last >= 0 else tuple(left))
        reply, first = first or await asker.ask(hello), None
        if reply.hello is None:
            found.complete, found.reason = reply.offer is Offer.NO, reply.reason
            found.alert, found.closed = reply.alert, reply.closed
            return found
        if reply.hello.version is not question.version:
            other = reply.hello.version.value if reply.hello.version else "a version that does not exist"
            found.reason = f"it answers with {other}"
            found.elsewhere, found.complete = True, reply.hello.version is not None and not found.replies
            return found
        picked = question.picked(reply)
        if picked == question.last:
            found.reason = "it prefers what the certificate needs"
            return found
        if picked not in left:
            found.complete, found.reason = False, "it picks what was not offered"
            return found
        found.replies[picked] = reply
        left.remove(picked)
    return found


async def chains(
    asker: Asker, question: Question, offered: Iterable[int], number: int, first: Reply | None = None
) -> Found:
    """The same in several chains side by side, each with a part of the list.

    Args:
        asker: asks the server.
        question: what about.
        offered: the likely ones first; they are dealt out in turn.
        number: of chains.
        first: the answer to the first chain's part, when it is known already.
    """
    offered = tuple(offered)
    known = (first, *([None] * (number - 1)))
    parts = (chain(asker, question, offered[start::number], known[start]) for start in range(number))
    found = Found()
    for part in await asyncio.gather(*parts):
        found.add(part)
    return found
