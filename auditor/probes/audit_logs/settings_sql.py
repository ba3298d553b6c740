"""The queries behind the log settings. Every name is qualified: the transaction's search_path is empty."""

KNOWN = "select rolname::text from pg_catalog.pg_roles where rolname = any(%s) order by 1"

VALUES = """
select s.name,
       -- only ``setting`` is written as a file's mode is
       case when s.name = 'log_file_mode' then s.setting else coalesce(s.reset_val, s.setting, '') end,
       s.pending_restart
from pg_catalog.pg_settings s where s.name = any(%s)
"""
"""``reset_val`` is what a session starts with: what the audit itself sets in its transaction does not show."""

OVERRIDES = """
select coalesce(r.rolname::text, ''), d.setdatabase <> 0, s.setting
from pg_catalog.pg_db_role_setting d
left join pg_catalog.pg_roles r on r.oid = d.setrole
cross join lateral pg_catalog.unnest(d.setconfig) as s(setting)
where d.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
  and (d.setrole = 0 or r.oid is not null)
order by 1, 2, 3
"""

LOGINS = r"""
with own as materialized (
    -- roles that own tables or views, or a schema
    select distinct o.owner from (
        select c.relowner as owner from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f')
          and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
        union all
        select n.nspowner from pg_catalog.pg_namespace n
        where n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
    ) o
), place as materialized (
    -- who may create in a schema depends on these two alone: asked once for the thousands that share them
    select pg_catalog.min(n.oid::bigint)::pg_catalog.oid as oid
    from pg_catalog.pg_namespace n
    where n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
    group by n.nspowner, n.nspacl::text
), super as materialized (
    select r.oid, r.rolsuper from pg_catalog.pg_roles r where r.rolsuper or r.rolcreaterole
)
select r.rolname::text,
       case
           when r.rolsuper then 'superuser'
           when exists (select 1 from super s where s.rolsuper and pg_catalog.pg_has_role(r.oid, s.oid, 'MEMBER'))
               then 'may become a superuser'
           when r.rolcreaterole then 'may create roles'
           when exists (select 1 from super s where pg_catalog.pg_has_role(r.oid, s.oid, 'MEMBER'))
               then 'may become a role that creates roles'
           when exists (select 1 from own o where pg_catalog.pg_has_role(r.oid, o.owner, 'MEMBER')) then 'owns tables'
           when exists (select 1 from place p where pg_catalog.has_schema_privilege(r.oid, p.oid, 'CREATE'))
               then 'may create tables'
           when pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CREATE')
               then 'may create schemas'
           else '' end
from pg_catalog.pg_roles r
where r.rolcanlogin
order by r.rolsuper desc, r.rolcreaterole desc, r.rolname
limit %(most)s
"""
"""Roles that may log in, and what each may do to the schema."""

EXTENSION = "select extversion::text from pg_catalog.pg_extension where extname = 'pgaudit'"

UNAUDITED = r"""
with auditor as (
    select r.oid from pg_catalog.pg_roles r where r.rolname = %(auditor)s
), acting as materialized (
    -- SET ROLE leads to what a role does not inherit: PostgREST's own inherits nothing
    select r.oid from pg_catalog.pg_roles r where pg_catalog.pg_has_role(%(role)s::pg_catalog.name, r.oid, 'MEMBER')
)
select n.nspname || pg_catalog.chr(1) || c.relname
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join (values ('INSERT'), ('UPDATE'), ('DELETE')) as p(word)
where c.relkind in ('r', 'p', 'f') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  and not exists (
      select 1 from auditor a cross join lateral pg_catalog.aclexplode(c.relacl) g
      where g.privilege_type = p.word
        and (g.grantee = 0 or pg_catalog.pg_has_role(a.oid, g.grantee, 'USAGE')))
  and exists (
      select 1 from acting b
      where pg_catalog.has_schema_privilege(b.oid, n.oid, 'USAGE')
        -- a right to one column is one to write
        and case p.word when 'DELETE' then pg_catalog.has_table_privilege(b.oid, c.oid, 'DELETE')
                        else pg_catalog.has_any_column_privilege(b.oid, c.oid, p.word) end)
group by n.nspname, c.relname
order by 1
limit 10
"""
"""Tables that a role may write and whose writes object auditing does not cover, ten of them.

pgaudit logs what its role was granted, directly or by what it inherits; what it merely owns does not count.
"""
