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
    select n.oid, n.nspname::text as schema, n.nspacl, n.nspowner from pg_catalog.pg_namespace n
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
),
foreign_members as materialized (
    select d.classid, d.objid from pg_catalog.pg_depend d
    where d.deptype = 'e' and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
),
relations as materialized (
    select c.oid, o.schema, c.relname::text as name, c.relkind, c.relpersistence, c.relispartition, c.relrowsecurity,
           c.relforcerowsecurity, pg_catalog.format('%I.%I', o.schema, c.relname) as full_name
    from pg_catalog.pg_class c join ours o on o.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.relpersistence <> 't'
      and not exists (select 1 from foreign_members e
                      where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid)
),
tables as materialized (select * from relations where relkind in ('r', 'p')),
functions as materialized (
    select p.oid, p.prosrc, p.proargdefaults, p.proacl, p.proowner, o.schema,
           case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind,
           pg_catalog.format('%I.%I(%s)', o.schema, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) as name,
           pg_catalog.concat_ws(' ', l.lanname::text, p.provolatile::text, case when p.prosecdef then 'security definer' end,
               case when p.proisstrict then 'strict' end, pg_catalog.pg_get_function_result(p.oid),
               pg_catalog.array_to_string(p.proconfig, ' '), pg_catalog.md5(p.prosrc)) as definition
    from pg_catalog.pg_proc p join ours o on o.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
    where not exists (select 1 from foreign_members e
                      where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = p.oid)
      -- what a range type brings along is made by it
      and not exists (select 1 from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                      and d.objid = p.oid and d.deptype = 'i')
),
granted as materialized (
    select r.full_name as name, c.relowner as owner, coalesce(c.relacl, pg_catalog.acldefault(
               (case when c.relkind = 'S' then 's' else 'r' end)::pg_catalog."char", c.relowner)) as acl, false as loose
    from relations r join pg_catalog.pg_class c on c.oid = r.oid
    union all
    select f.name, f.proowner, coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner)), false from functions f
    union all
    -- since version 15 not everybody may create in public
    select o.schema, o.nspowner, coalesce(o.nspacl, pg_catalog.acldefault('n', o.nspowner)), o.schema = 'public' from ours o
)
select 'schema' as kind, o.schema as name, '' as owner, '' as definition, false as loose from ours o
where not exists (select 1 from foreign_members e
                  where e.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and e.objid = o.oid)
union all
select 'extension', e.extname::text, '', '', false from pg_catalog.pg_extension e
union all
select case r.relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'm' then 'materialized view'
                      when 'S' then 'sequence' else 'foreign table' end,
       r.full_name, r.schema, case when r.relkind = 'p' then 'partitioned'
                                   when r.relkind = 'r' and r.relpersistence = 'u' then 'unlogged' else '' end, r.relispartition
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
-- of the owner none are told, since a drill restores as another one; MAINTAIN came with version 17
select 'privileges', g.name, g.name,
       pg_catalog.string_agg(coalesce(m.rolname::text, 'public') || '=' || a.privilege_type, ', '
                             order by coalesce(m.rolname::text, 'public'), a.privilege_type), g.loose
from granted g cross join lateral pg_catalog.aclexplode(g.acl) a left join pg_catalog.pg_roles m on m.oid = a.grantee
where a.grantee <> g.owner and a.privilege_type <> 'MAINTAIN'
group by g.name, g.loose
union all
-- a view that checks as its caller is another than one that checks as its owner
select 'view options', r.full_name, r.full_name, pg_catalog.array_to_string(c.reloptions, ' '), false
from relations r join pg_catalog.pg_class c on c.oid = r.oid where r.relkind = 'v' and c.reloptions is not null
union all
select 'rule', r.full_name || ' ' || pg_catalog.quote_ident(w.rulename), r.full_name,
       w.ev_enabled::text || ' ' || pg_catalog.pg_get_ruledef(w.oid), true
from relations r join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.rulename <> '_RETURN'
union all
select 'parents', r.full_name, r.full_name, pg_catalog.concat_ws(' ',
           pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, c.relname), ', ' order by h.inhseqno),
           pg_catalog.max(pg_catalog.pg_get_expr(own.relpartbound, own.oid))), true
from relations r join pg_catalog.pg_inherits h on h.inhrelid = r.oid
join pg_catalog.pg_class own on own.oid = r.oid
join pg_catalog.pg_class c on c.oid = h.inhparent join pg_catalog.pg_namespace n on n.oid = c.relnamespace
group by r.full_name
union all
select 'partition key', r.full_name, r.full_name, pg_catalog.pg_get_partkeydef(r.oid), true
from relations r where r.relkind = 'p'
union all
select f.kind, f.name, f.schema, f.definition, false from functions f
union all
select 'argument defaults', f.name, f.name, pg_catalog.pg_get_expr(f.proargdefaults, 0::pg_catalog.oid), true
from functions f where f.proargdefaults is not null
union all
-- a body that is no text (BEGIN ATOMIC): the server words it
select 'body', f.name, f.name, pg_catalog.pg_get_functiondef(f.oid), true
from functions f where f.prosrc = '' and f.kind <> 'aggregate'
union all
select 'domain constraint', pg_catalog.format('%I.%I %I', o.schema, t.typname, k.conname),
       pg_catalog.format('%I.%I', o.schema, t.typname), pg_catalog.pg_get_constraintdef(k.oid), true
from pg_catalog.pg_constraint k join pg_catalog.pg_type t on t.oid = k.contypid join ours o on o.oid = t.typnamespace
where k.contype = 'c' and not exists (
    select 1 from foreign_members e where e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid)
union all
select case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' else 'type' end,
       pg_catalog.format('%I.%I', o.schema, t.typname), o.schema,
       case t.typtype
           when 'e' then (select pg_catalog.string_agg(e.enumlabel::text, ', ' order by e.enumsortorder)
                          from pg_catalog.pg_enum e where e.enumtypid = t.oid)
           when 'd' then pg_catalog.concat_ws(' ', pg_catalog.format_type(t.typbasetype, t.typtypmod),
                                              case when t.typnotnull then 'not null' end)
           when 'c' then (select pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname,
                                     pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
                          from pg_catalog.pg_attribute a
                          where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)
           when 'r' then (select pg_catalog.format_type(g.rngsubtype, null) from pg_catalog.pg_range g
                          where g.rngtypid = t.oid)
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
