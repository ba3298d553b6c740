"""Servers on 127.0.0.1 that limit, or do not, each in one way; and the audit of one."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from auditor.checklist.model import NetworkSettings
from auditor.facts.policy import Endpoint, RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts
from auditor.facts.routes import ApiRoutes
from auditor.probes.rate_limit import measure
from checks.rate_limiting.burst_is_limited import burst_is_limited
from checks.rate_limiting.limit_as_promised import limit_as_promised
from checks.rate_limiting.limit_not_spoofable import limit_not_spoofable
from tests.probes.net.servers import read_request, reset, serve
from tests.probes.stand import CLOSE, HANG, RESET, answer, way

LIST = Endpoint("GET", "/api/list")
OK = answer(200, '[{"id": 1}]', Content_Type="application/json")
REFUSED = answer(429, "slow down", Retry_After="60")
SLOW, BLOCK = b"(after a while)", b"(endless)"
NO_ROUTES = ApiRoutes("")


@dataclass(frozen=True)
class Got:
    """A request that a server got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    number: int
    """From 1, on all paths."""
    at: float


Respond = Callable[[Got], bytes | Awaitable[bytes]]


@dataclass
class Seen:
    port: int = 0
    got: list[Got] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    peak: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def limiter(respond: Respond):
    """Answer by a function of the request; coroutines may take their time."""
    seen, under_way = Seen(), 0

    async def handler(reader, writer):
        nonlocal under_way
        line, headers, body = await read_request(reader)
        method, path, _ = line.split(" ", 2)
        got = Got(method, path, headers, body, len(seen.got) + 1, time.monotonic())
        seen.got.append(got)
        under_way += 1
        seen.peak = max(seen.peak, under_way)
        try:
            data = respond(got)
            data = data if isinstance(data, bytes) else await data
        finally:
            under_way -= 1
        if data == HANG:
            while await reader.read(65536):
                pass
        if data == RESET:
            reader.feed_data(b"\r\n\r\n")
            await reset(reader, writer)
        if data == BLOCK:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        if data in (HANG, RESET):
            return
        if data == CLOSE:
            writer.close()
            await writer.wait_closed()
            return
        seen.statuses[data[9:12].decode()] += 1
        writer.write(data)
        await writer.drain()
        writer.close()  # in order: a cut connection would lose the answer
        await writer.wait_closed()

    async with serve(handler) as server:
        seen.port = server.port
        yield seen


@dataclass(frozen=True)
class Audit:
    """What an audit of one server found."""

    bursts: Bursts
    policy: RateLimitPolicy
    seen: Seen | None = None

    @property
    def burst(self) -> Burst:
        assert self.bursts.gaps == (), self.bursts.gaps
        [one] = self.bursts.bursts
        return one

    @property
    def gap(self) -> str:
        assert self.bursts.bursts == ()
        [gap] = self.bursts.gaps
        return gap.reason

    def _outcomes(self, check) -> str:
        found = [str(one.outcome) for one in check(self.bursts, self.policy)]
        return " ".join([*found, *("error" for _ in self.bursts.gaps)])

    @property
    def limited(self) -> str:
        """RATE001."""
        return self._outcomes(burst_is_limited)

    @property
    def promised(self) -> str:
        """RATE002."""
        return self._outcomes(limit_as_promised)

    @property
    def spoofable(self) -> str:
        """RATE003."""
        return self._outcomes(limit_not_spoofable)


async def burst_at(origin: str, policy: RateLimitPolicy, routes=NO_ROUTES, *, audit_budget=2000, before=0, **values):
    """The probe, from an address that no server takes for its own proxy."""
    values = {"network": NetworkSettings(source_address="127.0.0.2"), **values}
    async with way(api=origin, budget=audit_budget, **values) as to:
        for _ in range(before):
            await to.http.get(origin + "/other", keep_alive=False)
        sent = to.traffic.requests
        found = await measure(to.environment, policy, routes, to.http, to.traffic)
        return found, to.traffic.requests - sent


def audit(respond: Respond, *endpoints: Endpoint, routes=NO_ROUTES, audit_budget=2000, before=0, **policy) -> Audit:
    """Audit a server that answers by a function; without endpoints, the audit chooses."""
    declared = RateLimitPolicy(endpoints, **policy)

    async def main():
        async with limiter(respond) as seen:
            found, sent = await burst_at(seen.origin, declared, routes, audit_budget=audit_budget, before=before)
            await asyncio.sleep(0)
            # counted at the server: what the audit says it has sent is what came
            assert sent == len(seen.got) - before == sum(one.sent for one in found.bursts) or found.gaps
            for endpoint in declared.endpoints:
                count = sum(got.path == endpoint.path and got.method == endpoint.method for got in seen.got)
                assert count <= declared.max_requests
            return Audit(found, declared, seen)

    return run_quietly(main())


def run_quietly(coroutine):
    return asyncio.run(coroutine)


def after(accepted: int, refusal: bytes = REFUSED, usual: bytes = OK) -> Respond:
    """A limiter of so many requests in all, whoever sends them."""
    return lambda got: usual if got.number <= accepted else refusal


def fixed(
    count: int, *, key=lambda got: "", refusal: bytes = REFUSED, usual: bytes = OK, sends=lambda _: {}
) -> Respond:
    """A limiter by key, of one window that does not end."""
    counts: Counter = Counter()

    def respond(got: Got) -> bytes:
        name = key(got)
        counts[name] += 1
        return usual if counts[name] <= count else refusal

    return respond


def data(value: object, status: int = 200, **headers: str) -> bytes:
    """A JSON answer."""
    return answer(status, json.dumps(value), Content_Type="application/json", **headers)
