"""The queries behind the catalog fact. Every name is qualified: the transaction's search_path is empty.

Objects refer to each other by OID; names of two parts come with chr(1) between them, to be quoted by
:func:`auditor.facts.database.quoted` like all others.

Each reads whole catalogs at once; none runs once per table. Tables by the thousand are alike: what they share comes in
one row, with the list of those that share it. Where the planner would read all of a large catalog for the sake of a few
lines, ``offset 0`` keeps it to the index. Nothing here is newer than PostgreSQL 12 but ``security_invoker`` (15), which
older servers simply do not list among a view's options.
"""

EXPOSED_SCHEMAS = """
select s.setting
from pg_catalog.pg_db_role_setting d
join pg_catalog.pg_roles r on r.oid = d.setrole
cross join lateral pg_catalog.unnest(d.setconfig) as s(setting)
where r.rolname = 'authenticator' and pg_catalog.starts_with(s.setting, 'pgrst.db_schemas=')
  and d.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
order by d.setdatabase desc
"""

LOCKED = """
select distinct l.relation::bigint
from pg_catalog.pg_locks l
where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.pid <> pg_catalog.pg_backend_pid()
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
"""
"""Tables that another session holds, or waits for, alone: to ask for a text that names one waits for the lock."""

NAMESPACES = "select nspname from pg_catalog.pg_namespace"

REQUEST_ROLES = """
select r.rolname::text from pg_catalog.pg_roles r
where r.rolname in ('anon', 'authenticated') or (
    not r.rolbypassrls and not r.rolsuper and exists (
        select 1 from pg_catalog.pg_auth_members m
        join pg_catalog.pg_roles a on a.oid = m.member
        where m.roleid = r.oid and a.rolname = 'authenticator'))
"""
"""Roles that PostgREST's own role may become, those exempt from RLS left out: they belong to the server's key."""

RELATIONS = r"""
with api as materialized (
    select r.oid, r.rolname::text as name from pg_catalog.pg_roles r where r.rolname = any(%(roles)s)
), privilege(word) as (
    values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')
), usable as materialized (
    select n.oid as nsp, a.oid as role, a.name
    from pg_catalog.pg_namespace n cross join api a
    where pg_catalog.has_schema_privilege(a.oid, n.oid, 'usage')
), parent as materialized (
    select i.inhrelid,
           pg_catalog.array_agg(n.nspname || pg_catalog.chr(1) || c.relname
                                order by i.inhseqno) as names
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhparent
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    group by i.inhrelid
), member as materialized (
    select d.objid, e.extname::text as extension
    from pg_catalog.pg_depend d
    join pg_catalog.pg_extension e on e.oid = d.refobjid
    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype = 'e'
      and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
), own as materialized (
    select c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind, c.relowner, c.relnamespace, c.relrowsecurity,
           c.relforcerowsecurity, c.relispartition, c.reloptions, c.relacl::text as acl
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and not pg_catalog.starts_with(n.nspname, 'pg_temp_')
), alike as materialized (
    -- what a role may do depends on these four alone: asked once for the thousands of tables that share them
    select o.relnamespace, o.relowner, o.relkind, o.acl, pg_catalog.min(o.oid::bigint)::pg_catalog.oid as oid
    from own o group by 1, 2, 3, 4
), held as materialized (
    select a.relnamespace, a.relowner, a.relkind, a.acl, pg_catalog.array_agg(u.name || ':' || p.word) as grants
    from alike a join usable u on u.nsp = a.relnamespace cross join privilege p
    where pg_catalog.has_table_privilege(u.role, a.oid, p.word)
    group by 1, 2, 3, 4
)
select pg_catalog.array_agg(c.oid::bigint), pg_catalog.array_agg(c.name), c.schema, c.relkind::text,
       pg_catalog.pg_get_userbyid(c.relowner)::text, c.schema = any(%(schemas)s), c.relrowsecurity, c.relforcerowsecurity,
       coalesce(h.grants, '{}'::text[]), coalesce(i.names, '{}'::text[]), c.relispartition,
       coalesce(pg_catalog.lower(pg_catalog.array_to_string(c.reloptions, ',')) ~ 'security_invoker=(true|on|1|yes)', false),
       coalesce(m.extension, ''),
       -- a size opens the table: of ten thousand it takes longer than all the rest, and few are asked for
       case when c.relkind in ('r', 'm') and v.refobjid is not null and c.oid <> all(%(locked)s::pg_catalog.oid[])
            then coalesce(pg_catalog.pg_relation_size(c.oid), 0) else 0 end
from own c
left join held h on h.relnamespace = c.relnamespace and h.relowner = c.relowner and h.relkind = c.relkind
                and h.acl is not distinct from c.acl
left join parent i on i.inhrelid = c.oid
left join member m on m.objid = c.oid
left join (
    select distinct d.refobjid from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
      and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
) v on v.refobjid = c.oid
group by 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
"""
"""Relations that share everything but their names, in one row."""

