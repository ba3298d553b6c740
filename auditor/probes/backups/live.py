"""Asks the live database who it is, and which tables it has."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from datetime import UTC, datetime
from typing import Any

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.backups import LiveIdentity, LiveTable, LiveTables
from auditor.probes.net.session import Transaction
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.surfaces import Databases
from auditor.registry import probe

_SECONDS = 15.0
_IDENTITY = """
select pg_catalog.current_database()::text, pg_catalog.current_setting('server_version_num')::int,
       pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute')
"""
_CLUSTER = "select system_identifier::text from pg_catalog.pg_control_system()"
_TABLES = """
select n.nspname || '.' || c.relname, c.relkind = 'p', c.relrowsecurity,
       coalesce(s.n_live_tup, 0),
       case when c.relkind = 'p' or c.relpages > 0 or coalesce(s.n_live_tup, 0) > 0 then c.reltuples::float8
            when exists (select 1 from pg_catalog.pg_locks l  -- nothing of a table that is locked can be asked
                         where l.relation = c.oid and l.mode = 'AccessExclusiveLock') then -1
            when pg_catalog.pg_relation_size(c.oid) > 0 then -1 else 0 end,
       coalesce(s.n_tup_ins, 0)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
where c.relkind in ('r', 'p') and c.relpersistence <> 't'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (
      select 1 from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')
order by 1
limit 20001
"""
_RESET = "select stats_reset from pg_catalog.pg_stat_database where datname = pg_catalog.current_database()"
_MOST = 20_000


async def identity(databases: Databases) -> LiveIdentity:
    """Name, cluster and version of the live database.

    Raises:
        Unavailable: it cannot be asked.
    """
    audit = await databases.verified()
    async with audit.session() as session, session.transaction() as transaction:
        ((database, version, allowed),) = await transaction.rows(_IDENTITY)
        cluster = await cluster_of(transaction) if allowed else ""
    return LiveIdentity(str(database), cluster, int(version), made_at(cluster))


async def cluster_of(transaction: Transaction) -> str:
    """The system identifier, which every role may read unless somebody revoked that."""
    return str((await transaction.rows(_CLUSTER))[0][0])


def made_at(cluster: str) -> datetime | None:
    """When a cluster was made: the upper half of its identifier is that time (BootStrapXLOG of xlog.c)."""
    if not cluster.isdigit():
        return None
    try:
        return datetime.fromtimestamp(int(cluster) >> 32, UTC)
    except (OverflowError, OSError, ValueError):
        return None


async def identity_or_why_not(databases: Databases) -> tuple[LiveIdentity | None, str]:
    """Like :func:`identity`; what stands in the way instead of an error."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await identity(databases), ""
    except Unavailable as unavailable:
        return None, unavailable.reason
    except TimeoutError:
        return None, f"the database did not answer within {_SECONDS:g} s"


async def on_other_machine(environment: Environment, databases: Databases) -> bool | None:
    """Whether the database is on another machine than this one; None when nobody can tell.

    A private address may be that of a container on this machine, or of another one.
    """
    try:
        targets = databases.for_audit().targets()
    except Unavailable:
        return None
    hosts = [environment.resolve.get(host, host) for host, _ in targets]
    if not hosts:
        return False  # a Unix socket
    answers = [await in_daemon_thread(_elsewhere, host) for host in hosts]
    return answers[0] if len(set(answers)) == 1 else None


def _elsewhere(host: str) -> bool | None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return None
    for family, _, _, _, address in found:
        if _is_local(family, address):
            return False
    addresses = [ipaddress.ip_address(str(address[0]).split("%")[0]) for *_, address in found]
    return True if addresses and all(address.is_global for address in addresses) else None


def _is_local(family: int, address: Any) -> bool:
    """Only an address of this machine can be bound."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as one:
            one.bind((address[0], 0, *address[2:]))
    except OSError:
        return False
    return True


@probe(deadline=30.0)
async def live_tables(databases: Databases) -> LiveTables:
    """The tables that a dump of the live database should hold, with the statistics' count of their rows."""
    audit = await databases.verified()
    async with audit.session() as session, session.transaction() as transaction:
        rows = await transaction.rows(_TABLES)
        reset = await transaction.rows(_RESET)
        ((database,),) = await transaction.rows("select pg_catalog.current_database()::text")
    if len(rows) > _MOST:
        raise Unavailable(f"the database has more than {_MOST} tables", "compare them by a restore drill")
    tables = tuple(
        LiveTable(str(name), _rows(int(live), float(estimate)), bool(partitioned), bool(secured), int(inserted))
        for name, partitioned, secured, live, estimate, inserted in rows
    )
    since = reset[0][0] if reset else None
    return LiveTables(str(database), tables, since.astimezone(UTC) if since else None)


def _rows(live: int, estimate: float) -> int:
    """The statistics may have been lost in a crash; what ANALYZE counted is kept in the catalog.

    -1 there says that nobody has ever counted, which is no zero. A table without a block has no rows for sure.
    """
    return live or int(max(estimate, -1))
