"""Other auditors of row level security, measured on the same databases where they are at hand.

``SPLINTER_SQL`` names a copy of supabase/splinter's ``splinter.sql``; ``pgrls`` is on the PATH, or ``PGRLS`` names it.
Both look as superuser, and at the schema public: splinter finds nothing unless ``pgrst.db_schemas`` says so.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure import LIMIT, Measured, Run, measure

RUNS = 3
# a backend does not notice that its client was killed
_OPTIONS = {"PGOPTIONS": f"-c pgrst.db_schemas=public -c statement_timeout={LIMIT:.0f}s"}


@dataclass(frozen=True)
class Rival:
    """A command that audits the database of a URL."""

    name: str
    command: Callable[[str], list[str]]
    findings: Callable[[Run], int]
    statuses: tuple[int, ...] = (0,)
    """Of runs that came to an end."""

    def measured(self, url: str) -> Measured:
        """Runs it on the database of a URL."""
        return measure(self.command(url), runs=RUNS, environ=_OPTIONS)

    def count(self, run: Run) -> int:
        """How many findings a run had; 0 when it failed."""
        return self.findings(run) if run.status in self.statuses else 0


def rivals() -> Iterator[Rival | str]:
    """Those that are there; for the others what it would take."""
    yield _splinter()
    yield _pgrls()


def _splinter() -> Rival | str:
    script = os.environ.get("SPLINTER_SQL", "")
    if not Path(script).is_file():
        return "splinter: not measured; SPLINTER_SQL names no file"
    if not (psql := shutil.which("psql")):
        return "splinter: not measured; there is no psql"
    # one transaction: the script sets its search_path with `set local`; records end with a zero byte
    options = ["-X", "-q", "-A", "-t", "-0", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-f", script]
    return Rival("splinter.sql", lambda url: [psql, *options, url], lambda run: run.output.count("\0"))


def _pgrls() -> Rival | str:
    program = shutil.which(os.environ.get("PGRLS") or "pgrls")
    if not program:
        return "pgrls: not measured; it is not on the PATH, and PGRLS names no program"
    options = ["lint", "--schemas", "public", "--format", "json", "--database-url"]
    return Rival("pgrls lint", lambda url: [program, *options, url], _violations, (0, 1))


def _violations(run: Run) -> int:
    return len(json.loads(run.output)["violations"])