COLUMN_GRANTS = r"""
with api as materialized (
    select r.oid, r.rolname::text as name from pg_catalog.pg_roles r where r.rolname = any(%(roles)s)
), privilege(word) as (
    values ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')
)
select c.oid::bigint, a.name, p.word, pg_catalog.array_agg(t.attname::text order by t.attnum)
from pg_catalog.pg_attribute t
join pg_catalog.pg_class c on c.oid = t.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join api a cross join privilege p
where t.attacl is not null and t.attnum > 0 and not t.attisdropped and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  and pg_catalog.has_schema_privilege(a.oid, n.oid, 'usage')
  and pg_catalog.has_column_privilege(a.oid, c.oid, t.attnum, p.word)
group by 1, 2, 3
"""

POLICIES = r"""
with own as materialized (
    select w.rel, pg_catalog.array_agg(w.num || ' ' || a.attname order by w.num) as columns
    from (
        select distinct d.refobjid as rel, d.refobjsubid as num from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
          and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0
    ) w
    cross join lateral (
        select t.attname from pg_catalog.pg_attribute t where t.attrelid = w.rel and t.attnum = w.num offset 0
    ) a
    group by w.rel
), alike as materialized (
    select pg_catalog.array_agg(p.oid) as policies, pg_catalog.array_agg(p.polrelid::bigint) as tables
    from pg_catalog.pg_policy p
    left join own o on o.rel = p.polrelid
    group by p.polname, p.polcmd, p.polpermissive, p.polroles, p.polrelid = any(%(locked)s::pg_catalog.oid[]), o.columns,
             pg_catalog.hashtextextended(p.polqual::text, 0), pg_catalog.hashtextextended(p.polwithcheck::text, 0)
), example as materialized (
    -- as plain texts, unpacked once
    select a.policies, a.tables, p.polqual::text || '' as qual, p.polwithcheck::text || '' as checked
    from alike a
    cross join lateral (select x.* from pg_catalog.pg_policy x where x.oid = a.policies[1] offset 0) p
    where pg_catalog.cardinality(a.policies) > 1
), told as materialized (
    select e.policies, e.tables,
           -- the text of a lone column names no table; that of a whole row, or of a column inside a query, does
           pg_catalog.concat(e.qual, e.checked) not like all (array['%%:rtable (%%', '%%:varattno 0 %%'])
           and pg_catalog.strpos(
               pg_catalog.replace(pg_catalog.concat(e.qual, e.checked), ':varlevelsup 0 ', ''), ':varlevelsup ') = 0
           -- equal hashes prove nothing
           and not exists (
               select 1 from pg_catalog.unnest(e.policies) o(oid) join pg_catalog.pg_policy p on p.oid = o.oid
               where p.polqual::text is distinct from e.qual or p.polwithcheck::text is distinct from e.checked) as at_once
    from example e
), asked as materialized (
    select a.policies[1] as policy, a.tables from alike a where pg_catalog.cardinality(a.policies) = 1
    union all
    select t.policies[1], t.tables from told t where t.at_once
    union all
    select u.policy, array[u.rel]
    from told t
    cross join lateral rows from (pg_catalog.unnest(t.policies), pg_catalog.unnest(t.tables)) u(policy, rel)
    where not t.at_once
), role_list as materialized (
    select l.polroles, (
        select pg_catalog.array_agg(
            case when r.role = 0 then 'public' else pg_catalog.pg_get_userbyid(r.role)::text end order by 1)
        from pg_catalog.unnest(l.polroles) as r(role)) as names
    from (select distinct p.polroles from pg_catalog.pg_policy p) l
)
select q.tables, p.polname::text, p.polcmd::text, p.polpermissive, coalesce(l.names, '{}'::text[]),
       case when s.there then null else pg_catalog.pg_get_expr(p.polqual, p.polrelid) end,
       case when s.there then null else pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) end, s.there,
       n.columns, n.functions, n.operators, n.relations, n.their_columns
from asked q
cross join lateral (select x.* from pg_catalog.pg_policy x where x.oid = q.policy offset 0) p
cross join lateral (
    select pg_catalog.array_agg(a.attname::text) filter (where d.own and a.attname is not null) as columns,
           pg_catalog.array_agg(d.refobjid::bigint) filter (
               where d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass) as functions,
           pg_catalog.array_agg(d.refobjid::bigint) filter (
               where d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass) as operators,
           pg_catalog.array_agg(d.refobjid::bigint) filter (where not d.own) as relations,
           pg_catalog.array_agg(a.attname::text) filter (where not d.own) as their_columns
    from (
        select x.refclassid, x.refobjid, x.refobjsubid,
               case when x.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass then x.refobjid = p.polrelid end as own
        from pg_catalog.pg_depend x
        where x.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and x.objid = p.oid
    ) d
    left join pg_catalog.pg_attribute a on d.own is not null and d.refobjsubid > 0 and a.attrelid = d.refobjid
                                       and a.attnum = d.refobjsubid and not a.attisdropped
) n
cross join lateral (
    select p.polrelid = any(%(locked)s::pg_catalog.oid[]) or coalesce(n.relations && %(locked)s::bigint[], false) as there
) s
left join role_list l on l.polroles = p.polroles
"""
"""Policies that say the same of columns of the same names, in one row with the tables that have them.

To spell an expression out, PostgreSQL opens the table, for its name and those of its columns: for ten thousand tables
that takes longer than all the rest. Where the stored expression is the same and names no table, it is done once.
"""

