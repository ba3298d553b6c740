"""Compares what was restored with the live database."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from auditor.checklist.model import TlsSettings
from auditor.errors import Unavailable
from auditor.facts.database import quoted
from auditor.facts.restore_drill import Drill, Skipped
from auditor.probes.net.dial import Dialer
from auditor.probes.net.postgres import Database
from auditor.probes.net.traffic import Traffic
from auditor.probes.restore_drill import catalog, rows
from auditor.probes.restore_drill.live import Live
from auditor.probes.restore_drill.server import Server
from auditor.redact import Secret

CATALOG_MS = 30_000
"""For the statement that reads the catalogs."""
_RESTORED_SECONDS = 300.0
_RESTORED_MS = 120_000

_KINDS = {
    "EVENT TRIGGER": "event trigger",
    "FOREIGN TABLE": "foreign table",
    "EXTENSION": "extension",
}
"""Kinds of entries of a dump, and what the catalogs of this audit call them."""


def restored_database(server: Server, dialer: Dialer, user: str, name: str) -> Database:
    """The way into the scratch server. What is asked there is no traffic of the audit's."""
    return Database(Secret(server.dsn(user, name), "scratch"), dialer, TlsSettings(), Traffic(0), "the scratch server")


async def compare(drill: Drill, restored: Database, live: Live, major: int) -> Drill:
    """The drill, with what differs.

    Args:
        drill: what was restored.
        restored: the scratch server's database.
        live: the live one.
        major: version of the scratch server.
    """
    started = time.monotonic()
    async with restored.session() as there:
        async with there.transaction(statement_timeout_ms=CATALOG_MS) as transaction:
            objects = await catalog.read_schema(transaction)
            tables = await rows.tables_of(transaction)
        chosen = list(tables.values())[: rows.MOST_TABLES]
        counted = await rows.count(there, chosen, {}, _RESTORED_SECONDS, _RESTORED_MS)
    uncounted = [f"{name}: {one.doubt}" for name, one in counted.items() if not one.exact]
    if more := len(tables) - len(chosen):
        uncounted.append(f"{more} tables more: a drill counts {rows.MOST_TABLES}")
    alone = replace(
        drill,
        live_database=live.name,
        live_cluster=live.cluster,
        live_version=live.version,
        rows=tuple(rows.alone(counted, tables)),
        uncounted=tuple(uncounted[: catalog.KEPT]),
    )
    if live.database is None:
        return replace(alone, uncompared=live.missing, uncompared_hint=live.hint, alone=live.absent)
    try:
        return await _beside(alone, objects, counted, live, live.database, major, started)
    except Unavailable as unavailable:
        return replace(alone, uncompared=unavailable.reason, uncompared_hint=unavailable.hint)


async def _beside(
    drill: Drill,
    objects: catalog.Schema,
    counted: dict[str, rows.Count],
    live: Live,
    database: Database,
    major: int,
    started: float,
) -> Drill:
    until: dict[str, datetime] = {name: one.newest for name, one in counted.items() if one.newest}
    async with database.session() as here:
        async with here.transaction(statement_timeout_ms=CATALOG_MS) as transaction:
            theirs = await catalog.read_schema(transaction)
            tables = await rows.tables_of(transaction)
        wanted = [table for name, table in tables.items() if name in counted]
        live_counts = await rows.count(here, wanted, until, rows.LIVE_SECONDS)
    found = catalog.differences(theirs, objects, _sides(drill.skipped, same_major=major == live.major))
    return replace(
        drill,
        compared=True,
        differences=tuple(found[: catalog.KEPT]),
        difference_count=len(found),
        objects=len(theirs),
        rows=tuple(rows.compared(counted, live_counts, tables)),
        timing=replace(drill.timing, compare_s=round(time.monotonic() - started, 3)),
    )


def _sides(skipped: Iterable[Skipped], *, same_major: bool) -> catalog.Sides:
    """What explains a lack on the restored side."""
    entries = list(skipped)
    held = {(kind, name) for one in entries for kind, name in _held(one.entry)}
    lacking = any(not one.expected and not one.entry.startswith("EXTENSION ") for one in entries)
    blamed = "the drill could not restore all of the backup here" if lacking else ""
    ungranted = any(one.entry.startswith(("ACL ", "DEFAULT ACL ", "GRANT ", "REVOKE ")) for one in entries)
    return catalog.Sides(same_major, frozenset(held), blamed, ungranted)


def _held(entry: str) -> Iterator[tuple[str, str]]:
    """What the entry of a dump is called in the catalogs: of an archive with its schema and owner, of text without."""
    for words, kind in _KINDS.items():
        if entry.startswith(f"{words} "):
            parts = entry[len(words) + 1 :].split(" ")
            yield kind, parts[0]
            if len(parts) > 1:
                yield kind, parts[1] if parts[0] == "-" else f"{quoted(parts[0])}.{quoted(parts[1])}"
