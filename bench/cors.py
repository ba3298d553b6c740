"""CORS: everything that is asked of one route, on this machine and behind a round trip of 50 ms."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.checklist.model import Environment
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.facts.routes import ApiRoutes
from auditor.probes.capabilities import open_capabilities
from auditor.probes.cors import cors_answers
from auditor.probes.net.http import Http
from auditor.probes.net.traffic import Traffic

_RUNS = 15
_ROUND_TRIP_MS = 50
_APP = "https://app.example.com"
_SERVER = f"""
import socket, uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["{_APP}"], allow_credentials=True)
app.get("/api/me")(lambda: dict(id=1))
listener = socket.create_server(("127.0.0.1", 0), backlog=256)
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run([listener])
"""


def main() -> None:
    """Print the medians."""
    with _started([sys.executable, "-c", _SERVER]) as port:
        _row("CORS of one group of routes", port, _RUNS)
        with _started([sys.executable, "-m", "bench.delay", str(port), str(_ROUND_TRIP_MS)]) as far:
            _row(f"CORS of one group, {_ROUND_TRIP_MS} ms away", far, 5)


def _row(name: str, port: int, runs: int) -> None:
    taken = [asyncio.run(_ask(port)) for _ in range(runs + 1)][1:]
    milliseconds = [seconds * 1000 for seconds, _ in taken]
    spread = f"{min(milliseconds):.0f}-{max(milliseconds):.0f}"
    print(f"{name:<44} {statistics.median(milliseconds):8.0f} ms  ({spread})  {taken[-1][1]:4d} requests, in-process")


async def _ask(port: int) -> tuple[float, int]:
    traffic = Traffic(1000)
    environment = Environment("bench", api=f"http://127.0.0.1:{port}")
    async with open_capabilities(environment, traffic) as given:
        begun = time.perf_counter()
        policy = CorsPolicy((_APP,), (Endpoint("GET", "/api/me"),))
        await cors_answers(environment, policy, ApiRoutes(""), given[Http])
        return time.perf_counter() - begun, traffic.requests


@contextmanager
def _started(command: list[str]) -> Iterator[int]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
