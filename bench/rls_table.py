"""The lines of the table that :mod:`bench.rls` prints."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.measure import LIMIT, Measured

NAME = 26
"""Width of the first column."""
_COLUMNS = (
    f"{'seconds':>9}{'(runs)':>16}{'ms/table':>10}{'process s':>11}{'cpu s':>8}{'MB':>6}{'statements':>12}  findings"
)
HEAD = " " * NAME + _COLUMNS


@dataclass(frozen=True)
class Line:
    """What one thing took.

    Args:
        work: seconds of each run without the start of the process, where that is known; else with it.
        statements: sent to the database; 0 when nobody counted.
    """

    name: str
    measured: Measured
    work: Sequence[float] = ()
    tables: int = 1
    statements: int = 0
    found: str = ""

    def __str__(self) -> str:
        process = f"{self.measured.median:>11.2f}{self.measured.cpu_median:>8.2f}{self.measured.peak_mb:>6.0f}"
        line = f"{self.name:<{NAME}}{self._work():35}{process}{self.statements or '':>12}  {self.found}"
        return line.rstrip()

    def _work(self) -> str:
        if not self.work:
            return ""
        median, spread = statistics.median(self.work), f"({min(self.work):.2f}-{max(self.work):.2f})"
        return f"{median:>9.2f}{spread:>16}{median * 1000 / self.tables:>10.3f}"


def found(told: dict[str, Any]) -> str:
    """``45 fail; 900 told``, many passes in one; of trials, which find nothing by themselves, how many there were."""
    if told["trials"] and not told["findings"]:
        return ", ".join(f"{count:,} {word}" for word, count in sorted(told["trials"].items()))
    outcomes = told["findings"]
    bad = [f"{outcomes[outcome]:,} {outcome}" for outcome in ("fail", "error") if outcome in outcomes]
    return f"{' and '.join(bad) or 'no fail'}; {sum(outcomes.values()):,} told"


def details(told: dict[str, Any]) -> str:
    """Seconds of the probes, and of the slowest checks."""
    checks = sorted(told["checks"].items(), key=lambda item: -item[1])[:5]
    words = [f"{name} {seconds:.2f}" for name, seconds in (*told["probes"].items(), *checks)]
    return f"judging {told['judging']:.2f}; {', '.join(words)}"


def trouble(measured: Measured) -> str:
    """Why there are no figures."""
    run = measured.last
    if not run.finished:
        return f"did not finish within {LIMIT:.0f} s"
    lines = run.errors.strip().splitlines() or ["it found nothing"]
    return f"exit status {run.status}: {lines[-1]}"
