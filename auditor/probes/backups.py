"""Reads the declared backup sources: dump files and pgBackRest's report."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auditor.checklist.model import BackupSources, Environment
from auditor.errors import Absent, Unavailable
from auditor.facts.backups import Backup, Backups
from auditor.model import Gap
from auditor.probes.dump_files import dump_files
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.pgdump import DumpFile, read_dump
from auditor.probes.surfaces import missing
from auditor.registry import probe

_LAST_ZONE = timedelta(hours=12)
"""Between UTC and the clock of the last place on earth where it is still the day before."""
_BEGINNING = datetime.fromtimestamp(0, UTC)
"""The time of a backup that has none."""


@probe(deadline=30.0)
async def backups(environment: Environment) -> Backups:
    """Every backup of every source in ``[env.*.backups]``."""
    if "backups" in environment.absent:
        raise Absent("backups")
    if environment.backups is None:
        raise missing(environment, "backups")
    found: list[Backup] = []
    gaps: list[Gap] = []
    names: list[str] = []
    if environment.backups.dumps:
        names.append("dump files")
        found += await in_daemon_thread(_dumps, environment.backups.dumps)
    if environment.backups.pgbackrest_info or environment.backups.pgbackrest_command:
        names.append("pgBackRest")
        try:
            found += _pgbackrest(await _pgbackrest_report(environment.backups))
        except Unavailable as unavailable:
            gaps.append(Gap("pgBackRest", unavailable.reason, unavailable.hint))
    if not names:
        raise missing(environment, "backup source (`dumps` or `pgbackrest_info`)")
    return Backups(tuple(names), tuple(found), datetime.now(UTC), tuple(gaps))


def _dumps(patterns: Iterable[str]) -> list[Backup]:
    files, unreadable = dump_files(patterns)
    return [_dump(*file) for file in files] + [
        Backup("dump", path.name, _BEGINNING, 0, False, problem) for path, problem in unreadable
    ]


def _dump(changed: float, size: int, path: Path) -> Backup:
    try:
        dump = read_dump(path)
    except OSError as error:
        dump = DumpFile(problem=f"it cannot be read: {error.strerror or error}")
    return Backup(
        "dump",
        path.name,
        _taken_at(changed, dump),
        size,
        not dump.problem,
        dump.problem,
        dump.format,
        dump.server_version,
    )


def _taken_at(changed: float, dump: DumpFile) -> datetime:
    """When a dump was made, at the latest.

    Whoever copies a file may renew its time. The time inside is local to the machine that made it: in which zone
    nobody knows, but none is more than twelve hours behind UTC.
    """
    moment = datetime.fromtimestamp(changed, UTC)
    return min(moment, dump.started.replace(tzinfo=UTC) + _LAST_ZONE) if dump.started else moment


async def _pgbackrest_report(sources: BackupSources) -> Any:
    if sources.pgbackrest_command:
        text = await _output(sources.pgbackrest_command)
    else:
        path = sources.pgbackrest_info or Path()
        try:
            text = await in_daemon_thread(path.read_bytes)
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error.strerror}", "correct `pgbackrest_info`") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unavailable("the pgBackRest report is not JSON", "save it with `pgbackrest info --output=json`") from None


async def _output(command: tuple[str, ...]) -> bytes:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        raise Unavailable(f"{command[0]} cannot be started: {error.strerror}", "install it, or name a file") from None
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Unavailable(f"{command[0]} ended with exit code {process.returncode}", "run it by hand to see why")
    return out


def _pgbackrest(report: Any) -> list[Backup]:
    """The backups of ``pgbackrest info --output=json``; a stanza in error is a bad backup of its own."""
    if not isinstance(report, list):
        raise Unavailable("the pgBackRest report has another shape", "save it with `pgbackrest info --output=json`")
    try:
        return [backup for stanza in report for backup in _stanza(stanza)]
    except (KeyError, TypeError, AttributeError, ValueError, OSError, OverflowError):
        raise Unavailable(
            "the pgBackRest report has another shape", "save it with `pgbackrest info --output=json`"
        ) from None


def _stanza(stanza: dict[str, Any]) -> Iterable[Backup]:
    name, status, rows = str(stanza["name"]), stanza["status"], stanza.get("backup") or ()
    damaged: set[str] = set()
    taken = _BEGINNING
    for row in rows:  # oldest first: what a backup builds on stands before it
        label = str(row["label"])
        taken = datetime.fromtimestamp(row["timestamp"]["stop"], UTC)
        problem = _problem(row, damaged)
        if problem:
            damaged.add(label)
        size = int((row.get("info") or {}).get("size", 0))
        kind = str(row.get("type", ""))
        yield Backup("pgbackrest", f"{name}/{label}", taken, size, not problem, problem, kind)
    if status["code"] != 0:
        yield Backup("pgbackrest", name, taken, 0, False, f"pgBackRest says of the stanza: {status['message']}")


def _problem(row: dict[str, Any], damaged: set[str]) -> str:
    if row.get("error"):
        return "pgBackRest found page errors in it"
    broken = sorted(damaged & set(map(str, row.get("reference") or ())))
    return f"it builds on {broken[0]}, in which pgBackRest found page errors" if broken else ""
