"""The queries behind the audit tables. Every name is qualified: the transaction's search_path is empty."""

ROLES = """
select r.rolname::text, r.rolsuper from pg_catalog.pg_roles r
where r.rolname = %s or r.rolname in ('anon', 'authenticated', 'service_role') order by 1
"""
"""The application's role, and those that Supabase's API acts as."""

TABLES = r"""
select c.oid::bigint, n.nspname || pg_catalog.chr(1) || c.relname, c.relispartition,
       array(select i.inhparent::bigint from pg_catalog.pg_inherits i where i.inhrelid = c.oid order by 1)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
order by 2
"""

_ACTING = r"""
with asked as materialized (
    select r.oid, r.rolname::text as name from pg_catalog.pg_roles r where r.rolname = any(%(roles)s)
), acting as materialized (
    -- SET ROLE leads to what a role does not inherit
    select a.oid as asked, a.name, r.oid, r.rolsuper or r.rolbypassrls as all_rows
    from asked a join pg_catalog.pg_roles r on pg_catalog.pg_has_role(a.oid, r.oid, 'MEMBER')
), chosen as materialized (
    select c.oid, c.relowner, c.relnamespace, c.relrowsecurity, c.relforcerowsecurity
    from pg_catalog.pg_class c where c.oid = any(%(tables)s::pg_catalog.oid[])
)
"""
RIGHTS = (
    _ACTING  # noqa: S608  a constant
    + r"""
select c.oid::bigint, pg_catalog.pg_get_userbyid(c.relowner)::text, a.name,
       pg_catalog.pg_has_role(a.oid, c.relowner, 'MEMBER'),
       array(
           select w.word from (values ('UPDATE', 'w'), ('DELETE', 'd'), ('TRUNCATE', '')) as w(word, cmd)
           where exists (
               select 1 from acting b
               where b.asked = a.oid and pg_catalog.has_schema_privilege(b.oid, c.relnamespace, 'USAGE')
                 and case w.word when 'UPDATE' then pg_catalog.has_any_column_privilege(b.oid, c.oid, 'UPDATE')
                                 -- the API has no way to send TRUNCATE
                                 when 'TRUNCATE' then a.name = %(application)s
                                                      and pg_catalog.has_table_privilege(b.oid, c.oid, 'TRUNCATE')
                                 else pg_catalog.has_table_privilege(b.oid, c.oid, w.word) end
                 and (w.cmd = '' or not c.relrowsecurity or b.all_rows
                      or exists (
                          select 1 from pg_catalog.pg_policy p
                          where p.polrelid = c.oid and p.polpermissive and p.polcmd::text in ('*', w.cmd)
                            and coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'true') <> 'false'
                            and exists (
                                select 1 from pg_catalog.unnest(p.polroles) as t(role)
                                where t.role = 0 or pg_catalog.pg_has_role(b.oid, t.role, 'USAGE')))))
           order by w.word desc)
from chosen c cross join asked a
order by 1, 3
"""
)
"""Who owns the tables, and who may change rows of theirs; policies that let nobody do it are taken into account."""

DETOURS = (
    _ACTING  # noqa: S608  a constant
    + r"""
-- a foreign key deletes as the owner of the table, whatever was granted
select distinct c.oid::bigint, b.name, 'DELETE', 'by deleting from', n.nspname || pg_catalog.chr(1) || t.relname
from chosen c
join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype::text = 'f' and k.confdeltype::text = 'c'
join pg_catalog.pg_class t on t.oid = k.confrelid
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
join acting b on pg_catalog.has_schema_privilege(b.oid, n.oid, 'USAGE')
             and pg_catalog.has_table_privilege(b.oid, t.oid, 'DELETE')
where t.oid <> c.oid
union
-- a view writes as its owner, unless it says otherwise
select distinct c.oid::bigint, b.name, w.word, 'through', n.nspname || pg_catalog.chr(1) || v.relname
from chosen c
join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid
                           and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
join pg_catalog.pg_rewrite e on e.oid = d.objid
join pg_catalog.pg_class v on v.oid = e.ev_class and v.relkind = 'v'
join pg_catalog.pg_namespace n on n.oid = v.relnamespace
cross join (values ('UPDATE', 4), ('DELETE', 16)) as w(word, bit)
join acting b on pg_catalog.has_schema_privilege(b.oid, n.oid, 'USAGE')
where not coalesce(v.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)
  and pg_catalog.pg_relation_is_updatable(v.oid, false) & w.bit = w.bit
  and case w.word when 'UPDATE' then pg_catalog.has_any_column_privilege(b.oid, v.oid, 'UPDATE')
                                     and pg_catalog.has_any_column_privilege(v.relowner, c.oid, 'UPDATE')
                  else pg_catalog.has_table_privilege(b.oid, v.oid, 'DELETE')
                       and pg_catalog.has_table_privilege(v.relowner, c.oid, 'DELETE') end
order by 1, 2, 3, 4, 5
"""
)
"""Ways to change rows of the tables without a right to them."""

GUARDS = r"""
select t.tgrelid::bigint, t.tgname::text, t.tgtype::int, pg_catalog.left(p.prosrc, 2000)
from pg_catalog.pg_trigger t
join pg_catalog.pg_proc p on p.oid = t.tgfoid
where t.tgrelid = any(%(tables)s::pg_catalog.oid[]) and not t.tgisinternal and t.tgenabled in ('O', 'A')
  and t.tgqual is null and t.tgattr::text = ''
union all
-- a rule that does nothing instead; its name, and no code
select w.ev_class::bigint, w.rulename::text, case w.ev_type::text when '2' then 17 else 9 end, ''
from pg_catalog.pg_rewrite w
where w.ev_class = any(%(tables)s::pg_catalog.oid[]) and w.is_instead and w.ev_enabled in ('O', 'A')
  and w.ev_type::text in ('2', '4') and w.ev_qual::text = '<>'
  and pg_catalog.pg_get_ruledef(w.oid) ~ 'DO INSTEAD NOTHING;$'
order by 1, 2
"""
"""Triggers, those after a change too, and rules in its place, that may refuse it."""
