"""Asks every source of backups that the checklist names, all at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from auditor.checklist.model import BackupSources, Environment, ToolReport
from auditor.errors import Absent
from auditor.facts.backups import Backups, LiveIdentity
from auditor.probes.backups import amazon, barman, dumps, listings, pgbackrest, rds, supabase, wal_g
from auditor.probes.backups.live import identity_or_why_not, on_other_machine
from auditor.probes.backups.reports import Found, collect, each
from auditor.probes.net.http import Http
from auditor.probes.surfaces import Databases, missing
from auditor.registry import probe


@probe(deadline=75.0)
async def backups(environment: Environment, databases: Databases, http: Http) -> Backups:
    """Every backup of every source in ``[env.*.backups]``, and those of the Supabase project."""
    if "backups" in environment.absent:
        raise Absent("backups")
    sources = environment.backups
    project = environment.supabase if environment.supabase and environment.supabase.access_token else None
    if sources is None and project is None:
        raise missing(environment, "backups")
    sources = sources or BackupSources()
    live, unknown = await identity_or_why_not(databases)
    wanted = [*_asked(sources, environment, databases, live)]
    if project:
        asking = collect(supabase.NAME, supabase.ask(project, http))
        wanted.append(_beside(asking) if wanted else asking)
    if not wanted:
        raise missing(environment, "backup source (such as `dumps` or `pgbackrest_info`)")
    found = _together(await asyncio.gather(*wanted))
    return Backups(
        tuple(found.sources), tuple(found.backups), datetime.now(UTC), live, unknown, tuple(dict.fromkeys(found.gaps))
    )


def _asked(
    sources: BackupSources, environment: Environment, databases: Databases, live: LiveIdentity | None
) -> Iterable[Awaitable[Found]]:
    if sources.dumps:
        yield collect(dumps.NAME, _dumps(sources.dumps, environment, databases, live))
    info = ToolReport(sources.pgbackrest_info, sources.pgbackrest_command)
    if info.path or info.command:
        info = ToolReport(None if info.command else info.path, info.command)
        yield collect(pgbackrest.NAME, each(pgbackrest.NAME, pgbackrest.HOW, pgbackrest.read)(info))
    for tool, reports in ((barman, sources.barman), (wal_g, sources.wal_g), (rds, sources.rds_reports)):
        for report in reports:
            yield collect(tool.NAME, each(tool.NAME, tool.HOW, tool.read)(report))
    for report in sources.s3_listings:
        yield collect(listings.NAME, each(listings.NAME, listings.HOW, listings.read)(report))
    for url in sources.s3:
        yield collect(f"{listings.NAME} {url}", amazon.s3(url, sources))
    for identifier in sources.rds:
        yield collect(f"{rds.NAME} {identifier}", amazon.instance(identifier, sources))


async def _dumps(
    patterns: tuple[str, ...], environment: Environment, databases: Databases, live: LiveIdentity | None
) -> Found:
    return await dumps.ask(patterns, live, await on_other_machine(environment, databases))


async def _beside(asking: Awaitable[Found]) -> Found:
    """A source that the checklist does not name: that it cannot be asked leaves no gap in those that it does name.

    The token may be there for another item's sake, without the right to see backups.
    """
    found = await asking
    sources = [replace(source, unseen=gap.reason) for source, gap in zip(found.sources, found.gaps, strict=False)]
    return Found(sources or found.sources, found.backups)


def _together(parts: Iterable[Found]) -> Found:
    """All in one; what several reports tell of the same server only once."""
    every, of_barman, of_rds = Found(), Found(), Found()
    for part in parts:
        name = part.sources[0].name if part.sources else ""
        (of_barman if name.startswith(barman.NAME) else of_rds if name.startswith(rds.NAME) else every).add(part)
    every.add(barman.merged(of_barman))
    every.add(rds.merged(of_rds))
    return every
