"""Runs whole processes and tells what they took."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
RUNS = 7
LIMIT = 180.0
"""Seconds for one run."""
BUDGET = 60.0
"""Seconds after which no further run of a command is begun."""
_KILLED = -9


@dataclass(frozen=True)
class Run:
    """One run of a command."""

    seconds: float
    cpu_seconds: float
    """Of the process, and not of a server that it asks. On a machine that others use too, this one tells more."""
    peak_mb: float
    status: int
    output: str
    errors: str

    @property
    def finished(self) -> bool:
        """Whether it ended by itself."""
        return self.status != _KILLED


@dataclass(frozen=True)
class Measured:
    """Runs of one command."""

    runs: list[Run]

    @property
    def seconds(self) -> list[float]:
        return [run.seconds for run in self.runs]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def cpu_median(self) -> float:
        return statistics.median(run.cpu_seconds for run in self.runs)

    @property
    def peak_mb(self) -> float:
        return max(run.peak_mb for run in self.runs)

    @property
    def last(self) -> Run:
        return self.runs[-1]

    def row(self, name: str) -> str:
        spread = f"{min(self.seconds) * 1000:.0f}-{max(self.seconds) * 1000:.0f}"
        return f"{name:<44} {self.median * 1000:8.0f} ms  ({spread})  {self.peak_mb:6.1f} MB"


def run_once(command: Sequence[str | Path], limit: float = LIMIT, environ: Mapping[str, str] | None = None) -> Run:
    """Run a command: wall seconds, and the peak memory of the process itself."""
    with tempfile.TemporaryDirectory() as folder:
        result, output, errors = (Path(folder, name) for name in ("result", "output", "errors"))
        with output.open("wb") as out, errors.open("wb") as err:
            launched = [*LAUNCHER, result, str(limit), *command]
            subprocess.run(launched, check=True, stdout=out, stderr=err, env={**os.environ, **(environ or {})})
        seconds, cpu, peak, status = result.read_text().split()
        texts = (file.read_text(errors="replace") for file in (output, errors))
        return Run(float(seconds), float(cpu), int(peak) / 1024, int(status), *texts)


def measure(
    command: Sequence[str | Path],
    runs: int = RUNS,
    before: Callable[[], None] = lambda: None,
    environ: Mapping[str, str] | None = None,
) -> Measured:
    """Run a command several times after one warm-up; a slow one less often, one that does not finish once."""
    done: list[Run] = []
    with tempfile.TemporaryDirectory() as bytecode:
        # an installed package has its bytecode; here the warm-up writes it
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": bytecode}
        for _ in range(runs + 1):
            before()
            done.append(run_once(command, environ={**(environ or {}), **kept}))
            if not done[-1].finished or sum(run.seconds for run in done) > BUDGET:
                break
    return Measured(list(_counted(done)))


def _counted(done: list[Run]) -> Iterator[Run]:
    """All but the warm-up, unless there is nothing else."""
    yield from done[1:] or done
