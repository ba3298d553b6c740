"""Sends a bounded burst to each declared endpoint and watches what stops it.

Runs last and alone: a burst uses up the limit that other probes would meet.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.policy import Endpoint, RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts
from auditor.model import Gap
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.surfaces import origin
from auditor.registry import probe

BASELINE = 3
"""Unhurried requests first: an endpoint that already refuses or breaks proves nothing."""
CONFIRMATION = 4
"""Requests after the first refusal; most must be refused too, else it was an unsteady server."""
UNSAFE_BUDGET = 10
"""Requests in all to an endpoint that is not GET or HEAD: a login attempt leaves traces (RFC 9110 section 9.2.1)."""
CONCURRENCY = 4
BURST_SECONDS = 20.0
CLOSED = 0
"""Stands for a connection that was closed without an answer."""
_REFUSALS = (429, 503, 403, 423, CLOSED)


@probe(deadline=60.0, last=2)
async def bursts(environment: Environment, policy: RateLimitPolicy, http: Http) -> Bursts:
    """One burst for each endpoint that the policy names, a very small one when it is not GET or HEAD."""
    api = origin(environment, "api")
    if not policy.endpoints:
        raise Unavailable(
            "no endpoint to send a burst to",
            'name one in [policy.rate_limiting] endpoints = ["GET /api/..."]',
        )
    found: list[Burst] = []
    gaps: list[Gap] = []
    for endpoint in policy.endpoints:
        if endpoint.method not in ("GET", "HEAD", "POST"):
            reason = f"the audit sends no burst of {endpoint.method}: it would change what it looks at"
            gaps.append(Gap(str(endpoint), reason, "name a GET of the same limiter in [policy.rate_limiting]"))
            continue
        try:
            safe = endpoint.method in ("GET", "HEAD")
            budget = policy.max_requests if safe else min(policy.max_requests, UNSAFE_BUDGET)
            found.append(await _Burst(http, api, endpoint, budget).run())
        except Unavailable as unavailable:
            gaps.append(Gap(str(endpoint), unavailable.reason, unavailable.hint))
    return Bursts(tuple(found), tuple(gaps))


@dataclass(slots=True)
class _Burst:
    http: Http
    api: str
    endpoint: Endpoint
    budget: int
    sent: int = 0
    statuses: list[int] = field(default_factory=list)
    retry_after: str = ""

    async def run(self) -> Burst:
        if self.budget <= BASELINE + CONFIRMATION:
            raise Unavailable(
                f"{self.budget} requests are too few: {BASELINE + CONFIRMATION} are needed before and after a burst",
                "raise [policy.rate_limiting] max_requests",
            )
        baseline = await self._baseline()
        started = time.monotonic()
        accepted, refused = await self._burst(baseline, started)
        seconds = time.monotonic() - started
        confirmed = refused is not None and await self._confirm(refused)
        return Burst(str(self.endpoint), baseline, self.sent, accepted, seconds, refused, confirmed, self.retry_after)

    async def _send(self) -> int:
        self.sent += 1
        try:
            # On a connection of its own: on a kept one that a server closes, the request would be sent again, and
            # the server would count it twice.
            answer = await self.http.request(
                self.endpoint.method, self.api + self.endpoint.path, max_body=65_536, deadline=10.0, keep_alive=False
            )
        except Unreachable as unreachable:
            if unreachable.kind is Failure.RESET:
                return CLOSED
            raise
        if answer.status in _REFUSALS and not self.retry_after:
            self.retry_after = answer.header("retry-after") or ""
        return answer.status

    async def _baseline(self) -> int:
        statuses = [await self._send() for _ in range(BASELINE)]
        first = statuses[0]
        if first == 429 or first >= 500 or first == CLOSED or len(set(statuses)) > 1:
            shown = ", ".join(str(status or "closed connection") for status in statuses)
            raise Unavailable(
                f"the first {BASELINE} requests already answered {shown}: there is no steady answer to compare with",
                "wait until an earlier burst is forgotten, or look at the endpoint",
            )
        return first

    async def _burst(self, baseline: int, started: float) -> tuple[int, int | None]:
        """Accepted answers, the baseline's among them, and the status of the first refusal."""
        accepted = BASELINE
        left = self.budget - BASELINE - CONFIRMATION
        while left > 0 and time.monotonic() - started < BURST_SECONDS:
            wave = min(CONCURRENCY, left)
            left -= wave
            statuses = await self._wave(wave)
            accepted += sum(status == baseline for status in statuses)
            if different := [status for status in statuses if status != baseline]:
                return accepted, next((status for status in different if status in _REFUSALS), different[0])
        return accepted, None

    async def _wave(self, size: int) -> Sequence[int]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._guarded()) for _ in range(size)]
        results = [task.result() for task in tasks]
        for result in results:
            if isinstance(result, Unavailable):
                raise result
        return [result for result in results if isinstance(result, int)]

    async def _guarded(self) -> int | Unavailable:
        try:
            return await self._send()
        except Unavailable as unavailable:
            return unavailable

    async def _confirm(self, refused: int) -> bool:
        statuses = [await self._send() for _ in range(CONFIRMATION)]
        return statuses.count(refused) >= CONFIRMATION - 1
