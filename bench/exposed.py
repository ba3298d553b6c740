"""Files that should not be served: requests, time near and far, false alarms where everything is answered."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from auditor.facts.exposed_files import ExposedFiles
from auditor.probes.exposed_files import exposed_files
from bench.measure import RUNS
from tests.probes.nginx import nginx
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.paths.samples import samples
from tests.probes.stand import site, way

FAR_MS = 50


async def _gather(origin: str) -> ExposedFiles:
    async with way(frontend=origin, absent=frozenset({"api"})) as to:
        return await exposed_files(to.environment, to.http)


@contextlib.contextmanager
def _far(port: int):
    words = [sys.executable, "-m", "bench.delay", str(port), str(FAR_MS)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as proxy:
        yield int(proxy.stdout.readline())
        proxy.stdin.close()


def _row(label: str, port: int) -> ExposedFiles:
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        fact = asyncio.run(_gather(f"http://127.0.0.1:{port}"))
        seconds.append(time.perf_counter() - started)
    found, requests = len(fact.exposures), fact.origins[0].requests
    print(f"{label:<44} {statistics.median(seconds) * 1000:8.0f} ms, {requests} requests, {found} files found")
    return fact


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("clean", "open", "samples"):
            (home / name).mkdir()
        files = samples(home / "samples")
        for path, content in files.items():
            place = home / "open" / path[1:]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        for name in ("clean", "open"):
            (home / name / "index.html").write_text("<!doctype html><p>hello")
        servers = " ".join(
            f'server {{ listen @{n}@; root "{home / name}"; }}' for n, name in enumerate(("clean", "open"))
        )
        with nginx(home, servers, ports=2) as (clean, everything):
            for label, port in (("nginx, nothing to find", clean), (f"nginx, all {len(files)} files", everything)):
                _row(label, port)
                with _far(port) as far:
                    _row(f"{label}, {FAR_MS} ms away", far)
    asyncio.run(_catch_alls())


async def _catch_alls() -> None:
    alarms = {name: await _alarms(respond) for name, respond in CATCH_ALLS.items()}
    told = ", ".join(f"{name} {count}" for name, count in alarms.items() if count) or "none"
    print(f"{f'false alarms, {len(alarms)} kinds of catch-all':<44} {sum(alarms.values()):8d} ({told})")


async def _alarms(respond) -> int:
    async with site(respond) as server:
        fact = await _gather(server.origin())
    return len(fact.exposures) + sum(len(tally.untold) for tally in fact.tallies)