OPERATORS = """
select o.oid::bigint, o.oprcode::pg_catalog.oid::bigint, o.oprname::text
from pg_catalog.pg_operator o
join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
where n.nspname <> 'pg_catalog'
"""

CASTS = """
select distinct t.typname::text, c.castfunc::bigint
from pg_catalog.pg_cast c
join pg_catalog.pg_type t on t.oid in (c.casttarget, c.castsource)
join pg_catalog.pg_proc f on f.oid = c.castfunc
join pg_catalog.pg_namespace n on n.oid = f.pronamespace
where n.nspname <> 'pg_catalog'
union
select t.typname::text, d.refobjid::bigint
from pg_catalog.pg_constraint k
join pg_catalog.pg_type t on t.oid = k.contypid
join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and d.objid = k.oid
where d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
"""
"""What a cast runs: functions of the database, by the types between which they lead, and those of domains' CHECKs."""

COLUMNS = r"""
with wanted as materialized (
    select d.refobjid as rel, d.refobjsubid as num
    from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
      and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0
    union
    select a.attrelid, a.attnum from pg_catalog.pg_attribute a
    where a.attrelid = any(%(whole)s::pg_catalog.oid[]) and a.attnum > 0 and not a.attisdropped
), foreign_key as materialized (
    select k.conrelid, k.conkey[1] as num, pg_catalog.bool_or(k.confdeltype = 'n') as set_null,
           pg_catalog.bool_or(n.nspname = 'auth' and r.relname = 'users') as users,
           pg_catalog.min(k.confrelid::bigint) as target, pg_catalog.min(t.attname::text) as key
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_attribute t on t.attrelid = k.confrelid and t.attnum = k.confkey[1]
    join pg_catalog.pg_class r on r.oid = k.confrelid
    join pg_catalog.pg_namespace n on n.oid = r.relnamespace
    where k.contype = 'f' and pg_catalog.cardinality(k.conkey) = 1 group by 1, 2
), one_of as materialized (
    select k.conrelid, k.conkey[1] as num, pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ') as text
    from pg_catalog.pg_constraint k
    where k.contype = 'c' and pg_catalog.cardinality(k.conkey) = 1
      and (k.conrelid, k.conkey[1]) in (select w.rel, w.num from wanted w)
      and k.conrelid <> all(%(locked)s::pg_catalog.oid[])
    group by 1, 2
)
select pg_catalog.array_agg(w.rel::bigint), a.attname::text,
       case when coalesce(b.typname, t.typname) = 'uuid' then 'uuid' else coalesce(b.typcategory, t.typcategory)::text end,
       pg_catalog.format_type(coalesce(b.oid, t.oid), null),
       not (a.attnotnull or (t.typtype = 'd' and t.typnotnull)),
       case when coalesce(b.typtype, t.typtype) = 'e' then (
           select pg_catalog.array_agg(e.enumlabel::text order by e.enumsortorder) from pg_catalog.pg_enum e
           where e.enumtypid = coalesce(b.oid, t.oid)) end,
       coalesce(o.text, ''),
       case when w.rel <> all(%(locked)s::pg_catalog.oid[])
            -- a default names no column, so that no table need be opened for it; what is generated does
            then coalesce(pg_catalog.pg_get_expr(f.adbin, case when a.attgenerated = '' then 0 else f.adrelid end), '')
            else '' end,
       i.alone is not null, coalesce(i.alone, false),
       coalesce(k.set_null, false), coalesce(k.users, false), k.target, coalesce(k.key, '')
from wanted w
cross join lateral (
    select x.* from pg_catalog.pg_attribute x where x.attrelid = w.rel and x.attnum = w.num offset 0
) a
join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_type b on b.oid = t.typbasetype and t.typtype = 'd'
left join pg_catalog.pg_attrdef f on f.adrelid = w.rel and f.adnum = w.num
cross join lateral (
    select pg_catalog.bool_or(x.indisunique and x.indnkeyatts = 1) as alone
    from pg_catalog.pg_index x
    where x.indrelid = w.rel and x.indkey[0] = w.num and x.indisvalid and x.indpred is null
) i
left join foreign_key k on k.conrelid = w.rel and k.num = w.num
left join one_of o on o.conrelid = w.rel and o.num = w.num
group by 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
"""
"""Columns of one name that share all the rest, in one row with the tables that have them."""

