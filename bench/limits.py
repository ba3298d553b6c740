"""The burst: how long it takes against a server on 127.0.0.1, and behind 50 ms round trips."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.checklist.model import Environment, NetworkSettings
from auditor.facts.policy import Endpoint, Rate, RateLimitPolicy
from auditor.facts.rate_limit import Burst
from auditor.probes.capabilities import open_capabilities
from auditor.probes.net.http import Http
from auditor.probes.net.traffic import Traffic
from auditor.probes.rate_limit import bursts

RUNS = 5
POLICY = RateLimitPolicy((Endpoint("GET", "/api/list"),), Rate(100, 60), 210, trust_private_peer=True)


class Server:
    """Answers so many requests, then refuses; each answer takes a pause, as a round trip would."""

    def __init__(self, limit: int, pause: float) -> None:
        self.limit, self.pause, self.requests = limit, pause, 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        status = b"200 OK" if self.requests <= self.limit else b"429 Too Many Requests"
        await asyncio.sleep(self.pause)
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\n[]")
        await writer.drain()
        writer.close()


async def audit(limit: int, pause: float) -> Burst:
    """One burst against a server of its own."""
    held = Server(limit, pause)
    listening = await asyncio.start_server(held.answer, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        network = NetworkSettings(source_address="127.0.0.2")
        environment = Environment("bench", api=f"http://127.0.0.1:{port}", network=network)
        traffic = Traffic(2000)
        async with open_capabilities(environment, traffic) as given:
            http = given[Http]
            assert isinstance(http, Http)
            found = await bursts(environment, POLICY, http, traffic)
    return found.bursts[0]


@contextmanager
def _clock(taken: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    taken.append(time.perf_counter() - began)


def main() -> None:
    """Print the medians."""
    for label, limit, pause in (
        ("a limit of 100", 100, 0.0),
        ("no limit", 10_000, 0.0),
        ("a limit of 100, answers after 50 ms", 100, 0.05),
        ("no limit, answers after 50 ms", 10_000, 0.05),
    ):
        taken: list[float] = []
        for _ in range(RUNS):
            with _clock(taken):
                found = asyncio.run(audit(limit, pause))
        print(
            f"{f'burst: {label}':<44} {statistics.median(taken) * 1000:8.0f} ms, "
            f"{found.sent} requests, {found.accepted} accepted"
        )
