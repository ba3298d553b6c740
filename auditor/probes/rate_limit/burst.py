"""One burst against one endpoint: first unhurried requests, then the burst, then once more to be sure."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

from auditor.errors import Unavailable
from auditor.facts.policy import Rate
from auditor.facts.rate_limit import Bucket, Constant, End, Slowdown
from auditor.probes.net.job import Headers
from auditor.probes.rate_limit import buckets
from auditor.probes.rate_limit.bodies import Usual
from auditor.probes.rate_limit.buckets import EXPLICIT, REFUSALS, UNHURRIED, Key
from auditor.probes.rate_limit.first import unsteady
from auditor.probes.rate_limit.shots import BODY_BYTES, NAMES, SHOT_SECONDS, SILENT, Gun, Shot, all_of

BASELINE = 3
"""Unhurried requests first: an endpoint that already refuses or breaks proves nothing."""
STRANGE = 2
"""Other answers among them that are borne with."""
CONFIRMATION = 4
"""Requests after the first refusals; all but one must be refused too, else it was an unsteady server."""
CONCURRENCY = 4
SECONDS = 20.0
"""For the burst itself."""
MAX_BYTES = 16_000_000
"""Of answers, in a burst."""
PATIENCE = 12.0
"""Seconds for an answer, where several have not come in time: a tarpit gives them later."""
OTHERS = 3
"""How often a changed answer must be seen before the burst stops; 429 says it at once."""
CONSTANT_MOST = 60
CONSTANT_LEAST = 32
"""Requests that claim one address: one more than the burst of 30 that GoTrue allows."""
CLAIMED = ("X-Forwarded-For", "203.0.113.7")
"""Of TEST-NET-3 (RFC 5737): nobody has it."""

_ANOTHER_BODY = "another body"
_ENDLESS = "a body without an end"


@dataclass(slots=True)
class Firing:
    """Fires at one endpoint until something stops it.

    Args:
        gun: sends, and holds the budget.
        limit: what is promised.
        hasty: False where few requests may be sent: one after the other, and the first refusal counts.
    """

    gun: Gun
    limit: Rate | None = None
    hasty: bool = True
    status: int = 0
    usual: Usual | None = None
    shots: list[Shot] = field(default_factory=list)
    accepted: int = 0
    began: float = 0.0
    ended: float = 0.0
    key: Key | None = None
    """Of the refusals that stopped it."""
    end: End = End.UNLIMITED
    reason: str = ""
    refills: bool = False
    runs: list[int] = field(default_factory=list)
    """What was accepted from one refusal to the next, when a window has ended in between."""
    bucket: int = 0
    """What was accepted before the first refusal of a limiter that refills."""
    constant: Constant | None = None
    slowdown: Slowdown | None = None
    _seen: Counter[Key] = field(default_factory=Counter)
    _stopped: bool = False

    async def run(self) -> None:
        """Fire; what happened is in the attributes.

        Raises:
            Unavailable: the first answers were not steady, or the audit could not send.
        """
        await self.baseline()
        if self.end is End.UNLIMITED:
            await self._burst(self._plain(), ())
        if self.end is End.UNLIMITED and self.hasty:
            await self._held_back()
        if self.end is End.UNLIMITED and self.hasty:
            await self._claiming_one_address()

    async def baseline(self) -> None:
        """A few unhurried requests after the first, so that a change can be told.

        Raises:
            Unavailable: they break, or differ too often.
        """
        strange = 0
        while self._learned() < BASELINE:
            shot = await self.gun.fire()
            key = self.kind(shot)
            if key is None:
                self.shots.append(shot)
                continue
            strange += not key[1]  # bodies may vary
            if strange > STRANGE:
                raise unsteady([*self.shots, shot])
            await self._very_small(key, shot)
            if self.end is not End.UNLIMITED:
                return

    async def _very_small(self, key: Key, shot: Shot) -> None:
        """Whether a limit of one or two was met; otherwise the answer is one of a server that is not steady."""
        await self._confirm(key, (), like=shot)
        if self.end is End.UNLIMITED:
            self.shots.append(shot)
        elif self.end is End.BROKEN:
            raise unsteady([*self.shots, shot])

    def _learned(self) -> int:
        """Take what was answered so far for the usual; how many answers that were."""
        usual = self._usual_shots()
        self.usual = Usual([one.look for one in usual if one.look])
        self.accepted, self.ended = len(usual), self.shots[-1].at
        return len(usual)

    def _usual_shots(self) -> list[Shot]:
        return [one for one in self.shots if one.status == self.status]

    def kind(self, shot: Shot) -> Key | None:
        """What kind of refusal an answer is; None: it is accepted."""
        if shot.status != self.status:
            return shot.status, ""
        if shot.answer and shot.answer.truncated and not self._long():
            return shot.status, _ENDLESS
        if self.usual and shot.look and self.usual.differs(shot.look):
            return shot.status, _ANOTHER_BODY
        return None

    def _long(self) -> bool:
        """Whether the usual body is longer than what is read of each."""
        first = self.shots[0].answer
        return first is not None and (first.truncated or len(first.body) >= BODY_BYTES)

    def refused(self, shot: Shot) -> bool:
        """Whether an answer is a refusal like those that stopped the burst."""
        return self.key is not None and self._like(shot, self.key)

    def _like(self, shot: Shot, key: Key) -> bool:
        """Whether an answer is such a refusal, or another that limiters give: some first refuse and then ban."""
        kind = self.kind(shot)
        return kind == key or (
            kind is not None and all(not body and status in REFUSALS for status, body in (kind, key))
        )

    @property
    def estimate(self) -> int:
        """The limit, where there is one: the most that was accepted in a row."""
        if self.bucket:
            return self.bucket
        return max(*self.runs, self.accepted - sum(self.runs)) if self.runs else self.accepted

    @property
    def unsteady(self) -> int:
        """Answers that were not accepted, and no limit."""
        if self.key:
            return 0
        known = self.constant.refused_status if self.constant else None
        kinds = [self.kind(shot) for shot in self.shots]
        return sum(kind is not None and (known is None or kind[0] != known) for kind in kinds)

    @property
    def signal(self) -> str:
        """The refusals, in words."""
        if self.key is None:
            return ""
        status, body = self.key
        return body or NAMES.get(status, str(status))

    def timeline(self, slices: int = 10) -> tuple[Bucket, ...]:
        """What was accepted and refused over time, from the first request to the last of the burst."""
        within = [shot for shot in self.shots if shot.at <= self.ended]
        whole = max(self.ended - self.began, 1e-6)
        counts = [[0, 0] for _ in range(slices)]
        for shot in within:
            place = min(int((shot.at - self.began) / whole * slices), slices - 1)
            counts[place][self.kind(shot) is not None] += 1
        width = whole / slices
        return tuple(Bucket(round(i * width, 3), good, bad) for i, (good, bad) in enumerate(counts))

    def needed(self) -> int:
        """Accepted requests that no limit as promised allows, if they come within its window.

        A fixed window may end within the burst, so twice the limit may be accepted.
        """
        return 2 * self.limit.count + 1 if self.limit else 0

    def _plain(self) -> int:
        """How many requests to send that claim no address, the first ones included."""
        most = self.gun.budget - (CONFIRMATION if self.hasty else 0)
        if not self.hasty:
            return most
        rest = most - CONSTANT_LEAST - CONFIRMATION
        if not self.limit:
            return max(rest, min(most, 105))
        wanted = self.needed() if self.needed() <= most else self.limit.count + CONCURRENCY
        return max(rest, min(most, wanted))

    async def _burst(self, until: int, headers: Headers) -> None:
        """Fire until so many were sent, confirming what looks like a refusal."""
        deadline = time.monotonic() + SECONDS
        while self.gun.sent < (goal := self._goal(until, headers)):
            if time.monotonic() >= deadline or self.gun.bytes_read >= MAX_BYTES:
                break
            self._seen.clear()
            self._stopped = False
            await self._volley(goal, deadline, headers)
            found = self._found()
            if found is None and not self._stopped:
                continue
            if found is None:
                break
            await self._confirm(found, headers)
            if self.key is not None or self.end is not End.UNLIMITED:
                break
        if self.key is None and self.unsteady >= 10:
            self._refilled()
        if self.key is None and self._like_a_bucket() and self.gun.left >= UNHURRIED:
            await self._refills_slowly()

    def _goal(self, until: int, headers: Headers) -> int:
        """How many requests to send: more where some count for nothing, and fewer where it takes some to be sure."""
        if self._like_a_bucket():
            return min(until, self.gun.budget - CONFIRMATION - UNHURRIED)
        if headers or not self.limit:
            return until
        return max(until, min(until + self.unsteady, self.gun.budget - CONFIRMATION))

    def _found(self) -> Key | None:
        """The kind of answer that stopped the volley."""
        explicit = [key for key in self._seen if key[0] in EXPLICIT and key[0] != self.status]
        often = [key for key, count in self._seen.most_common(1) if count >= self._enough(key)]
        return next(iter([*explicit, *often]), None)

    def _enough(self, key: Key) -> int:
        return 1 if key[1] or key[0] in EXPLICIT or (not self.hasty and self._changed(key[0])) else OTHERS

    async def _volley(self, until: int, deadline: float, headers: Headers) -> None:
        problems: list[Unavailable] = []

        async def worker() -> None:
            while not self._stopped and self.gun.sent < until and time.monotonic() < deadline:
                try:
                    self._note(await self.gun.fire(headers))
                except Unavailable as problem:
                    problems.append(problem)
                    self._stopped = True

        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENCY if self.hasty else 1):
                group.create_task(worker())
        if problems:
            raise problems[0]

    def _note(self, shot: Shot) -> None:
        self.shots.append(shot)
        self.ended = shot.at
        key = self.kind(shot)
        if key is None:
            self.accepted += 1
            self._stopped = self._stopped or self._crawls() or self.gun.bytes_read >= MAX_BYTES
            return
        self._seen[key] += 1
        self._stopped = self._stopped or self._seen[key] >= self._enough(key)

    async def _confirm(self, key: Key, headers: Headers, like: Shot | None = None) -> None:
        """Ask again whether it is refused: all but the last at once, the last alone.

        What refuses only requests at the same time answers the last. Where other answers came in between already, a
        few refusals in a row may be chance, so that it takes twice as many. So it does where hardly anything is known
        yet but another body, and then they must be alike.

        Args:
            key: what kind of refusal.
            headers: of each request.
            like: the refusal, while the usual is being learned.
        """
        patience = PATIENCE if key[0] == SILENT else SHOT_SECONDS
        shots = await self._again(headers, patience)
        if self._held_on(key, shots):
            return
        confirmed = self._confirms(key, shots)
        doubtful = self._mixed(key) or (like is not None and key[1] != "")
        if confirmed and key[0] not in EXPLICIT and doubtful and self.gun.left >= CONFIRMATION:
            more = await self._again(headers, patience)
            shots += more
            confirmed = all(self._like(shot, key) for shot in more)
        if confirmed and like is not None and key[1] and like.look:
            refusals = Usual([like.look])
            confirmed = all(shot.look is not None and not refusals.differs(shot.look) for shot in shots)
        if confirmed:
            self.shots += [like] if like else []
            self.key = key
            self.end, self.reason = self._judged(key)
            return
        if key[0] in EXPLICIT:
            self.runs.append(self.accepted - sum(self.runs))
        for shot in shots:  # noise: what was accepted meanwhile is part of the burst
            self.shots.append(shot)
            self.ended = max(self.ended, shot.at)
            self.accepted += self.kind(shot) is None
        if key[1] and like is None and self.usual and any(self.kind(shot) is None for shot in shots):
            self.usual = self.usual.varying()
            self.accepted = sum(self.kind(shot) is None for shot in self.shots)

    async def _again(self, headers: Headers, patience: float) -> list[Shot]:
        count = min(CONFIRMATION, self.gun.left)
        if not self.hasty:
            return [await self.gun.fire(headers) for _ in range(count)]
        shots = await all_of(*(self.gun.fire(headers, patience=patience) for _ in range(count - 1)))
        return [*shots, await self.gun.fire(headers, patience=patience)]

    def _confirms(self, key: Key, shots: list[Shot]) -> bool:
        refusals = sum(self._like(shot, key) for shot in shots)
        if len(shots) < CONFIRMATION:  # the last of very few requests
            return 0 < refusals == len(shots) and key[0] in EXPLICIT
        alone = self._like(shots[-1], key)
        return alone and refusals >= (CONFIRMATION if key[1] else CONFIRMATION - 1)

    def _mixed(self, key: Key) -> bool:
        """Whether more was accepted after the first such answer than was under way."""
        kinds = [self.kind(shot) for shot in self.shots]
        return key in kinds and sum(kind is None for kind in kinds[kinds.index(key) :]) >= CONCURRENCY

    def _held_on(self, key: Key, shots: list[Shot]) -> bool:
        """A tarpit: whoever is patient gets an answer after all."""
        if key[0] != SILENT:
            return False
        late = [shot for shot in shots if self.kind(shot) is None and shot.seconds >= SHOT_SECONDS / 2]
        if len(late) < CONFIRMATION - 1:
            return False
        waited = statistics.median(shot.seconds for shot in late)
        self.end, self.slowdown = End.SLOWED, self._slowdown(waited, late[-1].seconds, CONCURRENCY / waited)
        return True

    def _judged(self, key: Key) -> tuple[End, str]:
        status, body = key
        if body == _ENDLESS:
            return End.BROKEN, f"answers {body} after {self.accepted} accepted requests"
        if body or self._changed(status):
            return End.LIMITED, ""
        if status == SILENT and self._slow(self._late()):
            return End.SLOWED, ""
        return End.BROKEN, f"answers {NAMES.get(status, str(status))} after {self.accepted} accepted requests"

    def _changed(self, status: int) -> bool:
        """Whether another status is a refusal: 4xx, redirects and other successes are, where there were successes.

        The same attempt that is refused otherwise from some time on is one for an account that is locked.
        """
        return status in REFUSALS or (200 <= status < 500 and (self.status < 400 or not self.hasty))

    def _refilled(self) -> None:
        """A quick limiter: never refused four times in a row, but again and again, often or many at a time."""
        refused = [self.kind(shot) == (429, "") for shot in self.shots]
        count, pairs = sum(refused), sum(one and other for one, other in itertools.pairwise(refused))
        often = self.unsteady > self.accepted / 3
        if count >= 10 and (often or pairs * 2 >= count):
            self.key, self.end, self.refills = (429, ""), End.LIMITED, True

    def _like_a_bucket(self) -> bool:
        return buckets.resembled([self.kind(shot) for shot in self.shots])

    async def _refills_slowly(self) -> None:
        """A bucket that gets new tokens nearly as fast as a slow server answers: 503 and success take turns."""
        kinds = [self.kind(shot) for shot in self.shots]
        first = next(number for number, kind in enumerate(kinds) if kind is not None)
        if await buckets.spare_who_is_slow(kinds[first:], self.shots[first:], self.gun, self.kind):
            self.bucket, self.key = first, kinds[first]
            self.end, self.refills = End.LIMITED, True

    # Answers that are held back

    def _early(self) -> list[float]:
        return [shot.seconds for shot in self._usual_shots()[:BASELINE]]

    def _first(self) -> float:
        return min(self._early())

    def _late(self) -> float:
        """Seconds of the latest answers."""
        good = [shot.seconds for shot in self.shots[BASELINE:] if self.kind(shot) is None]
        return statistics.median(good[-8:]) if len(good) >= 8 else 0.0

    def _slow(self, seconds: float) -> bool:
        return seconds >= max(8 * self._first(), 0.1)

    def _crawls(self) -> bool:
        """Whether it is plain that answers are held back, so that more requests show nothing new."""
        good = len(self.shots)
        return good >= 32 and self._late() >= max(20 * self._first(), 0.4)

    async def _held_back(self) -> None:
        """Single requests afterwards, to tell a limiter from a server that is busy, or slow now and then."""
        late = self._late()
        if not self._slow(late) or self.gun.left < 3:
            return
        shots = [await self.gun.fire() for _ in range(3)]
        alone = min(shot.seconds for shot in shots[1:])
        if any(self.kind(shot) not in (None, (SILENT, "")) for shot in shots) or alone < 0.04:
            return
        early = self._early()
        # one queue for all: four at once wait four times as long as one alone, which still waits
        queued = late >= 2.5 * alone and alone >= 5 * min(early)
        # each for itself: every one of the first answers was quick
        each = late >= 8 * max(early) and alone >= 4 * max(early)
        if queued or each:
            last = sorted(shot.at for shot in self.shots)[-9:]
            self.end = End.SLOWED
            self.slowdown = self._slowdown(late, alone, (len(last) - 1) / max(last[-1] - last[0], 1e-6))

    def _slowdown(self, late: float, alone: float, pace: float) -> Slowdown:
        return Slowdown(round(self._first() * 1000, 1), round(late * 1000, 1), round(alone * 1000, 1), round(pace, 2))

    # Limiters that know clients by a header alone

    async def _claiming_one_address(self) -> None:
        count = min(CONSTANT_MOST, self.gun.left - CONFIRMATION - 1)
        if count <= 0 or time.monotonic() - self.began > SECONDS:
            return
        before, sent = self.accepted, self.gun.sent
        await self._burst(self.gun.sent + count, (CLAIMED,))
        sent = self.gun.sent - sent
        status = None
        if self.key is not None and self.end is End.LIMITED:
            control = await self.gun.fire()
            if self.refused(control):
                return  # an ordinary limit, that this many requests have met
            status, self.key, self.end = self.key[0], None, End.UNLIMITED
        self.constant = Constant(CLAIMED[0], sent, self.accepted - before, status)