VIEWS = """
select distinct w.ev_class::bigint, d.refobjid::bigint
from pg_catalog.pg_rewrite w
join pg_catalog.pg_class v on v.oid = w.ev_class
join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
 and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> v.oid
where v.relkind in ('v', 'm')
"""

FUNCTIONS = r"""
with api as materialized (
    select r.oid, r.rolname::text as name from pg_catalog.pg_roles r where r.rolname = any(%(roles)s)
)
select f.oid::bigint, n.nspname::text, f.proname::text, pg_catalog.pg_get_function_identity_arguments(f.oid),
       pg_catalog.pg_get_userbyid(f.proowner)::text, f.prosecdef, f.provolatile::text,
       case when f.prokind = 'a' then 'aggregate'
            when pg_catalog.array_to_string(f.proconfig, ' ') ~* 'standard_conforming_strings' then 'another dialect'
            else l.lanname::text end,
       (select pg_catalog.substr(s.setting, 13) from pg_catalog.unnest(f.proconfig) as s(setting)
        where pg_catalog.starts_with(s.setting, 'search_path=') limit 1),
       coalesce((
           select pg_catalog.array_agg(a.name order by a.name) from api a
           where pg_catalog.has_schema_privilege(a.oid, n.oid, 'usage')
             and pg_catalog.has_function_privilege(a.oid, f.oid, 'execute')
       ), '{}'::text[]),
       n.nspname = any(%(schemas)s),
       f.prorettype in ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype),
       coalesce(e.extension, ''),
       case when l.lanname in ('sql', 'plpgsql') then coalesce(f.prosrc, '') else '' end,
       coalesce(pg_catalog.pg_get_expr(f.proargdefaults, 0), '')
from pg_catalog.pg_proc f
join pg_catalog.pg_namespace n on n.oid = f.pronamespace
join pg_catalog.pg_language l on l.oid = f.prolang
left join (
    select d.objid, pg_catalog.min(x.extname::text) as extension
    from pg_catalog.pg_depend d join pg_catalog.pg_extension x on x.oid = d.refobjid
    where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.deptype = 'e'
      and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    group by d.objid
) e on e.objid = f.oid
where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by 2, 3, 4
"""

