"""Looks at the columns that need care, at missing indexes, and at the buckets of Supabase Storage."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import API_ROLES, Catalog
from auditor.facts.columns import Bucket, Buckets, Columns, DelicateColumn, MissingIndex
from auditor.facts.database import qualified, quoted
from auditor.model import Gap
from auditor.probes.surfaces import Databases
from auditor.registry import probe

_DELICATE = r"""
with api as materialized (
    select r.oid, r.rolname::text as name from pg_catalog.pg_roles r where r.rolname = any(%(roles)s)
), named as materialized (
    -- each name is looked at once, however many tables have it
    select a.attname, pg_catalog.array_agg(a.attrelid) as rels, pg_catalog.array_agg(a.attnum) as nums
    from pg_catalog.pg_attribute a where a.attnum > 0 and not a.attisdropped group by a.attname
), word as materialized (
    select w.attname, w.rels, w.nums,
           w.attname ~* '(^|_)(role|roles|is_admin|is_superuser|is_staff|admin|superuser|permissions?|privileges?|is_owner)$' as privilege
    from named w
    where w.attname ~* '(^|_)(role|roles|is_admin|is_superuser|is_staff|admin|superuser|permissions?|privileges?|is_owner)$'
       or w.attname ~* '(^|_)(password|passwd|password_hash|pwd|secret|secret_key|api_key|apikey|private_key|access_token|refresh_token|auth_token|ssn|social_security_number|credit_card|card_number|cvv|iban|passport|mfa_secret|totp_secret)$'
), delicate as materialized (
    select c.oid as rel, n.oid as nsp, n.nspname || pg_catalog.chr(1) || c.relname as table_name,
           w.attname::text as column_name, a.attnum, case when w.privilege then 'privilege' else 'sensitive' end as kind
    from word w
    cross join lateral rows from (pg_catalog.unnest(w.rels), pg_catalog.unnest(w.nums)) a(attrelid, attnum)
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p')
)
select d.table_name, d.column_name, d.kind,
       coalesce((select pg_catalog.array_agg(a.name order by a.name) from api a
                 where pg_catalog.has_schema_privilege(a.oid, d.nsp, 'usage')
                   and pg_catalog.has_column_privilege(a.oid, d.rel, d.attnum, 'select')), '{}'::text[]),
       coalesce((select pg_catalog.array_agg(a.name order by a.name) from api a
                 where pg_catalog.has_schema_privilege(a.oid, d.nsp, 'usage')
                   and pg_catalog.has_column_privilege(a.oid, d.rel, d.attnum, 'update')), '{}'::text[]),
       coalesce((select pg_catalog.array_agg(a.name order by a.name) from api a
                 where pg_catalog.has_schema_privilege(a.oid, d.nsp, 'usage')
                   and pg_catalog.has_column_privilege(a.oid, d.rel, d.attnum, 'insert')), '{}'::text[])
from delicate d
order by 1, 2
"""

_UNINDEXED_FOREIGN_KEYS = r"""
select n.nspname || pg_catalog.chr(1) || c.relname, k.conname::text,
       (select pg_catalog.array_agg(a.attname::text order by u.position)
        from pg_catalog.unnest(k.conkey) with ordinality as u(attnum, position)
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum)
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where k.contype = 'f' and k.conparentid = 0 and n.nspname = any(%(schemas)s)
  and not exists (
      select 1 from pg_catalog.pg_index i
      where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
        and (i.indkey::pg_catalog.int2[])[0:pg_catalog.cardinality(k.conkey) - 1] operator(pg_catalog.@>) k.conkey
  )
order by 1, 2
"""


@probe(deadline=60.0)
async def columns(databases: Databases, catalog: Catalog) -> Columns:
    """Names that tell of secrets or rights, and searches without an index."""
    parameters = {"schemas": list(catalog.schemas), "roles": list(API_ROLES)}
    async with (
        databases.for_audit().session() as session,
        session.transaction(statement_timeout_ms=30_000) as transaction,
    ):
        delicate = await transaction.rows(_DELICATE, parameters)
        foreign = await transaction.rows(_UNINDEXED_FOREIGN_KEYS, parameters)
    return Columns(
        tuple(
            DelicateColumn(qualified(table), name, kind, tuple(readers), tuple(writers), tuple(adders))
            for table, name, kind, readers, writers, adders in delicate
        ),
        (
            *_searched_without_index(catalog),
            *(MissingIndex(qualified(table), tuple(names), "foreign key", name) for table, name, names in foreign),
        ),
    )


def _searched_without_index(catalog: Catalog) -> Iterator[MissingIndex]:
    exposed = {str(relation) for relation in catalog.exposed()}
    searched = {(policy.table, name) for policy in catalog.policies if policy.using for name in policy.columns}
    for column in catalog.columns:
        is_searched = column.table in exposed and (column.table, column.name) in searched
        if is_searched and not column.indexed and column.category != "B":
            yield MissingIndex(column.table, (column.name,), "policy")


_BUCKETS_HIDDEN = """
select pg_catalog.row_security_active('storage.buckets') and (
    not exists (
        select 1 from pg_catalog.pg_policy p
        where p.polrelid = 'storage.buckets'::pg_catalog.regclass and p.polpermissive and p.polcmd in ('r', '*')
          and pg_catalog.pg_get_expr(p.polqual, p.polrelid) = 'true'
          and exists (
              select 1 from pg_catalog.unnest(p.polroles) r(role)
              where r.role = 0 or pg_catalog.pg_has_role(r.role, 'usage')))
    or exists (
        select 1 from pg_catalog.pg_policy p
        where p.polrelid = 'storage.buckets'::pg_catalog.regclass and not p.polpermissive and p.polcmd in ('r', '*')))
"""
"""A policy that shows the audit's role every bucket is as good as none."""


@probe(deadline=20.0)
async def buckets(databases: Databases) -> Buckets:
    """The buckets, when there is Supabase Storage."""
    database = databases.for_audit()
    async with database.session() as session, session.transaction() as transaction:
        there = await transaction.rows(
            "select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = 'storage' and c.relname = 'buckets'"
        )
        if not there:
            return Buckets(False)
        hidden = await transaction.rows(_BUCKETS_HIDDEN)
        rows = await transaction.rows("select name::text, coalesce(public, false) from storage.buckets order by 1")
    gaps = (
        Gap(
            "*",
            "row level security hides buckets from the audit's role",
            f"create policy audit on storage.buckets for select to {quoted(database.user)} using (true);",
        ),
    )
    return Buckets(True, tuple(Bucket(name, public) for name, public in rows), gaps if hidden[0][0] else ())
