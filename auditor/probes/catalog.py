"""Reads the catalogs that decide who may read and write what: a handful of set-based queries."""

from __future__ import annotations

import asyncio
from typing import Any

from auditor.errors import Unavailable
from auditor.facts.catalog import API_ROLES, Catalog, DefaultGrant, Role
from auditor.facts.database import quoted
from auditor.facts.policy import RlsPolicy
from auditor.model import Gap
from auditor.probes import catalog_sql as sql
from auditor.probes.catalog_rows import Assembly, CatalogRows, Rows
from auditor.probes.net.pgerrors import LOCKED, QueryFailed
from auditor.probes.net.postgres import Database, Transaction
from auditor.probes.surfaces import Databases
from auditor.registry import probe

_NOTHING_SERVED = "pg_pgrst_no_exposed_schemas"
"""What Supabase writes as the list of schemas when its Data API is off."""
_SQL_BODIES = 140_000
"""Since PostgreSQL 14 a function may have a body in the SQL standard's form."""
_STATEMENT_MS = 30_000
_TRIES = 3
"""Looks at the catalogs: a migration locks one for a moment, and each try waits for a lock on its own."""
_OBJECTS = {"r": "tables", "S": "sequences", "f": "functions"}


@probe(deadline=60.0)
async def catalog(databases: Databases, policy: RlsPolicy) -> Catalog:
    """The catalogs, as the audit's role sees them. Which schemas: PostgREST's own setting, else the policy."""
    audit = await databases.verified()
    application = (databases.application or audit).user
    for _ in range(_TRIES - 1):
        try:
            return await _look(audit, policy, application)
        except QueryFailed as failure:
            if failure.sqlstate != LOCKED:
                raise
    return await _look(audit, policy, application)


async def _look(audit: Database, policy: RlsPolicy, application: str) -> Catalog:
    try:
        async with asyncio.TaskGroup() as group:
            connected = asyncio.Event()
            policies = group.create_task(_policies(audit, connected))
            # it has its connection by then, and waits for nobody: where only one is allowed, nobody waits for ever
            await connected.wait()
            async with (
                audit.session() as session,
                session.transaction(statement_timeout_ms=_STATEMENT_MS) as transaction,
            ):
                schemas, source = await exposed_schemas(transaction, policy)
                return await _read(transaction, schemas, source, application, session.server_version, policies)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _policies(audit: Database, connected: asyncio.Event) -> Rows:
    """The policies, over a connection of their own: they take the server as long as most of the rest together."""
    async with audit.session() as session, session.transaction(statement_timeout_ms=_STATEMENT_MS) as transaction:
        connected.set()
        return await transaction.rows(sql.POLICIES, {"locked": await _locked(transaction)})


async def _locked(transaction: Transaction) -> list[int]:
    return [oid for (oid,) in await transaction.rows(sql.LOCKED)]


async def exposed_schemas(transaction: Transaction, policy: RlsPolicy) -> tuple[tuple[str, ...], str]:
    """The schemas that the API serves, and who says so.

    Raises:
        Unavailable: nobody says. Never an empty list: that would be an all-clear.
    """
    rows = await transaction.rows(sql.EXPOSED_SCHEMAS)
    listed = str(rows[0][0]).partition("=")[2] if rows else ""
    if listed.strip() == _NOTHING_SERVED and not policy.exposed_schemas:
        return (), "the Data API is switched off"
    said = [name for word in listed.split(",") if (name := word.strip().strip('"'))]
    sources = ["pgrst.db_schemas of the role authenticator"] * bool(said)
    sources += ["[policy.rls] exposed_schemas"] * bool(policy.exposed_schemas)
    # both are looked at: a schema that either of them names may be served
    if names := tuple(dict.fromkeys((*said, *policy.exposed_schemas))):
        return names, " and ".join(sources)
    raise Unavailable(
        "neither the role authenticator (pgrst.db_schemas) nor the checklist says which schemas the API exposes",
        'name them: [policy.rls] exposed_schemas = ["public"]',
    )


async def _read(
    tx: Transaction,
    schemas: tuple[str, ...],
    source: str,
    application: str,
    server_version: int,
    policies: asyncio.Task[Rows],
) -> Catalog:
    roles = list(dict.fromkeys((*API_ROLES, application)))
    locked = await _locked(tx)
    who = {"schemas": list(schemas), "roles": roles, "locked": locked}
    rows = CatalogRows(
        relations=await tx.rows(sql.RELATIONS, who),
        column_grants=await tx.rows(sql.COLUMN_GRANTS, {"roles": roles}),
        functions=await tx.rows(sql.FUNCTIONS, {"schemas": list(schemas), "roles": list(API_ROLES)}),
        bodies=await tx.rows(sql.FUNCTION_BODIES) if server_version >= _SQL_BODIES else [],
        views=await tx.rows(sql.VIEWS),
        view_functions=await tx.rows(sql.VIEW_FUNCTIONS),
        view_texts=await tx.rows(sql.VIEW_TEXTS, {"locked": locked}),
        operators=await tx.rows(sql.OPERATORS),
        casts=await tx.rows(sql.CASTS),
        volatile=await tx.rows(sql.VOLATILE_BUILTINS),
        policies=await policies,
    )
    parts = Assembly(rows)
    request_roles = {str(name) for (name,) in await tx.rows(sql.REQUEST_ROLES)}
    columns = await tx.rows(sql.COLUMNS, {"whole": parts.looked_up(), "locked": locked})
    return Catalog(
        schemas,
        source,
        application,
        relations=parts.relations(),
        policies=parts.policies(),
        columns=parts.columns(columns),
        views=parts.views(),
        functions=parts.functions(columns),
        roles=tuple(_role(row) for row in await tx.rows(sql.ROLES, {"roles": roles})),
        default_grants=tuple(_default(row) for row in await tx.rows(sql.DEFAULT_GRANTS)),
        published=tuple(".".join(map(quoted, row)) for row in await tx.rows(sql.PUBLISHED)),
        gaps=(
            *parts.unread(),
            *_gaps(schemas, source, await tx.rows(sql.NAMESPACES), request_roles),
        ),
        server_version=server_version,
        other_roles=tuple(sorted(request_roles - {*API_ROLES})),
    )


def _role(row: tuple[Any, ...]) -> Role:
    name, superuser, bypass, login, create_role, memberships, rights = row
    return Role(name, superuser, bypass, login, create_role, tuple(memberships), tuple(rights))


def _default(row: tuple[Any, ...]) -> DefaultGrant:
    creator, schema, objects, role, privileges = row
    return DefaultGrant(creator, schema or "", _OBJECTS[objects], role, tuple(privileges))


def _gaps(schemas: tuple[str, ...], source: str, namespaces: list[tuple[Any, ...]], there: set[str]) -> tuple[Gap, ...]:
    existing = {str(row[0]) for row in namespaces}
    gaps = [
        Gap(f"schema {schema}", f"{source} exposes the schema {schema}, which does not exist", "correct the list")
        for schema in schemas
        if schema not in existing
    ]
    if not there & {*API_ROLES}:
        gaps.append(
            Gap("roles", "the database has neither a role anon nor authenticated", "is this the database of the API?")
        )
    return tuple(gaps)
