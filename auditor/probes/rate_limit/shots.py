"""Single requests of a burst, and what became of them."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from auditor.errors import Unavailable
from auditor.facts.rate_limit import CLOSED
from auditor.probes.net.exchange import Closed
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.net.job import Headers
from auditor.probes.net.response import Response
from auditor.probes.rate_limit.bodies import Look, look

SHOT_SECONDS = 5.0
BODY_BYTES = 65_536
"""Of each answer: what is longer is cut."""

CUT, SILENT, DOWN, GARBAGE = -1, -2, -3, -4
"""Stand for a connection that was reset, no answer in time, no connection, and something that is not HTTP."""
NAMES = {
    CLOSED: "closed connections",
    CUT: "reset connections",
    SILENT: "no answer",
    DOWN: "refused connections",
    GARBAGE: "an answer that is not HTTP",
}
"""How answers that are none are called."""
_LOST = {
    Failure.RESET: CUT,
    Failure.TIMEOUT: SILENT,
    Failure.REFUSED: DOWN,
    Failure.UNREACHABLE: DOWN,
    Failure.PROTOCOL: GARBAGE,
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One request and its answer."""

    status: int
    """0 and below: there was no answer."""
    at: float
    """When it ended, by the monotonic clock."""
    seconds: float
    look: Look | None = None
    answer: Response | None = None
    failure: Unreachable | None = None


@dataclass(slots=True)
class Gun:
    """Sends requests to one endpoint, and counts them.

    Args:
        http: sends them.
        method: of each.
        url: of each.
        budget: how many may be sent.
    """

    http: Http
    method: str
    url: str
    budget: int
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    sent: int = 0
    peer: str = ""
    bytes_read: int = field(default=0)

    @property
    def left(self) -> int:
        """How many may still be sent."""
        return self.budget - self.sent

    async def fire(
        self, headers: Headers = (), *, url: str = "", max_body: int = BODY_BYTES, patience: float = 0.0
    ) -> Shot:
        """Send one request.

        Raises:
            Unavailable: the budget of the audit is used up, or this machine could not even try.
        """
        if self.left <= 0:
            raise Unavailable(f"the budget of {self.budget} requests is used up", "raise max_requests")
        self.sent += 1
        started = time.monotonic()
        try:
            # On a connection of its own: on a kept one that a server closes, the request would be sent again, and
            # the server would count it twice.
            answer = await self.http.request(
                self.method if not url else "GET",
                url or self.url,
                headers=(*self.headers, *headers),
                content=self.content if not url else None,
                max_body=max_body,
                deadline=patience or SHOT_SECONDS,
                verify=False,  # certificates are judged elsewhere
                keep_alive=False,
            )
        except Unreachable as lost:
            if lost.kind not in _LOST:
                raise
            now = time.monotonic()
            return Shot(CLOSED if isinstance(lost, Closed) else _LOST[lost.kind], now, now - started, failure=lost)
        now = time.monotonic()
        self.peer = answer.peer
        self.bytes_read += len(answer.body)
        return Shot(answer.status, now, now - started, look(answer), answer)


def is_private(peer: str) -> bool:
    """Whether an address with its port, such as ``127.0.0.1:443``, is loopback, private or otherwise not public."""
    host = peer.rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


async def all_of(*fired: Coroutine[Any, Any, Shot]) -> list[Shot]:
    """The answers to requests that are sent at once.

    Raises:
        Unavailable: the first of what went wrong, once all have ended.
    """
    shots: list[Shot] = []
    for result in await asyncio.gather(*fired, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
        shots.append(result)
    return shots
