"""Reads the logs of the checklist, and looks in them for what the audit itself has just done."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from auditor.checklist.model import Environment, LogSources
from auditor.errors import Absent, Unavailable
from auditor.facts.log_files import LogFiles, LogSource, Trace
from auditor.probes.audit_logs import commands, files, moments
from auditor.probes.audit_logs.reading import Reader, lines_with
from auditor.probes.audit_logs.requests import request_of
from auditor.probes.net.http import Http
from auditor.probes.net.login import APPLICATION_NAME
from auditor.probes.net.postgres import QueryFailed
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.secrets.known import known_values
from auditor.probes.secrets.scanner import Scanner
from auditor.probes.secrets.search import Limits
from auditor.probes.surfaces import Databases, missing, origin
from auditor.registry import probe

T = TypeVar("T")
Sent = tuple[str, tuple[int, ...]]
"""What marks the audit's own requests, and how they were answered."""

KINDS = ("database", "application")
SECONDS = 15.0
"""For reading."""
PATIENCE_SECONDS = 3.0
"""That a line may take to get into its file."""
_PAUSE_SECONDS = 0.1
_NEW_BYTES = 2_000_000
_FOLLOWED = 5
"""Files of a pattern, the newest, in which new lines are looked for."""
_SESSION = "select pg_catalog.pg_backend_pid(), pg_catalog.current_setting('log_connections')"
_SINCE = """
select pg_catalog.to_timestamp((c.system_identifier >> 32)::double precision) from pg_catalog.pg_control_system() c
"""
# the upper half of the identifier is when initdb made the cluster, in seconds since 1970


@dataclass(slots=True)
class Followed:
    """The newest files of some patterns, and what is appended to them from now on."""

    patterns: tuple[str, ...]
    sizes: dict[tuple[int, int], int] = field(default_factory=dict)
    """By device and inode, the bytes that are not new: a file that is renamed stays the same one."""

    def start(self) -> None:
        """Everything that is there now is old."""
        found, _ = files.find(self.patterns)
        self.sizes = {(one.status.st_dev, one.status.st_ino): one.status.st_size for one in found}

    def appended(self) -> list[tuple[Path, bytes]]:
        """What has been written since the last call, file by file. A line that is not whole yet comes again."""
        new: list[tuple[Path, bytes]] = []
        found, _ = files.find(self.patterns)
        for one in found[:_FOLLOWED]:
            key = (one.status.st_dev, one.status.st_ino)
            known = self.sizes.get(key, 0)
            if known > one.status.st_size:  # it was truncated: all of it is new
                known = 0
            known = max(known, one.status.st_size - _NEW_BYTES)
            if data := files.since(one.path, known, _NEW_BYTES):
                self.sizes[key] = known + data.rfind(b"\n") + 1
                new.append((one.path, data))
        return new


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command printed."""

    name: str = ""
    """The program; empty when there is no command."""
    data: bytes = b""
    problem: str = ""
    """Why that is nothing, or not all."""


@probe(deadline=60.0)
async def log_files(environment: Environment, databases: Databases, http: Http) -> LogFiles:
    """The logs of ``[env.*.logs]``. Two requests to paths that do not exist, and a connection, are looked for in them.

    What a line holds stays here: the fact has counts, times, and where secrets stand.
    """
    sources = _sources(environment)
    followed = {kind: Followed(getattr(sources, kind)) for kind in KINDS}
    for one in followed.values():
        await in_daemon_thread(one.start)
    marker = f"{APPLICATION_NAME}-{secrets.token_hex(6)}"
    (request, statuses), (connection, pid, since) = await asyncio.gather(
        _asked(environment, http, marker) if _has(sources, "application") else _nothing((Trace(), ())),
        _connected(databases) if _has(sources, "database") else _nothing((Trace(), 0, None)),
    )
    request, connection = await _awaited(followed, request, (marker, statuses), connection)
    outputs = await asyncio.gather(*(printed_by(getattr(sources, f"{kind}_command")) for kind in KINDS))
    printed = dict(zip(KINDS, outputs, strict=True))
    if printed["application"].data:
        request = _found(request, [(printed["application"].name, printed["application"].data)], (marker, statuses))
    if printed["database"].data:
        connection = _of_us(connection, [(printed["database"].name, printed["database"].data)], pid)
    reader = Reader(
        Scanner(known_values(environment), limits=Limits(seconds=SECONDS / 3)),
        datetime.now(UTC),
        time.monotonic() + SECONDS,
    )
    found = await in_daemon_thread(_read, reader, sources, printed)
    return LogFiles(
        reader.now, tuple(found), tuple(reader.sightings), reader.scanned, request, connection, since,
        tuple(reader.unscanned),
    )  # fmt: skip


def _sources(environment: Environment) -> LogSources:
    if "logs" in environment.absent:
        raise Absent("logs")
    if environment.logs is None:
        raise missing(environment, "logs")
    return environment.logs


def _has(sources: LogSources, kind: str) -> bool:
    return bool(getattr(sources, kind) or getattr(sources, f"{kind}_command"))


async def _nothing(value: T) -> T:
    return value


async def _asked(environment: Environment, http: Http, marker: str) -> tuple[Trace, tuple[int, ...]]:
    """One request at the root and one below the health page: of the two, one reaches the API behind any router."""
    statuses: list[int] = []
    try:
        api = origin(environment, "api")
        for path in (f"/{marker}", f"{environment.health.rstrip('/')}/{marker}"):
            answer = await http.get(f"{api}{path}")
            statuses.append(answer.status)
    except Unavailable as unavailable:
        return Trace(why_not=unavailable.reason), ()
    return Trace(done=True), tuple(statuses)


async def _connected(databases: Databases) -> tuple[Trace, int, datetime | None]:
    """A connection as the audit; its process, and when the cluster was made."""
    try:
        async with databases.for_audit().session() as session, session.transaction() as transaction:
            ((pid, logged),) = await transaction.rows(_SESSION)
            since = None
            with suppress(QueryFailed):  # a provider may keep the function to itself
                async with transaction.savepoint():
                    ((since,),) = await transaction.rows(_SINCE)
    except Unavailable as unavailable:
        return Trace(why_not=unavailable.reason), 0, None
    # the server will not tell of it: nothing to wait for
    why_not = "" if str(logged).lower() not in ("off", "") else "log_connections is off"
    return Trace(done=True, why_not=why_not), int(pid), since.astimezone(UTC) if since else None


async def _awaited(followed: dict[str, Followed], request: Trace, sent: Sent, connection: Trace) -> tuple[Trace, Trace]:
    """Both traces, as soon as the files have them, or when patience ends."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        if request.done and followed["application"].patterns:
            request = _found(request, await in_daemon_thread(followed["application"].appended), sent)
        if connection.done and followed["database"].patterns:
            connection = _of_us(connection, await in_daemon_thread(followed["database"].appended), 0)
        # a pattern that no file matches is not waited for
        waiting = bool(request.done and not request.found_in and followed["application"].sizes) or bool(
            connection.done and not (connection.found_in or connection.why_not) and followed["database"].sizes
        )
        if not waiting or time.monotonic() > ends:
            return request, connection
        await asyncio.sleep(_PAUSE_SECONDS)


