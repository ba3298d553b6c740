"""Reads the catalogs that decide who may read and write what: a handful of set-based queries in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from auditor.errors import Unavailable
from auditor.facts.catalog import (
    API_ROLES,
    Catalog,
    DefaultGrant,
    Function,
    Grant,
    Relation,
    Role,
    RowPolicy,
    ViewEdge,
)
from auditor.facts.database import qualified, quoted
from auditor.facts.policy import RlsPolicy
from auditor.model import Gap
from auditor.probes import catalog_sql as sql
from auditor.probes.net.postgres import Transaction
from auditor.probes.surfaces import Databases
from auditor.registry import probe

_NOTHING_SERVED = "pg_pgrst_no_exposed_schemas"
"""What Supabase writes as the list of schemas when its Data API is off."""
_KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
_OBJECTS = {"r": "tables", "S": "sequences", "f": "functions"}


@probe(deadline=60.0)
async def catalog(databases: Databases, policy: RlsPolicy) -> Catalog:
    """The catalogs, as the audit's role sees them. Which schemas: PostgREST's own setting, else the policy."""
    audit = await databases.verified()
    application = (databases.application or audit).user
    async with audit.session() as session, session.transaction(statement_timeout_ms=30_000) as transaction:
        schemas, source = await exposed_schemas(transaction, policy)
        return await _read(transaction, schemas, source, application)


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


async def _read(tx: Transaction, schemas: tuple[str, ...], source: str, application: str) -> Catalog:
    roles = list(dict.fromkeys((*API_ROLES, application)))
    relations = await tx.rows(sql.RELATIONS, {"schemas": list(schemas), "roles": roles})
    columns = await tx.rows(sql.COLUMN_GRANTS, {"roles": roles})
    return Catalog(
        schemas,
        source,
        application,
        relations=_relations(relations, columns),
        policies=tuple(map(_policy, await tx.rows(sql.POLICIES))),
        views=tuple(ViewEdge(_name(row[:2]), _name(row[2:])) for row in await tx.rows(sql.VIEWS)),
        functions=_functions(await tx.rows(sql.FUNCTIONS, {"schemas": list(schemas), "roles": list(API_ROLES)})),
        roles=tuple(_role(row) for row in await tx.rows(sql.ROLES, {"roles": roles})),
        default_grants=tuple(_default(row) for row in await tx.rows(sql.DEFAULT_GRANTS)),
        published=tuple(_name(row) for row in await tx.rows(sql.PUBLISHED)),
        gaps=_gaps(schemas, source, await tx.rows(sql.NAMESPACES), await tx.rows(sql.REQUEST_ROLES)),
    )


def _name(row: Iterable[Any]) -> str:
    schema, name = row
    return f"{quoted(schema)}.{quoted(name)}"


def _relations(rows: list[tuple[Any, ...]], columns: list[tuple[Any, ...]]) -> tuple[Relation, ...]:
    by_column: dict[int, list[Grant]] = defaultdict(list)
    for oid, role, privilege, names in columns:
        by_column[oid].append(Grant(role, privilege, tuple(names)))
    return tuple(_relation(row, by_column.get(row[0], [])) for row in rows)


def _relation(row: tuple[Any, ...], column_grants: list[Grant]) -> Relation:
    _, schema, name, kind, owner, exposed, rls, forced, grants, parents, *rest = row
    held = [Grant(*word.rsplit(":", 1)) for word in grants]
    whole = {(grant.role, grant.privilege) for grant in held}
    held += [grant for grant in column_grants if (grant.role, grant.privilege) not in whole]
    return Relation(
        schema, name, _KINDS[kind], owner, exposed, rls, forced, tuple(held), tuple(map(qualified, parents)), *rest
    )


def _policy(row: tuple[Any, ...]) -> RowPolicy:
    schema, table, name, command, permissive, roles, using, check, columns, functions, relations = row
    return RowPolicy(
        _name((schema, table)),
        name,
        _COMMANDS[command],
        permissive,
        tuple(roles),
        using,
        check,
        tuple(columns),
        tuple(map(qualified, functions)),
        tuple(map(qualified, relations)),
    )


def _functions(rows: list[tuple[Any, ...]]) -> tuple[Function, ...]:
    return tuple(_function(row) for row in rows)


def _function(row: tuple[Any, ...]) -> Function:
    schema, name, arguments, owner, definer, volatility, language, path, executable, exposed, *rest = row
    trigger, extension, calls, metadata, caller = rest
    return Function(
        schema,
        name,
        arguments,
        owner,
        definer,
        _VOLATILITY[volatility],
        language,
        path,
        tuple(executable),
        exposed,
        trigger,
        extension,
        tuple(calls),
        metadata,
        caller,
    )


def _role(row: tuple[Any, ...]) -> Role:
    name, superuser, bypass, login, create_role, memberships, rights = row
    return Role(name, superuser, bypass, login, create_role, tuple(memberships), tuple(rights))


def _default(row: tuple[Any, ...]) -> DefaultGrant:
    creator, schema, objects, role, privileges = row
    return DefaultGrant(creator, schema or "", _OBJECTS[objects], role, tuple(privileges))


def _gaps(
    schemas: tuple[str, ...], source: str, namespaces: list[tuple[Any, ...]], roles: list[tuple[Any, ...]]
) -> tuple[Gap, ...]:
    existing = {str(row[0]) for row in namespaces}
    there = {str(row[0]) for row in roles}
    others = sorted(there - {*API_ROLES})
    gaps = [
        Gap(f"schema {schema}", f"{source} exposes the schema {schema}, which does not exist", "correct the list")
        for schema in schemas
        if schema not in existing
    ]
    if others:
        names = ", ".join(others)
        gaps.append(
            Gap(f"roles {names}", f"the API may run requests as {names}, which this audit does not look through")
        )
    if not there & {*API_ROLES}:
        gaps.append(
            Gap("roles", "the database has neither a role anon nor authenticated", "is this the database of the API?")
        )
    return tuple(gaps)
