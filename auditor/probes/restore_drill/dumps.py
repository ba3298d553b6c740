"""The drill of one dump: recognised, restored into a scratch server, compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from auditor.facts.restore_drill import Drill, End, Skipped, Timing
from auditor.probes.restore_drill.archive import opened, read_contents, restore_archive
from auditor.probes.restore_drill.binaries import Programs, choose, reachable
from auditor.probes.restore_drill.choose import Candidate, Dump, Form, recognise, unpacked
from auditor.probes.restore_drill.live import SUPABASE, Live
from auditor.probes.restore_drill.messages import KEPT, Failure, lacks, sort_out
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from auditor.probes.restore_drill.plain import Text, extensions_of, first_look, left_out, restore_plain
from auditor.probes.restore_drill.scratch import Scratch
from auditor.probes.restore_drill.server import Server

_ARCHIVES = ((17, (1, 16)), (16, (1, 15)), (12, (1, 14)), (11, (1, 13)))
"""Since which version of PostgreSQL pg_dump writes which version of archives."""

MOST_SKIPPED = 2000
"""Parts that were left out, of which a fact tells."""

Told = Callable[[Drill], None]


async def drill_dump(
    candidate: Candidate, installed: tuple[Programs, ...], live: Live, scratch: Scratch, told: Told
) -> Server:
    """Restore a dump.

    Args:
        candidate: the file or folder.
        installed: programs to restore with.
        live: the live database.
        scratch: a folder for it.
        told: given what is known so far, each time when there is more.

    Returns:
        The server that holds what was restored.

    Raises:
        NotRestored: the dump is to blame.
        Undone: the drill is.
    """
    drill = Drill(
        "dump", candidate.path.name, End.UNDONE, taken_at=candidate.changed, size_bytes=candidate.size,
    )  # fmt: skip
    told(drill)
    try:
        dump = recognise(candidate.path)
    except OSError as error:
        raise Undone(f"it cannot be read: {error.strerror or error}", "let the audit's user read it") from None
    least, why = _least(dump)
    drill = replace(drill, format=dump.format, database=dump.database)
    told(drill)
    programs = choose(installed, least, live.major, why)
    drill = replace(drill, restored_with=str(programs))
    told(drill)
    started = time.monotonic()
    server = Server(scratch, reachable(programs, scratch), programs.major)
    await server.initialize(live.encoding)
    await server.start()
    drill = replace(drill, contained=scratch.contained, timing=Timing(round(time.monotonic() - started, 3)))
    told(drill)
    restore = _archive if dump.form is Form.ARCHIVE else _plain
    told(await restore(dump, server, live, drill))
    return server


def _least(dump: Dump) -> tuple[int, str]:
    """The major version of PostgreSQL that a dump takes, and why."""
    version = ".".join(map(str, dump.version))
    if dump.version > (1, 16):
        raise Undone(
            f"its archive version {version} is newer than this audit and its PostgreSQL know", "update stack-audit"
        )
    server = first_look(dump.head)[0]
    if dump.header:
        digits = dump.header.server_version.split(".")[0]
        server = int(digits) if digits.isdecimal() else 0
    for major, archive in _ARCHIVES:
        if dump.version >= archive and major > server:
            return major, f"its archive version {version} takes pg_restore {major} or newer"
    return (
        server,
        f"it was made from PostgreSQL {server} and takes {server} or newer" if server else "it takes PostgreSQL",
    )


async def _archive(dump: Dump, server: Server, live: Live, drill: Drill) -> Drill:
    archive = await opened(dump.path, server)
    try:
        contents = await read_contents(archive, server)
        missing = await _made_ready(server, live, dict.fromkeys(contents.extensions, ""), contents.owners)
        failures, took = await restore_archive(archive, contents, server)
    finally:
        archive.close()
    return _result(drill, failures, [*contents.skipped, *_extensions(missing)], took, server)


async def _plain(dump: Dump, server: Server, live: Live, drill: Drill) -> Drill:
    _, cluster, connects = first_look(dump.head)
    text = Text(wanted=live.name if cluster else "", cluster=cluster)
    wanted, complete = extensions_of(dump.head, text.wanted)
    if cluster and not complete:  # its section begins further on
        wanted |= dict(live.extensions)
    missing = await _made_ready(server, live, wanted, ())
    with unpacked(dump.path, dump.packing) as lines:
        failures = await restore_plain(lines, text, server, wait_for_connect=cluster or connects)
    if not text.complete:
        raise NotRestored("its end is missing: pg_dump did not finish")
    if cluster and text.wanted and not text.database:
        raise NotRestored(f"it holds no database {text.wanted}, only {', '.join(dict.fromkeys(text.databases))[:200]}")
    skipped = [*left_out(text), *_extensions(missing)]
    drill = replace(drill, database=text.database)
    return _result(drill, failures, skipped, text.seconds, server)


async def _made_ready(
    server: Server, live: Live, extensions: dict[str, str], owners: tuple[str, ...]
) -> dict[str, tuple[str, bool]]:
    await server.prepare((*SUPABASE, *live.roles, *owners))
    places = dict(live.extensions)
    return await server.add_extensions({name: schema or places.get(name, "") for name, schema in extensions.items()})


def _extensions(missing: dict[str, tuple[str, bool]]) -> list[Skipped]:
    remedy = "install it where the audit runs, and restore with that PostgreSQL"
    return [Skipped(f"EXTENSION {name}", why, remedy, expected) for name, (why, expected) in missing.items()]


def _result(drill: Drill, failures: list[Failure], skipped: list[Skipped], took: float, server: Server) -> Drill:
    ours = {f'schema "{schema}" already exists' for schema in server.schemas}
    failures = [failure for failure in failures if failure.message not in ours]
    troubles, more = sort_out(failures, lacks([*(one.entry for one in skipped), *(one.entry for one in failures)]))
    return replace(
        drill,
        end=End.RESTORED,
        timing=replace(drill.timing, restore_s=round(took, 3)),
        troubles=tuple(troubles[:KEPT]),
        trouble_count=len(troubles),
        skipped=(*skipped, *more)[:MOST_SKIPPED],
    )
