"""Dump files on this machine: the newest of the live database is read in full, the others as far as it is quick."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor.facts.backups import Backup, Kind, LiveIdentity, Source, Status
from auditor.probes.backups.listings import series
from auditor.probes.backups.reports import Found
from auditor.probes.dump_files import dump_files
from auditor.probes.git import shown
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.packed import Budget, OutOfTime
from auditor.probes.pgarchive import MAGIC
from auditor.probes.pgdump import NO_DEFINITIONS, NO_ROWS, DumpFile, read_custom_header, read_dump

NAME = "dump files"
FULL_SECONDS = 20.0
"""For the dump that is read in full."""
QUICK_SECONDS = 15.0
"""For all others together."""
_LOOK_AGAIN = 1.0
"""Seconds between two looks at a file that may be being written."""
_RECENTLY = 600.0
"""Seconds in which a dump that is being written was changed, even when its server is slow."""
_LAST_ZONE = timedelta(hours=12)
"""Between UTC and the clock of the last place on earth where it is still the day before."""
_HEADER = 4096
"""Bytes of a dump in which its time stands."""
_APART = timedelta(days=1)
"""Between a dump of rows alone and that of the definitions which belongs to it."""
_ZONE_STEP = timedelta(minutes=30)
"""Between the zones of the world, apart from a few."""
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""Between them, zones can be added."""
_WRITING = re.compile(r"^flags:\s*[0-7]*[12]$", re.MULTILINE)
"""O_WRONLY or O_RDWR in ``/proc/PID/fdinfo/FD``."""


async def ask(patterns: tuple[str, ...], live: LiveIdentity | None, off_host: bool | None) -> Found:
    """Every dump that matches.

    Args:
        patterns: globs.
        live: the database that counts; without it, the newest dump of any is read in full.
        off_host: whether this machine is another one than the database's.
    """
    full, quick = Budget(FULL_SECONDS), Budget(FULL_SECONDS + QUICK_SECONDS)
    try:
        return await in_daemon_thread(_look, patterns, live, off_host, full, quick)
    except asyncio.CancelledError:
        full.give_up()
        quick.give_up()
        raise


def _look(
    patterns: tuple[str, ...], live: LiveIdentity | None, off_host: bool | None, full: Budget, quick: Budget
) -> Found:
    files, unreadable = dump_files(patterns)
    files = sorted(files, key=lambda one: min(one[0], _inside(one[2])), reverse=True)
    often = Counter(path.name for _, _, path in files)
    found: list[Backup] = []
    changed_at: dict[int, Path] = {}
    read_in_full = False
    for changed, size, path in files:
        dump = _read(path, None if read_in_full else full, quick)
        backup = _backup(path, changed, size, dump, off_host, live)
        if often[path.name] > 1:
            backup = replace(backup, name=shown(f"{path.parent.name}/{path.name}"))
        read_in_full = read_in_full or _settles(backup, live)
        if backup.tables is not None and not _settles(backup, live) and backup.problem != NO_DEFINITIONS:
            backup = replace(backup, tables=None)
        if backup.status is Status.DAMAGED and time.time() - changed < _RECENTLY:
            changed_at[len(found)] = path
        found.append(backup)
    for place in _being_written(changed_at):
        found[place] = replace(found[place], status=Status.RUNNING, problem="it is being written")
    found = [_with_definitions(backup, found) for backup in found]
    found += [
        Backup(NAME, path.name, Kind.LOGICAL, Status.UNREAD, None, 0, problem=problem, hint="let the audit read it")
        for path, problem in unreadable
    ]
    return Found([Source(NAME)], found)


def _inside(path: Path) -> float:
    """When the file itself says that it was made, at the latest, in seconds since 1970; a copy has its own time."""
    try:
        toc = path / "toc.dat" if path.is_dir() else path
        with toc.open("rb") as stream:
            head = stream.read(_HEADER)
        started = read_custom_header(head).started if head.startswith(MAGIC) else None
        return (started.replace(tzinfo=UTC) + _LAST_ZONE).timestamp() if started else math.inf
    except (OSError, OverflowError, ValueError):
        return math.inf


def _with_definitions(backup: Backup, every: list[Backup]) -> Backup:
    """Rows alone are a backup where the definitions lie beside them, as ``supabase db dump`` is used."""
    if backup.problem != NO_DEFINITIONS:
        return backup
    whole = any(
        (other.status is Status.GOOD or other.problem == NO_ROWS)
        and (other.database == backup.database or not (other.database and backup.database))
        and other.stop is not None
        and backup.stop is not None
        and abs(other.stop - backup.stop) <= _APART
        for other in every
    )
    return replace(backup, status=Status.GOOD, problem="") if whole else replace(backup, tables=None)


def _settles(backup: Backup, live: LiveIdentity | None) -> bool:
    """It is the one that would be restored."""
    foreign = live is not None and backup.database and backup.database != live.database
    return backup.status is Status.GOOD and not foreign


def _read(path: Path, full: Budget | None, quick: Budget) -> DumpFile | None:
    """What a dump says; None when there was no time to look."""
    try:
        if full is not None:
            try:
                return read_dump(path, full)
            except OutOfTime:
                pass
        quick.spend()
        return _kept_short(read_dump(path, None, quick), full is not None)
    except OutOfTime:
        return None
    except OSError as error:
        return DumpFile(unread=f"it cannot be read: {error.strerror or error}", hint="let the audit read it")