def _found(trace: Trace, texts: list[tuple[Path, bytes]] | list[tuple[str, bytes]], sent: Sent) -> Trace:
    """With the line that tells most of a request."""
    best = trace
    marker, statuses = sent
    for place, data in texts:
        for line in lines_with(data, marker):
            told = _told(line.replace(marker, "-"), statuses)
            if not best.found_in or len(told) > len(best.told):
                best = Trace(True, str(place), told)
    return best


def _told(line: str, statuses: tuple[int, ...]) -> tuple[str, ...]:
    """What a line tells of the audit's own request, whatever its form: what it would have to say is known."""
    now = datetime.now(UTC)
    request = request_of(line, now)
    parts = {
        "method": re.search(r"(?<![A-Za-z])GET(?![A-Za-z])", line) is not None,
        "path": True,
        "status": any(re.search(rf"(?<![\w.]){status}(?![\w.])", line) for status in statuses),
        "time": moments.of_line(line, now) is not None or (request is not None and request.moment is not None),
        "who": request is not None and request.attributed,
    }
    return tuple(name for name, there in parts.items() if there)


def _of_us(trace: Trace, texts: list[tuple[Path, bytes]] | list[tuple[str, bytes]], pid: int) -> Trace:
    """What was appended just now, or what our own process wrote, names the audit as its application."""
    number = re.compile(rf"(?<![0-9]){pid}(?![0-9])")
    for place, data in texts:
        for line in lines_with(data, APPLICATION_NAME):
            if trace.done and not trace.found_in and (not pid or number.search(line)):
                return Trace(True, str(place))
    return trace


async def printed_by(command: tuple[str, ...]) -> Printed:
    """What a command prints, or why it does not.

    Args:
        command: of the checklist; empty when it names none.
    """
    if not command:
        return Printed()
    try:
        data, late = await commands.output(command)
    except Unavailable as unavailable:
        return Printed(command[0], problem=unavailable.reason)
    return Printed(command[0], data, late)


def _read(reader: Reader, sources: LogSources, printed: dict[str, Printed]) -> list[LogSource]:
    found = []
    for kind in KINDS:
        if patterns := getattr(sources, kind):
            opened, problems = files.find(patterns)
            found.append(reader.files(kind, ", ".join(patterns), opened, problems))
        if printed[kind].name:
            found.append(reader.printed(kind, printed[kind].name, printed[kind].data, printed[kind].problem))
    return found
