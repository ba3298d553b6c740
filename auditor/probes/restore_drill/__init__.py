"""Restores the newest backups into a scratch server, on request only, and compares them with the live database.

The scratch server listens on a socket in a closed folder, has no network where the system lets it be cut off, and is
removed whatever happens (:mod:`.scratch`). What a backup brings runs as a role that is no superuser.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import psycopg

from auditor.checklist.model import Environment
from auditor.errors import Absent, Unavailable
from auditor.facts.policy import BackupPolicy
from auditor.facts.restore_drill import Drill, End, RestoreDrill
from auditor.model import Gap
from auditor.probes.net.dial import Dialer
from auditor.probes.net.pgerrors import last_words
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.restore_drill import binaries, choose, compare, dumps, live, physical
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from auditor.probes.restore_drill.scratch import Scratch
from auditor.probes.restore_drill.server import DATABASE, RESTORER, Server
from auditor.probes.surfaces import Databases, missing
from auditor.registry import probe

NOT_ASKED = "no restore drill was asked for, so nobody knows whether a backup can be restored"
HOW_TO_ASK = (
    "run the audit with --drill, or set drill = true in [policy.backups]: docs/restore-drill.md says what it does"
)
_SOURCES = "name `dumps` in [env.*.backups], or pgBackRest's `command`: of others, a drill restores nothing yet"
_REPORT_ALONE = (
    "the checklist names pgBackRest's report and not its command, so there is nothing to restore with",
    'run the audit where pgBackRest is, with command = ["pgbackrest", "info", "--output=json"]',
)
TRIED = 3
"""Dumps that are tried, the newest first, until one is restored."""
Restored = tuple[Server, str, str]
"""A server, and the role and the database to look with."""
_LOOK_EVERY = 0.25
"""Seconds between looks at the disk and the server."""


@probe(deadline=86_400.0, last=3)
async def restore_drill(
    environment: Environment, policy: BackupPolicy, databases: Databases, dialer: Dialer
) -> RestoreDrill:
    """The newest dump, and pgBackRest's newest backup, restored and compared.

    It has its own time limit, ``drill_timeout``, besides the run's; it runs last, because it takes the machine's
    strength from whatever measures time.
    """
    if "backups" in environment.absent:
        raise Absent("backups")
    if environment.backups is None:
        raise missing(environment, "backups")
    if not policy.drill:
        raise Unavailable(NOT_ASKED, HOW_TO_ASK)
    drills: list[Drill] = []
    gaps: list[Gap] = []
    empty: list[str] = []
    now = await live.look(databases)
    installed = await in_daemon_thread(binaries.installed)
    if environment.backups.dumps:
        found = await in_daemon_thread(choose.candidates, environment.backups.dumps)
        drills += await _dumps(found, installed, now, dialer, policy)
        if not found:
            empty.append("dump files")
    if command := environment.backups.pgbackrest_command:

        async def restore(scratch: Scratch, told: dumps.Told) -> Restored:
            server, admin = await physical.drill_pgbackrest(command, installed, now, scratch, told)
            return server, admin, now.name

        drills.append(await _drill(restore, now, dialer, policy))
    elif environment.backups.pgbackrest_info:
        gaps.append(Gap("pgBackRest", *_REPORT_ALONE))
    if not drills and not gaps and not empty:
        raise Unavailable("no backup source of the checklist can be drilled", _SOURCES)
    return RestoreDrill(tuple(drills), datetime.now(UTC), tuple(gaps), tuple(empty))


async def _dumps(
    found: list[choose.Candidate],
    installed: tuple[binaries.Programs, ...],
    now: live.Live,
    dialer: Dialer,
    policy: BackupPolicy,
) -> list[Drill]:
    """The newest dump, and those before it until one is restored."""
    drills: list[Drill] = []
    for candidate in found[:TRIED]:

        async def restore(scratch: Scratch, told: dumps.Told, one: choose.Candidate = candidate) -> Restored:
            return await dumps.drill_dump(one, installed, now, scratch, told), RESTORER, DATABASE

        drills.append(await _drill(restore, now, dialer, policy))
        if drills[-1].end is not End.FAILED:
            break
    return drills


async def _drill(
    restore: Callable[[Scratch, dumps.Told], Awaitable[Restored]], now: live.Live, dialer: Dialer, policy: BackupPolicy
) -> Drill:
    """One drill in a scratch folder of its own, which is gone afterwards, however it ends."""
    known: list[Drill] = []
    scratch = Scratch(policy.drill_max_disk)
    seconds = policy.drill_timeout.total_seconds()

    async def work() -> None:
        server, user, name = await restore(scratch, known.append)
        database = compare.restored_database(server, dialer, user, name or "postgres")
        known.append(await compare.compare(known[-1], database, now, server.major))

    try:
        await in_daemon_thread(scratch.open)
        async with asyncio.timeout(seconds):
            await _watched(work(), scratch)
    except NotRestored as failed:
        known.append(replace(known[-1], end=End.FAILED, problem=failed.reason))
    except Undone as undone:
        known.append(_undone(known, undone.reason, undone.hint))
    except TimeoutError:
        reason = f"the drill was not done within its {seconds:g} s"
        known.append(_undone(known, reason, "raise drill_timeout in [policy.backups]"))
    except (Unavailable, psycopg.Error, OSError) as error:
        ended = await in_daemon_thread(_ended, scratch)
        known.append(_undone(known, ended or f"the scratch server failed: {last_words(error)}", "run the drill again"))
    finally:
        # a cancelled audit does not wait for ever, and the guard finishes what is begun
        await asyncio.shield(scratch.close())
    return replace(known[-1], disk_bytes=scratch.most)


def _undone(known: list[Drill], reason: str, hint: str) -> Drill:
    last = known[-1] if known else Drill("dump", "*", End.UNDONE)
    return replace(last, end=End.UNDONE, problem=reason, hint=hint)


def _ended(scratch: Scratch) -> str:
    """How the server has ended, when it has: its connections are lost a moment before."""
    deadline = time.monotonic() + _LOOK_EVERY
    while not (ended := scratch.end_of_server()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return ended


async def _watched(work: Awaitable[None], scratch: Scratch) -> None:
    """Wait for the work, and look at the disk meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_LOOK_EVERY)
            if not task.done():
                await in_daemon_thread(scratch.look)
        task.result()
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
