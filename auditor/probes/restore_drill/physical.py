"""The drill of pgBackRest's newest backup: its files and its WAL into a scratch folder, recovered to consistency.

pgBackRest only reads its repository for this. The WAL that the backup takes is fetched before the server starts, so
that the server needs no way to the repository, and its configuration is the drill's own: nothing archives, nothing
listens, no library is loaded.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from auditor.facts.restore_drill import Drill, End, Timing
from auditor.probes.restore_drill.binaries import OLDEST, Programs, exactly, reachable
from auditor.probes.restore_drill.live import Live
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from auditor.probes.restore_drill.scratch import NO_SUPERUSER, Ended, Scratch
from auditor.probes.restore_drill.server import CONTAINED, Server

MOST_SEGMENTS = 4096
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_OURS = re.compile(
    r"--(?:no-|reset-)?(?:stanza|set|pg\d+-path|output|log-\S+?|lock-path|spool-path|type|target\S*?|delta|force"
    r"|tablespace-map\S*?|link-\S+?|archive-mode|archive-async|db-\S+?|process-max)(?:=.*)?"
)
"""Options that are the drill's to choose."""
_INCOMPATIBLE = ("incompatible", "locale", "could not load", "could not access file", "unrecognized configuration")


@dataclass(frozen=True, slots=True)
class Newest:
    """The backup that is restored, as pgBackRest reports it."""

    stanza: str
    label: str
    kind: str
    repo: int
    stopped: datetime
    size: int
    major: int
    first_wal: str
    last_wal: str


