"""Looks at the columns that need care, at missing indexes, and at the buckets of Supabase Storage."""

from __future__ import annotations

from auditor.facts.catalog import API_ROLES, Catalog
from auditor.facts.columns import Bucket, Buckets, Columns, DelicateColumn, MissingIndex
from auditor.facts.database import qualified
from auditor.model import Gap
from auditor.probes import catalog_sql as sql
from auditor.probes.surfaces import Databases
from auditor.registry import probe


@probe(deadline=60.0)
async def columns(databases: Databases, catalog: Catalog) -> Columns:
    """Names that tell of secrets or rights, and searches without an index."""
    parameters = {"schemas": list(catalog.schemas), "roles": list(API_ROLES)}
    async with (
        databases.for_audit().session() as session,
        session.transaction(statement_timeout_ms=30_000) as transaction,
    ):
        delicate = await transaction.rows(sql.DELICATE_COLUMNS, parameters)
        policy = await transaction.rows(sql.UNINDEXED_POLICY_COLUMNS, parameters)
        foreign = await transaction.rows(sql.UNINDEXED_FOREIGN_KEYS, parameters)
    return Columns(
        tuple(
            DelicateColumn(qualified(t), c, k, tuple(readers), tuple(writers)) for t, c, k, readers, writers in delicate
        ),
        (
            *(MissingIndex(qualified(table), (column,), "policy") for table, column in policy),
            *(MissingIndex(qualified(table), tuple(names), "foreign key", name) for table, name, names in foreign),
        ),
    )


@probe(deadline=20.0)
async def buckets(databases: Databases) -> Buckets:
    """The buckets, when there is Supabase Storage."""
    async with databases.for_audit().session() as session, session.transaction() as transaction:
        there = await transaction.rows(
            "select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = 'storage' and c.relname = 'buckets'"
        )
        if not there:
            return Buckets(False)
        hidden = await transaction.rows("select pg_catalog.row_security_active('storage.buckets')")
        rows = await transaction.rows("select name::text, coalesce(public, false) from storage.buckets order by 1")
    gaps = (
        Gap(
            "*",
            "row level security hides buckets from the audit's role",
            "let a role with BYPASSRLS look",
        ),
    )
    return Buckets(True, tuple(Bucket(name, public) for name, public in rows), gaps if hidden[0][0] else ())
