"""Reads the declared backup sources: dump files and pgBackRest's report."""

from __future__ import annotations

import asyncio
import glob
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.checklist.model import BackupSources, Environment
from auditor.errors import Absent, Unavailable
from auditor.facts.backups import Backup, Backups
from auditor.model import Gap
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.pgdump import DumpFile, read_dump
from auditor.probes.surfaces import missing
from auditor.registry import probe

_MANY = 1000
"""Dump files that are read, newest first."""


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
    paths = {Path(name) for pattern in patterns for name in glob.glob(pattern, recursive=True)}  # noqa: PTH207
    files = [path for path in paths if path.is_file()]
    newest_first = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)
    return [_dump(path) for path in newest_first[:_MANY]]


def _dump(path: Path) -> Backup:
    status = path.stat()
    # A dump's own clock has no time zone: the file's is the one to trust.
    taken = datetime.fromtimestamp(status.st_mtime, UTC)
    try:
        dump = read_dump(path)
    except OSError as error:
        dump = DumpFile(problem=f"it cannot be read: {error.strerror or error}")
    return Backup(
        "dump", path.name, taken, status.st_size, not dump.problem, dump.problem, dump.format, dump.server_version
    )


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
    except ValueError:
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
    if process.returncode:
        raise Unavailable(f"{command[0]} ended with exit code {process.returncode}", "run it by hand to see why")
    return out


def _pgbackrest(report: Any) -> list[Backup]:
    """The backups of ``pgbackrest info --output=json``; a stanza in error is a bad backup of its own."""
    if not isinstance(report, list):
        raise Unavailable("the pgBackRest report has another shape", "save it with `pgbackrest info --output=json`")
    try:
        return [backup for stanza in report for backup in _stanza(stanza)]
    except (KeyError, TypeError, ValueError, OSError, OverflowError):
        raise Unavailable(
            "the pgBackRest report has another shape", "save it with `pgbackrest info --output=json`"
        ) from None


def _stanza(stanza: dict[str, Any]) -> Iterable[Backup]:
    for row in stanza.get("backup") or ():
        damaged = bool(row.get("error"))
        yield Backup(
            "pgbackrest",
            f"{stanza['name']}/{row['label']}",
            datetime.fromtimestamp(row["timestamp"]["stop"], UTC),
            int(row.get("info", {}).get("size", 0)),
            not damaged,
            "pgBackRest found page errors in it" if damaged else "",
            str(row.get("type", "")),
        )