def base_command(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command of the checklist without what it asks for: program, configuration, repository.

    Raises:
        Undone: it is no plain command of pgBackRest, so that the drill cannot ask for something else.
    """
    if Path(command[0]).name != "pgbackrest" or "info" not in command:
        raise Undone(
            f"the checklist's command begins with {Path(command[0]).name}, so the drill cannot restore with it",
            'run the audit where pgBackRest is: command = ["pgbackrest", "info", "--output=json"]',
        )
    return (command[0], *(part for part in command[1:] if part != "info" and not _OURS.fullmatch(part)))


def newest(report: Any, cluster: str) -> Newest:
    """The newest backup of the stanza of the live cluster; of another one when that has none.

    Args:
        report: what ``pgbackrest info --output=json`` says.
        cluster: the system identifier of the live cluster; empty when it is not known.

    Raises:
        NotRestored: there is none.
        Undone: the report has another shape.
    """
    try:
        found = [one for stanza in report for one in _backups(stanza)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError):
        raise Undone("pgBackRest's report has another shape", "use pgBackRest 2.32 or newer") from None
    if not found:
        raise NotRestored("pgBackRest has no backup")
    own = [one for system, one in found if system == cluster]
    return max(own or [one for _, one in found], key=lambda one: one.stopped)


def _backups(stanza: dict[str, Any]) -> Iterator[tuple[str, Newest]]:
    clusters = {(db["repo-key"], db["id"]): db for db in stanza.get("db") or ()}
    for row in stanza.get("backup") or ():
        key = row["database"]["repo-key"]
        cluster = clusters[key, row["database"]["id"]]
        first, last = str(row["archive"]["start"]), str(row["archive"]["stop"])
        if not (_SEGMENT.fullmatch(first) and _SEGMENT.fullmatch(last)):
            raise ValueError(first)
        yield (
            str(cluster["system-id"]),
            Newest(
                str(stanza["name"]),
                str(row["label"]),
                str(row.get("type", "")),
                int(key),
                datetime.fromtimestamp(int(row["timestamp"]["stop"]), UTC),
                int((row.get("info") or {}).get("size", 0)),
                int(str(cluster["version"]).split(".")[0]),
                first,
                last,
            ),
        )


def segments(first: str, last: str, size: int) -> Iterator[str]:
    """The names of WAL segments from one to another, on one timeline.

    Args:
        first: such as ``000000010000000000000003``: timeline, and the two halves of the number.
        last: the last one.
        size: bytes of a segment. Source: XLogFileName in xlog_internal.h.
    """
    each = (1 << 32) // size
    at, end = (int(name[8:16], 16) * each + int(name[16:], 16) for name in (first, last))
    for number in range(at, min(end, at + MOST_SEGMENTS) + 1):
        yield f"{first[:8]}{number // each:08X}{number % each:08X}"


async def drill_pgbackrest(
    command: tuple[str, ...],
    installed: tuple[Programs, ...],
    live: Live,
    scratch: Scratch,
    told: Callable[[Drill], None],
) -> tuple[Server, str]:
    """Restore the newest backup.

    Args:
        command: of the checklist.
        installed: programs to recover with.
        live: the live database.
        scratch: a folder for it.
        told: given what is known so far, each time when there is more.

    Returns:
        The server, and the name of its superuser.

    Raises:
        NotRestored: the backup is to blame.
        Undone: the drill is.
    """
    told(Drill("pgbackrest", "pgBackRest", End.UNDONE))
    tool = _Tool(base_command(command), scratch)
    backup = newest(await tool.report(), live.cluster)
    drill = Drill(
        "pgbackrest", f"{backup.stanza}/{backup.label}", End.UNDONE, taken_at=backup.stopped, size_bytes=backup.size,
        format=backup.kind,
    )  # fmt: skip
    told(drill)
    if backup.size > scratch.max_disk:
        raise Undone(
            f"the backup takes {backup.size / 1e6:.0f} MB of disk, and a drill may {scratch.max_disk / 1e6:.0f} MB",
            "raise drill_max_disk in [policy.backups]",
        )
    if backup.major < OLDEST:
        raise Undone(
            f"it is of PostgreSQL {backup.major}, and a drill recovers {OLDEST} and newer", "update PostgreSQL"
        )
    programs = exactly(installed, backup.major, f"it is of PostgreSQL {backup.major}, and takes the same")
    server = Server(scratch, reachable(programs, scratch), programs.major)
    drill = replace(drill, restored_with=str(programs), contained=_contained(scratch))
    told(drill)
    started = time.monotonic()
    await tool.restore(backup, server.data)
    control = await _control(server)
    drill = replace(drill, cluster=control.get("Database system identifier", ""))
    told(drill)
    wal = await tool.fetch(backup, server.data, int(control.get("Bytes per WAL segment", "16777216")))
    restored = time.monotonic()
    _configure(server)
    admin = await _recover(server, live, wal)
    timing = Timing(round(time.monotonic() - restored, 3), round(restored - started, 3))
    told(replace(drill, end=End.RESTORED, timing=timing, database=live.name))
    return server, admin


def _contained(scratch: Scratch) -> tuple[str, ...]:
    """The one who looks is the superuser here: nobody restores by statements."""
    return (*(one for one in scratch.contained if one != NO_SUPERUSER), "archive_mode=off", "no library is loaded")


class _Tool:
    """pgBackRest, which reads its repository and writes into the scratch folder."""

    def __init__(self, base: tuple[str, ...], scratch: Scratch) -> None:
        self.base, self.scratch = base, scratch

    async def _run(self, *arguments: str | Path) -> Ended:
        given = {name: value for name, value in os.environ.items() if name.startswith(("PGBACKREST_", "HOME", "AWS_"))}
        quiet = ("--log-level-file=off", "--log-level-console=off", "--log-level-stderr=error")
        return await self.scratch.run((*self.base, *quiet, *arguments), env=given, walled=False)

    async def report(self) -> Any:
        ended = await self._run("--output=json", "info")
        try:
            return json.loads(ended.output)
        except ValueError:
            raise Undone(f"pgBackRest tells of no backups: {_last(ended)}", "run its command by hand") from None

    def _places(self, backup: Newest, data: Path) -> tuple[str, ...]:
        root = self.scratch.root
        return (
            f"--stanza={backup.stanza}",
            f"--repo={backup.repo}",
            f"--pg1-path={data}",
            f"--lock-path={root / 'lock'}",
        )

    async def restore(self, backup: Newest, data: Path) -> None:
        tablespaces = _folder(self.scratch.home / "tablespaces")
        _folder(data)
        options = (
            f"--set={backup.label}",
            f"--tablespace-map-all={tablespaces}",
            "--type=immediate",
            "--process-max=2",
        )
        ended = await self._run(*self._places(backup, data), *options, "restore")
        if ended.status:
            raise self._why(ended)
        _hand_over(self.scratch, data, tablespaces)

    async def fetch(self, backup: Newest, data: Path, size: int) -> Path:
        """The WAL that was written while the backup was made, without which it is not consistent."""
        wal = _folder(self.scratch.home / "wal")
        for name in segments(backup.first_wal, backup.last_wal, size):
            ended = await self._run(*self._places(backup, data), "--no-archive-async", "archive-get", name, wal / name)
            if ended.status == 1:
                raise NotRestored(f"the WAL segment {name}, which it takes, is not in the archive")
            if ended.status:
                raise self._why(ended)
        _hand_over(self.scratch, wal)
        return wal

    def _why(self, ended: Ended) -> Undone | NotRestored:
        said = _last(ended)
        if "no space left" in said.lower():
            return self.scratch.full()
        if "[027]" in said or "[029]" in said or "checksum" in said.lower() or "missing" in said.lower():
            return NotRestored(f"pgBackRest cannot restore it: {said}")
        return Undone(f"pgBackRest ended with status {ended.status}: {said}", "run its restore by hand to see why")


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700)
    return path


def _last(ended: Ended) -> str:
    lines = [line.strip() for line in ended.messages.splitlines() if line.strip()]
    return (lines[0] if lines else f"status {ended.status} without a word")[:300]


def _hand_over(scratch: Scratch, *folders: Path) -> None:
    for folder in folders:
        scratch.give(folder, *folder.rglob("*"))


async def _control(server: Server) -> dict[str, str]:
    """What pg_controldata says, by the words before its colons."""
    ended = await server.scratch.run((server.programs / "pg_controldata", server.data))
    if ended.status:
        raise NotRestored(f"its control file cannot be read: {_last(ended)}")
    pairs = (line.partition(":") for line in ended.output.decode("utf-8", "replace").splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _configure(server: Server) -> None:
    """The drill's own configuration in place of the backup's, which names production's archive and its libraries."""
    for name in ("postgresql.auto.conf", "postgresql.conf", "recovery.signal"):
        file = server.data / name
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        server.scratch.give(file)
    for name in ("standby.signal", "postmaster.pid"):
        (server.data / name).unlink(missing_ok=True)
    for slot in (server.data / "pg_replslot").glob("*"):
        shutil.rmtree(slot)
    access = server.scratch.home / "pg_hba.conf"
    access.write_text("local all all trust\n")
    identity = server.scratch.home / "pg_ident.conf"
    identity.touch()
    server.scratch.give(access, identity)


async def _recover(server: Server, live: Live, wal: Path) -> str:
    settings: Mapping[str, str] = {
        **CONTAINED,
        "hba_file": str(server.scratch.home / "pg_hba.conf"),
        "ident_file": str(server.scratch.home / "pg_ident.conf"),
        "hot_standby": "off",
        "restore_command": f'cp "{wal}/%f" "%p"',
        "recovery_target": "immediate",
        "recovery_target_action": "promote",
        "recovery_target_timeline": "current",
        **({"event_triggers": "off"} if server.major >= 17 else {}),
    }
    try:
        await server.start(settings)
    except Undone as undone:
        if server.scratch.end_of_server() and not any(word in undone.reason for word in (*_INCOMPATIBLE, "disk of")):
            raise NotRestored(f"the server does not recover from it: {undone.reason}") from None
        raise
    return await _superuser(server, live)


async def _superuser(server: Server, live: Live) -> str:
    """Its name, which only the cluster itself can tell. Source: BOOTSTRAP_SUPERUSERID is 10."""
    said = ""
    for user in dict.fromkeys(name for name in (live.user, "postgres", *live.roles) if name):
        for database in dict.fromkeys((live.name or "postgres", "postgres")):
            try:
                async with await psycopg.AsyncConnection.connect(server.dsn(user, database)) as connection:
                    row = await (
                        await connection.execute("select rolname::text from pg_roles where oid = 10")
                    ).fetchone()
                    return str(row[0]) if row else user
            except psycopg.OperationalError as error:
                said = str(error).strip().splitlines()[-1][:300]
    raise Undone(f"nobody can log in at the recovered server: {said}", "name the live database in the checklist")
