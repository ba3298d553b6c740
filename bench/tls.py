"""The TLS engine: one strong and one weak server, on this machine and behind a round trip of 50 ms.

``sslyze`` is measured on the same servers when it is on the PATH, or where ``SSLYZE`` names it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from auditor.probes.net.dial import Dialer
from auditor.probes.net.traffic import Traffic
from auditor.probes.tls.ask import Server
from auditor.probes.tls.scan import scan
from bench.measure import measure
from tests.probes.tls.nginx import NAME, running

_RUNS = 15
_ROUND_TRIP_MS = 50
_SERVERS = ("strong", "weak")


def main() -> None:
    """Print the table."""
    rival = os.environ.get("SSLYZE") or shutil.which("sslyze")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), trustme.CA()) as ports:
        for name in _SERVERS:
            _row(f"TLS of the {name} server", ports[name], _RUNS, rival, Path(folder))
            with _far(ports[name]) as port:
                _row(f"TLS of the {name} server, {_ROUND_TRIP_MS} ms away", port, 5, rival, Path(folder))


def _row(name: str, port: int, runs: int, rival: str | None, folder: Path) -> None:
    scans = [asyncio.run(_scan(port)) for _ in range(runs + 1)][1:]
    milliseconds = [took * 1000 for took, _ in scans]
    median = statistics.median(milliseconds)
    spread = f"{min(milliseconds):.0f}-{max(milliseconds):.0f}"
    print(f"{name:<44} {median:8.0f} ms  ({spread})  {scans[-1][1]:4d} connections, in-process")
    ours = measure(_audit(port, folder), runs=3)
    print(ours.row("  the whole process: audit run"))
    if rival:
        theirs = measure([rival, f"--json_out={folder}/sslyze.json", f"127.0.0.1:{port}"], runs=3)
        ratios = (
            f"{theirs.median / ours.median:.1f} whole process, {theirs.median * 1000 / median:.0f} of the scan alone"
        )
        print(theirs.row("  sslyze") + f"  ratio {ratios}")


async def _scan(port: int) -> tuple[float, int]:
    dialer = Dialer({NAME: "127.0.0.1"}, "", 8, Traffic(10))
    begun = time.perf_counter()
    scanned = await scan(Server(dialer, NAME, port, server_name=NAME))
    return time.perf_counter() - begun, scanned.asker.connections


def _audit(port: int, folder: Path) -> list[str]:
    file = folder / f"{port}.toml"
    file.write_text(
        f'version = 1\nextends = "default"\n[env.tls]\nabsent = ["api"]\nfrontend = "https://{NAME}:{port}"\n'
        f'[env.tls.resolve]\n"{NAME}" = "127.0.0.1"\n'
    )
    checks = "TLS010,TLS011,TLS012,TLS013,TLS014,TLS015,TLS016,TLS017,TLS018,TLS019,TLS030"
    return [sys.executable, "-m", "auditor", "run", "--config", str(file), "--env", "tls", "--select", checks]


@contextmanager
def _far(port: int) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.delay", str(port), str(_ROUND_TRIP_MS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as proxy:
        try:
            assert proxy.stdout is not None
            yield int(proxy.stdout.readline())
        finally:
            proxy.kill()
