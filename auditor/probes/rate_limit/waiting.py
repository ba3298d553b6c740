"""Waits, once, until a limit that the audit's own probes have used up allows more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from auditor.facts.rate_limit_headers import advertised, retry_after
from auditor.probes.net.traffic import Traffic
from auditor.probes.rate_limit.shots import Shot

LONGEST_SECONDS = 65.0
"""In all: most limits are counted by the minute."""
STEPS = (3.0, 12.0, 47.0)
"""Seconds from one try to the next, where a refusal does not say for how long it holds."""
SOON = 10.0
"""Seconds: who wants to be left alone for longer may be out of order."""
_MORE = 0.5
"""Servers round down."""


def said_by(shot: Shot) -> float | None:
    """For how many seconds a refusal holds, as it says itself; None: it does not."""
    if shot.answer is None:
        return None
    now = time.time()
    said = shot.answer.header("retry-after")
    wait = retry_after(said, now) if said else None
    if wait is not None:
        return wait
    resets = [one.reset_s for one in advertised(shot.answer.headers, now) if one.reset_s and one.remaining == 0]
    return min(resets, default=None)


class Patience:
    """What may be waited for, in an audit.

    Args:
        traffic: how the host has answered the other probes.
        host: the name that is asked.
    """

    def __init__(self, traffic: Traffic, host: str) -> None:
        self.refusals = traffic.refusals_by_host.get(host)
        self.used_up = (self.refusals.after if self.refusals else traffic.answers_by_host[host]) > 0
        """Whether it accepted some requests first: who refuses from the first on is no limiter that will allow more."""
        self.waited = 0.0

    async def until_said(self) -> None:
        """Wait until the time that the last refusal has named, if that is soon."""
        if not self.refusals or not self.used_up:
            return
        wait = retry_after(self.refusals.retry_after, time.time()) if self.refusals.retry_after else None
        left = (wait or 0.0) - (time.monotonic() - self.refusals.at)
        if left > 0:
            await self._wait(left + _MORE)

    async def until_allowed(self, shot: Shot, ask: Callable[[], Awaitable[Shot]]) -> Shot:
        """Ask again, later and later, until something else than the refusal comes; the last answer.

        A breakdown, which may be over, is waited for but shortly, and once.

        Args:
            shot: the refusal.
            ask: sends one more request.
        """
        status = shot.status
        patient = status == 429 and self.used_up
        for step in STEPS if patient else STEPS[:1]:
            said = said_by(shot)
            pause = step if said is None else said + _MORE
            if (not patient and pause > SOON) or not await self._wait(pause):
                break
            shot = await ask()
            if shot.status != status:
                break
        return shot

    async def _wait(self, seconds: float) -> bool:
        if self.waited + seconds > LONGEST_SECONDS:
            return False
        self.waited += seconds
        await asyncio.sleep(seconds)
        return True
