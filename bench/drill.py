"""Restore drills, small and large: ``python -m bench drill``.

Every figure is of a whole ``audit run --drill``, on a real PostgreSQL of this bench's own. Memory is the audit's: the
scratch server's is its own. ``BENCH_DRILL_TABLES`` and ``BENCH_DRILL_ROWS`` say how large the large one is.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from bench.measure import Measured, measure
from tests.probes.restore_drill.servers import DATA, Server, fill, server

TABLES = int(os.environ.get("BENCH_DRILL_TABLES", "100"))
ROWS = int(os.environ.get("BENCH_DRILL_ROWS", "10000"))
"""Of each table."""
RUNS = 3
CHECKLIST = """\
version = 1
extends = "default"
[env.bench]
absent = ["frontend", "api", "repository", "prometheus", "alertmanager", "supabase"]
database = "${{BENCH_DATABASE}}"
[env.bench.backups]
dumps = ["{dump}"]
"""
ARGUMENTS = ("--drill", "--select", "BAK030,BAK031,BAK032,BAK033", "--report", "json", "--quiet", "--fail-on", "never")
TABLE = """
create table public.t{n} (
    id bigint generated always as identity primary key, owner uuid not null default gen_random_uuid(),
    title text not null, total numeric(10, 2), created_at timestamptz not null default now(),
    constraint t{n}_total check (total >= 0));
insert into public.t{n} (title, total) select 'row ' || i || repeat(' text', 8), i from generate_series(1, {rows}) i;
create index on public.t{n} (owner);
alter table public.t{n} enable row level security;
create policy own on public.t{n} using (owner::text = current_setting('request.jwt.claims', true));
"""


def main() -> None:
    """Both sizes, and the large one as text too."""
    with tempfile.TemporaryDirectory() as folder, server() as live:
        fill(live)
        _row(f"drill, {DATA.joinpath('app.dump').stat().st_size >> 10} KB", live, DATA / "app.dump", "app", folder)
        live.run("create database large", "postgres")
        for number in range(TABLES):
            live.run(TABLE.format(n=number, rows=ROWS), "large")
        live.run("grant pg_read_all_data to auditor; alter role auditor bypassrls; analyze", "large")
        for kind, name in (("-Fc", "custom"), ("-Fp", "plain")):
            dump = Path(folder, f"{name}.dump")
            live.program("pg_dump", kind, f"--file={dump}", "large")
            size = dump.stat().st_size / 1e6
            _row(f"drill, {TABLES} tables, {TABLES * ROWS} rows, {name}, {size:.0f} MB", live, dump, "large", folder)


def _row(name: str, live: Server, dump: Path, database: str, folder: str) -> None:
    checklist = Path(folder, "checklist.toml")
    checklist.write_text(CHECKLIST.format(dump=dump))
    command = [sys.executable, "-m", "auditor", "run", "--config", checklist, "--env", "bench", *ARGUMENTS]
    measured = measure(command, RUNS, environ={"BENCH_DATABASE": live.url(database=database)})
    print(measured.row(name))
    print(f"    {_outcomes(measured)}")


def _outcomes(measured: Measured) -> str:
    report = json.loads(measured.last.output)
    found = [finding for check in report["checks"] for finding in check["findings"]]
    parts = [f"{finding['outcome']}: {finding['message']}" for finding in found]
    return "; ".join(parts)
