"""``make bench``: prints a table; asserts nothing."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

AUDIT = [sys.executable, "-m", "auditor"]
RUNS = 7


@dataclass(frozen=True)
class Measured:
    """Runs of one command."""

    seconds: list[float]
    peak_mb: float

    def row(self, name: str) -> str:
        spread = f"{min(self.seconds) * 1000:.0f}-{max(self.seconds) * 1000:.0f}"
        return f"{name:<44} {statistics.median(self.seconds) * 1000:8.0f} ms  ({spread})  {self.peak_mb:6.1f} MB"


def measure(command: list[str], runs: int = RUNS, before: Callable[[], None] = lambda: None) -> Measured:
    """Run a command several times after one warm-up: wall seconds, and the peak memory of the process itself."""
    seconds: list[float] = []
    peaks: list[float] = []
    for number in range(runs + 1):
        before()
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
        if number:
            seconds.append(time.perf_counter() - started)
            peaks.append(usage.ru_maxrss / 1024)
    return Measured(seconds, max(peaks))


def startup() -> None:
    """Commands that should answer at once."""
    for arguments in (["--version"], ["list"], ["explain", "RLS001"]):
        print(measure([*AUDIT, *arguments]).row("audit " + " ".join(arguments)))
    print(measure([sys.executable, "-c", "pass"]).row("the interpreter alone"))


def lab() -> None:
    """The lab's start and the audit of both profiles."""
    from auditor.lab import Profile, running

    for profile in Profile:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            with running(profile, Path(folder)) as stack:
                ready = time.perf_counter() - started
                print(f"{f'lab {profile}: ready':<44} {ready * 1000:8.0f} ms")
                command = [*AUDIT, "run", "--config", str(stack.checklist), "--env", "lab", "--report", "json"]
                print(measure(command, runs=3).row(f"audit run, {profile} lab"))


def main() -> None:
    """Everything."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {RUNS} runs after a warm-up")
    startup()
    lab()


if __name__ == "__main__":
    main()