FUNCTION_BODIES = r"""
select f.oid::bigint, pg_catalog.pg_get_function_sqlbody(f.oid)
from pg_catalog.pg_proc f where f.prosqlbody is not null
"""
"""Bodies in the SQL standard's form, from PostgreSQL 14 on: their source is empty."""

ROLES = """
with recursive climb(start, role) as (
    select r.oid, r.oid from pg_catalog.pg_roles r
    where r.rolname = any(%(roles)s)
       or r.oid in (select c.relowner from pg_catalog.pg_class c where c.relkind in ('v', 'm'))
    union
    select c.start, m.roleid from climb c join pg_catalog.pg_auth_members m on m.member = c.role
)
select r.rolname::text, r.rolsuper, r.rolbypassrls, r.rolcanlogin, r.rolcreaterole,
       coalesce((
           select pg_catalog.array_agg(g.rolname::text order by g.rolname)
           from climb c join pg_catalog.pg_roles g on g.oid = c.role
           where c.start = r.oid and c.role <> r.oid
       ), '{}'::text[]),
       coalesce((
           select pg_catalog.array_agg(g.rolname::text order by g.rolname)
           from climb c join pg_catalog.pg_roles g on g.oid = c.role
           where c.start = r.oid and c.role <> r.oid and pg_catalog.pg_has_role(r.oid, g.oid, 'usage')
       ), '{}'::text[])
from pg_catalog.pg_roles r
where r.oid in (select role from climb)
order by 1
"""

DEFAULT_GRANTS = """
select pg_catalog.pg_get_userbyid(d.defaclrole)::text, n.nspname::text, d.defaclobjtype::text,
       case when a.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee)::text end,
       pg_catalog.array_agg(a.privilege_type order by a.privilege_type)
from pg_catalog.pg_default_acl d
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
cross join lateral pg_catalog.aclexplode(d.defaclacl) a
where d.defaclobjtype in ('r', 'S', 'f')
group by 1, 2, 3, 4
order by 1, 2, 3, 4
"""

PUBLISHED = """
select schemaname::text, tablename::text from pg_catalog.pg_publication_tables where pubname = 'supabase_realtime'
order by 1, 2
"""

VIEW_FUNCTIONS = r"""
select distinct w.ev_class::bigint,
       (case when d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass then d.refobjid
             else o.oprcode::pg_catalog.oid end)::bigint
from pg_catalog.pg_rewrite w
join pg_catalog.pg_class v on v.oid = w.ev_class
join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
left join pg_catalog.pg_operator o
  on o.oid = d.refobjid and d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
where v.relkind in ('v', 'm') and (d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass or o.oid is not null)
"""

VIEW_TEXTS = """
select c.oid::bigint, pg_catalog.pg_get_viewdef(c.oid)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and not exists (
    select 1 from pg_catalog.pg_rewrite w
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
    where w.ev_class = c.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      and d.refobjid = any(%(locked)s::pg_catalog.oid[]))
"""

VOLATILE_BUILTINS = r"""
select distinct f.proname::text
from pg_catalog.pg_proc f
join pg_catalog.pg_namespace n on n.oid = f.pronamespace
where n.nspname = 'pg_catalog' and f.provolatile = 'v'
  and f.proname not in ('now', 'random', 'clock_timestamp', 'statement_timestamp', 'timeofday', 'gen_random_uuid')
"""
