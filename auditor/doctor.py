"""Finds out whether an audit could do its work: what it can reach, and with which rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from auditor.checklist.model import Checklist, Environment
from auditor.errors import Unavailable
from auditor.probes.capabilities import open_databases
from auditor.probes.net.dial import Dialer
from auditor.probes.net.postgres import Database
from auditor.probes.net.traffic import Traffic

_ROLE = """
select current_user::text,
       coalesce((select rolsuper from pg_catalog.pg_roles where rolname = current_user), false),
       pg_catalog.current_setting('transaction_read_only'),
       (select pg_catalog.count(*) from pg_catalog.pg_class c
        join pg_catalog.pg_roles r on r.rolname = current_user
        where c.relkind in ('r', 'p') and (c.relowner = r.oid or exists (
            select 1 from pg_catalog.aclexplode(c.relacl) a
            where a.grantee = r.oid and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'))))
"""
"""What the role may write by itself: what it may as a member of anon and authenticated is what the audit looks at."""

_MEMBERSHIPS = """
select r.rolname::text, pg_catalog.pg_has_role(current_user, r.oid, 'member')
from pg_catalog.pg_roles r
where r.rolname in ('anon', 'authenticated', 'pg_monitor')
order by r.rolname
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked up."""

    name: str
    good: bool
    message: str
    hint: str = ""


def examine(checklist: Checklist) -> list[Finding]:
    """Look everything up that an audit of this environment would use. Sends no HTTP request.

    Args:
        checklist: loaded, so its variables and syntax are good.
    """

    async def all_of_them() -> list[Finding]:
        return [finding async for finding in _examine(checklist.environment)]

    name = str(checklist.path or "the shipped checklist")
    return [Finding("checklist", True, f"{name} loads, with every variable set"), *asyncio.run(all_of_them())]


async def _examine(environment: Environment) -> AsyncIterator[Finding]:
    traffic = Traffic(environment.network.max_requests)
    network = environment.network
    try:
        dialer = Dialer(environment.resolve, network.source_address, network.concurrency, traffic)
    except Unavailable as unavailable:
        yield Finding("network", False, unavailable.reason, unavailable.hint)
        return
    for surface in ("frontend", "api", "prometheus", "alertmanager"):
        yield await _surface(environment, surface, getattr(environment, surface), dialer)
    if environment.supabase and environment.supabase.url:
        yield await _surface(environment, "supabase", environment.supabase.url, dialer)
    databases = open_databases(environment, dialer, traffic)
    ways = (("database", databases.application), ("auditor_database", databases.auditor))
    seen: list[Database] = []
    for name, database in ways:
        if database is not None and database not in seen:
            seen.append(database)
            async for finding in _database(name, database, audits=database is databases.auditor):
                yield finding
    if not seen:
        yield _left_out(environment, "database")
    yield _folder(environment)


async def _surface(environment: Environment, name: str, url: str, dialer: Dialer) -> Finding:
    if not url:
        return _left_out(environment, name)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = await dialer.addresses(host, port)
        async with dialer.connection(host, port):
            return Finding(name, True, f"{host} is {', '.join(addresses)}, port {port} answers")
    except Unavailable as unavailable:
        return Finding(name, False, unavailable.reason, unavailable.hint)


def _left_out(environment: Environment, name: str) -> Finding:
    if name in environment.absent:
        return Finding(name, True, "declared absent")
    return Finding(
        name, False, "the checklist does not name it: its checks will be errors", f"set `{name}`, or declare it absent"
    )


async def _database(name: str, database: Database, *, audits: bool) -> AsyncIterator[Finding]:
    try:
        async with database.session() as session, session.transaction() as transaction:
            role, superuser, read_only, writable = (await transaction.rows(_ROLE))[0]
            memberships = dict(await transaction.rows(_MEMBERSHIPS))
    except Unavailable as unavailable:
        yield Finding(name, False, unavailable.reason, unavailable.hint)
        return
    yield Finding(name, True, f"connects as {role}")
    yield Finding(
        f"{name} read-only",
        read_only == "on",
        f"transactions of the audit are read-only (transaction_read_only = {read_only})",
    )
    if not audits:
        return
    for group, member in sorted(memberships.items()):
        yield Finding(
            f"{name} rights",
            bool(member) or bool(superuser),
            f"{role} is {'' if member else 'not '}a member of {group}",
            f"grant {group} to {role};",
        )
    if superuser or writable:
        could = "is a superuser" if superuser else f"may write {writable} tables"
        yield Finding(
            f"{name} least rights",
            False,
            f"{role} {could}; the audit's transactions are read-only all the same",
            "give the audit a role of its own: see the README",
        )


def _folder(environment: Environment) -> Finding:
    if environment.repository is None:
        return _left_out(environment, "repository")
    there = environment.repository.is_dir()
    return Finding(
        "repository",
        there,
        f"{environment.repository} {'is there' if there else 'is not a folder'}",
        "correct the path",
    )
