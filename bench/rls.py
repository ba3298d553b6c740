"""The audit of row level security on schemas of several sizes, and other auditors on the same ones.

Every figure is of a whole process, on a real PostgreSQL of this bench's own: the process with its start, and within it
the work alone. CPU and memory are the process's, not the server's.

``BENCH_RLS_TABLES`` names the sizes, ``BENCH_RLS_DETAILS=1`` shows the probes and the slowest checks, and
``bench/rls_rivals.py`` says how to have others measured.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Measured, measure
from bench.rls_audit import ENV, PARTS
from bench.rls_rivals import RUNS, Rival, rivals
from bench.rls_schema import batches
from bench.rls_table import HEAD, NAME, Line, details, found, trouble
from tests.rls.case import Case
from tests.rls.servers import Database, Server, server

SIZES = "50,1000,10000"
CHECKLIST = f"""\
version = 1
extends = "default"

[env.{ENV}]
absent = ["frontend", "api", "repository", "prometheus", "alertmanager", "supabase", "backups"]
database = "${{BENCH_DATABASE}}"
auditor_database = "${{BENCH_AUDITOR_DATABASE}}"
"""
SETTINGS = (
    # every statement in the log would slow down whoever sends many
    "alter system set log_statement = none",
    "select pg_reload_conf()",
    # so that no bucket is hidden from it
    "alter role auditor bypassrls",
)
ARGUMENTS = ("--select", "rls", "--report", "json", "--quiet", "--fail-on", "never")
COMMAND = "audit run --select rls"


@dataclass(frozen=True)
class Place:
    """A database to audit."""

    tables: int
    database: Database
    checklist: Path

    def environ(self) -> dict[str, str]:
        """What the checklist refers to."""
        return {"BENCH_DATABASE": self.database.url("app"), "BENCH_AUDITOR_DATABASE": self.database.url("auditor")}

    def measured(self, *command: str) -> Measured:
        return measure([sys.executable, "-m", *command], runs=RUNS, environ=self.environ())


def main() -> None:
    """Each size in a database of its own, one after the other."""
    sizes = [int(word) for word in os.environ.get("BENCH_RLS_TABLES", SIZES).split(",")]
    print(f"\naudit of row level security, medians of {RUNS} runs after a warm-up; fewer of what is slow")
    others = list(rivals())
    for note in (other for other in others if isinstance(other, str)):
        print(note)
    with server(18) as running:
        for setting in SETTINGS:
            running.cluster.run(setting, "postgres")
        for tables in sizes:
            with _loaded(running, tables) as place:
                _size(place, [other for other in others if isinstance(other, Rival)])


@contextmanager
def _loaded(running: Server, tables: int) -> Iterator[Place]:
    """A database with so many tables, and with the statistics that autovacuum would have made."""
    with running.database(Case(f"bench-{tables}", "", "")) as database, tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        for batch in batches(tables):
            database.run(batch)
        database.run("vacuum analyze")
        print(f"\n{tables:,} tables, made in {time.perf_counter() - started:.0f} s\n{HEAD}")
        checklist = Path(folder, "checklist.toml")
        checklist.write_text(CHECKLIST)
        yield Place(tables, database, checklist)


def _size(place: Place, others: list[Rival]) -> None:
    """Our parts, the command that people run, and the others with how many times as long as ours they took."""
    ours = {part: measured for part in PARTS if (measured := _part(place, part))}
    command = place.measured("auditor", "run", "--config", str(place.checklist), "--env", ENV, *ARGUMENTS)
    print(Line(COMMAND, command))
    if "everything" in ours:
        ours[COMMAND] = command
    ours.pop("behavioural", None)  # nobody else does that
    for other in others:
        _rival(place, other, ours)


def _part(place: Place, part: str) -> Measured | None:
    """Measures a part of our own audit and prints its line; None when a fact is missing: then no figure counts."""
    measured = place.measured("bench.rls_audit", part, str(place.checklist))
    if measured.last.status:
        print(f"{part:<{NAME}}{trouble(measured)}")
        return None
    told = [json.loads(run.output) for run in measured.runs]
    if reasons := told[-1]["missing"]:
        note = f"incomplete after {measured.last.seconds:.0f} s, {measured.peak_mb:.0f} MB"
        print(f"{part:<{NAME}}{note}", *reasons, sep="\n" + " " * NAME)
        return None
    print(Line(part, measured, [one["seconds"] for one in told], place.tables, told[-1]["statements"], found(told[-1])))
    if os.environ.get("BENCH_RLS_DETAILS"):
        print(" " * NAME + details(told[-1]))
    return measured


def _rival(place: Place, rival: Rival, ours: dict[str, Measured]) -> None:
    measured = rival.measured(place.database.url("superuser"))
    findings = rival.count(measured.last)
    if not findings:
        print(f"{rival.name:<{NAME}}{trouble(measured)}")
        return
    print(Line(rival.name, measured, measured.seconds, place.tables, found=f"{findings:,}"))
    ratios = ", ".join(f"{measured.median / one.median:.2f} {name}" for name, one in ours.items())
    if ratios:
        print(f"{'':<{NAME}}its process ÷ ours: {ratios}")
