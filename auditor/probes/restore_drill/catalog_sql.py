"""The statement that tells what a database consists of."""

from __future__ import annotations

SAME_WORDS = """
select pg_catalog.set_config(name, value, true) from (values
    ('timezone', 'UTC'), ('datestyle', 'ISO, MDY'), ('intervalstyle', 'postgres'), ('bytea_output', 'hex'),
    ('extra_float_digits', '1'), ('quote_all_identifiers', 'off')) as s(name, value)
"""
"""What a database or role may set for its sessions, and what would make the same object or time look another.

Source: PostgreSQL documentation, sections 19.11.1, 19.11.2 and 19.13.1.
"""

SCHEMA = """
with ours as materialized (
    select n.oid, n.nspname::text as schema from pg_catalog.pg_namespace n
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
),
foreign_members as materialized (
    select d.classid, d.objid from pg_catalog.pg_depend d
    where d.deptype = 'e' and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
),
relations as materialized (
    select c.oid, o.schema, c.relname::text as name, c.relkind, c.relispartition, c.relrowsecurity,
           c.relforcerowsecurity, pg_catalog.format('%I.%I', o.schema, c.relname) as full_name
    from pg_catalog.pg_class c join ours o on o.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.relpersistence <> 't'
      and not exists (select 1 from foreign_members e
                      where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid)
),
tables as materialized (select * from relations where relkind in ('r', 'p'))
select 'schema' as kind, o.schema as name, '' as owner, '' as definition, false as loose from ours o
where not exists (select 1 from foreign_members e
                  where e.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and e.objid = o.oid)
union all
select 'extension', e.extname::text, '', '', false from pg_catalog.pg_extension e
union all
select case r.relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'm' then 'materialized view'
                      when 'S' then 'sequence' else 'foreign table' end,
       r.full_name, r.schema, case when r.relkind = 'p' then 'partitioned' else '' end, r.relispartition
from relations r
union all
select 'columns', r.full_name, r.full_name, pg_catalog.jsonb_object_agg(a.attname,
           pg_catalog.concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod),
               case when a.attnotnull then 'not null' end,
               case when a.attidentity <> '' then 'identity ' || a.attidentity::text end,
               case when a.attgenerated <> '' then 'generated ' || a.attgenerated::text end))::text, false
from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
where r.relkind <> 'S'
group by r.full_name
union all
select 'default', r.full_name || '.' || pg_catalog.quote_ident(a.attname), r.full_name,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid), true
from tables r join pg_catalog.pg_attrdef d on d.adrelid = r.oid
join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum = d.adnum
union all
select 'constraint', r.full_name || ' ' || pg_catalog.quote_ident(k.conname), r.full_name,
       pg_catalog.pg_get_constraintdef(k.oid), k.contype = 'c'
from tables r join pg_catalog.pg_constraint k on k.conrelid = r.oid and k.contype in ('c', 'f', 'p', 'u', 'x')
where k.conparentid = 0
union all
select 'index', r.schema || '.' || pg_catalog.quote_ident(i.relname), r.full_name,
       pg_catalog.pg_get_indexdef(i.oid), true
from relations r join pg_catalog.pg_index x on x.indrelid = r.oid and x.indisvalid
join pg_catalog.pg_class i on i.oid = x.indexrelid
union all
select 'row level security', r.full_name, r.full_name,
       case when r.relforcerowsecurity then 'enabled and forced' else 'enabled' end, false
from tables r where r.relrowsecurity
union all
select 'policy', r.full_name || ' ' || pg_catalog.quote_ident(p.polname), r.full_name, pg_catalog.concat_ws(' ',
           case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd::text, 'to',
           (select pg_catalog.string_agg(coalesce(g.rolname::text, 'public'), ',' order by coalesce(g.rolname::text, 'public'))
            from pg_catalog.unnest(p.polroles) m(member) left join pg_catalog.pg_roles g on g.oid = m.member),
           'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)),
       true
from tables r join pg_catalog.pg_policy p on p.polrelid = r.oid
union all
select 'trigger', r.full_name || ' ' || pg_catalog.quote_ident(t.tgname), r.full_name,
       t.tgenabled::text || ' ' || pg_catalog.pg_get_triggerdef(t.oid), true
from relations r join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
union all
select 'view definition', r.full_name, r.full_name, pg_catalog.pg_get_viewdef(r.oid), true
from relations r where r.relkind in ('v', 'm')
union all
select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
       pg_catalog.format('%I.%I(%s)', o.schema, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)), o.schema,
       pg_catalog.concat_ws(' ', l.lanname::text, p.provolatile::text, case when p.prosecdef then 'security definer' end,
           case when p.proisstrict then 'strict' end, pg_catalog.pg_get_function_result(p.oid),
           pg_catalog.array_to_string(p.proconfig, ' '), pg_catalog.md5(p.prosrc)), false
from pg_catalog.pg_proc p join ours o on o.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
where not exists (select 1 from foreign_members e
                  where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = p.oid)
  -- what a range type brings along is made by it
  and not exists (select 1 from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                  and d.objid = p.oid and d.deptype = 'i')
union all
select case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' else 'type' end,
       pg_catalog.format('%I.%I', o.schema, t.typname), o.schema,
       case t.typtype
           when 'e' then (select pg_catalog.string_agg(e.enumlabel::text, ', ' order by e.enumsortorder)
                          from pg_catalog.pg_enum e where e.enumtypid = t.oid)
           when 'd' then pg_catalog.concat_ws(' ', pg_catalog.format_type(t.typbasetype, t.typtypmod),
                                              case when t.typnotnull then 'not null' end)
           else '' end, false
from pg_catalog.pg_type t join ours o on o.oid = t.typnamespace
where (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and exists (
           select 1 from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
  and not exists (select 1 from foreign_members e
                  where e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid)
union all
select 'event trigger', t.evtname::text, '', t.evtevent::text, false from pg_catalog.pg_event_trigger t
where not exists (select 1 from foreign_members e
                  where e.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass and e.objid = t.oid)
"""
"""Kind, name, the table or schema around it, definition, and whether the definition depends on the server's version."""