def _kept_short(dump: DumpFile, wanted: bool) -> DumpFile:
    """The tables of a dump that is not the newest take memory for nothing."""
    return dump if wanted else replace(dump, tables=None)


def _backup(
    path: Path, changed: float, size: int, dump: DumpFile | None, off_host: bool | None, live: LiveIdentity | None
) -> Backup:
    moment = _moment(changed)
    dump = _of_live(dump or DumpFile("not read"), live)
    status, problem = _status(dump)
    name = series(shown(str(path)))
    return Backup(
        NAME,
        shown(path.name),
        Kind.LOGICAL,
        status,
        _taken_at(moment, dump),
        size,
        start=_started(moment, dump),
        problem=problem,
        hint=dump.hint,
        format=dump.format,
        where="file",
        series=f"{name} {dump.format.split(' ')[0]} {dump.database}",
        database=dump.database,
        server_version=dump.server_version,
        encrypted=True if dump.encrypted else (None if dump.unread or dump.format == "not read" else False),
        off_host=off_host,
        everyone_reads=_everyone_reads(path),
        in_full=dump.in_full,
        tables=dump.tables,
    )


def _moment(changed: float) -> datetime:
    """The time of a file; file systems keep some that no calendar does."""
    try:
        return min(max(datetime.fromtimestamp(changed, UTC), _FIRST), _LAST)
    except (ValueError, OverflowError, OSError):
        return _LAST if changed > 0 else _FIRST


def _of_live(dump: DumpFile, live: LiveIdentity | None) -> DumpFile:
    """Of a dump of several databases: the tables of the live one, or the names of those that it holds instead."""
    if dump.by_database is None or live is None:
        return dump
    if live.database in dump.by_database:
        return replace(dump, tables=dump.by_database[live.database])
    others = sorted(set(dump.by_database) - {"template1"})
    return replace(dump, database=", ".join(others) or "template1")


def _everyone_reads(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o004)
    except OSError:
        return False


def _status(dump: DumpFile) -> tuple[Status, str]:
    if dump.problem:
        return Status.DAMAGED, dump.problem
    if dump.unread:
        return Status.UNREAD, dump.unread
    if dump.partial:
        return Status.PARTIAL, dump.partial
    return (Status.LISTED if dump.encrypted or dump.format == "not read" else Status.GOOD), ""


def _taken_at(moment: datetime, dump: DumpFile) -> datetime:
    """When a dump was made, at the latest.

    Whoever copies a file may renew its time. The time inside is local to the machine that made it: in which zone
    nobody knows, but none is more than twelve hours behind UTC.
    """
    if dump.started is None or not _FIRST <= (local := dump.started.replace(tzinfo=UTC)) <= _LAST:
        return moment
    return min(moment, local + _LAST_ZONE)


def _started(moment: datetime, dump: DumpFile) -> datetime | None:
    """When pg_dump began, as far as the time inside and that of the file tell together.

    Their difference is the zone and how long it took. Zones are half hours apart: what goes beyond the last half hour
    is time that it took. None when nothing is inside, or the zone would be neither UTC nor that of this machine.
    """
    if dump.started is None:
        return None
    local = dump.started.replace(tzinfo=UTC)
    zone = ((moment - local) // _ZONE_STEP) * _ZONE_STEP
    here = moment.astimezone().utcoffset() or timedelta(0)
    # any other zone may be one, or the hours between making a file and copying it
    return local + zone if -zone in {here, timedelta(0)} else None


def _being_written(files: dict[int, Path]) -> Iterator[int]:
    """Those that a process has open for writing, or that change while one looks."""
    if not files:
        return
    open_now = set(_written_by_processes())
    before = {place: _state(path) for place, path in files.items()}
    if not all(_parts(path) & open_now for path in files.values()):
        time.sleep(_LOOK_AGAIN)
    for place, path in files.items():
        if _parts(path) & open_now or _state(path) != before[place]:
            yield place


def _parts(path: Path) -> set[str]:
    """The file; the files in it, where it is a folder."""
    try:
        real = path.resolve()
        return {str(part) for part in real.iterdir()} if real.is_dir() else {str(real)}
    except OSError:
        return set()


def _state(path: Path) -> tuple[tuple[str, int, int], ...] | None:
    """Names, sizes and times, which change while it is written."""
    try:
        states = [(part, Path(part).stat()) for part in sorted(_parts(path))]
    except OSError:
        return None
    return tuple((part, status.st_size, status.st_mtime_ns) for part, status in states)


def _written_by_processes() -> Iterable[str]:
    """Files that this account's processes (root: all) have open for writing, where there is a ``/proc``."""
    ends = time.monotonic() + _LOOK_AGAIN
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        if time.monotonic() > ends:
            return
        try:
            target = str(link.readlink())
            if target.startswith("/") and not target.startswith(("/dev/", "/proc/")):
                flags = (link.parent.parent / "fdinfo" / link.name).read_text()
                if _WRITING.search(flags):
                    yield target
        except OSError:
            continue
