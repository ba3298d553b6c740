"""The queries behind the catalog fact. Every name is qualified: the transaction's search_path is empty.

Names of two parts come with chr(1) between them, to be quoted by :func:`auditor.facts.database.quoted` like all others.

Each reads whole catalogs at once; none runs once per table. Nothing here is newer than PostgreSQL 11 but
``security_invoker`` (15), which older servers simply do not list among a view's options.
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
)
select c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, pg_catalog.pg_get_userbyid(c.relowner)::text,
       n.nspname = any(%(schemas)s), c.relrowsecurity, c.relforcerowsecurity,
       coalesce((
           select pg_catalog.array_agg(u.name || ':' || p.word)
           from usable u cross join privilege p
           where u.nsp = n.oid and pg_catalog.has_table_privilege(u.role, c.oid, p.word)
       ), '{}'::text[]),
       coalesce(i.names, '{}'::text[]), c.relispartition,
       coalesce(pg_catalog.lower(pg_catalog.array_to_string(c.reloptions, ',')) ~ 'security_invoker=(true|on|1|yes)', false),
       coalesce(m.extension, ''),
       case when c.relkind in ('r', 'm') then coalesce(pg_catalog.pg_relation_size(c.oid), 0) else 0 end,
       case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) ~ 'auth\.(uid|jwt|email)\(|request\.jwt' else false end
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join parent i on i.inhrelid = c.oid
left join member m on m.objid = c.oid
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and not pg_catalog.starts_with(n.nspname, 'pg_temp_')
order by 2, 3
"""

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

POLICIES = """
with depends as materialized (
    select d.objid, d.refclassid, d.refobjid, d.refobjsubid
    from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
)
select n.nspname::text, c.relname::text, p.polname::text, p.polcmd::text, p.polpermissive,
       coalesce((
           select pg_catalog.array_agg(
               case when r.role = 0 then 'public' else pg_catalog.pg_get_userbyid(r.role)::text end order by 1)
           from pg_catalog.unnest(p.polroles) as r(role)
       ), '{}'::text[]),
       pg_catalog.pg_get_expr(p.polqual, p.polrelid),
       pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
       coalesce((
           select pg_catalog.array_agg(distinct a.attname::text)
           from depends d
           join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
           where d.objid = p.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
             and d.refobjid = p.polrelid and d.refobjsubid > 0
       ), '{}'::text[]),
       coalesce((
           select pg_catalog.array_agg(distinct fn.nspname || pg_catalog.chr(1) || f.proname
                                       || pg_catalog.chr(1) || pg_catalog.pg_get_function_identity_arguments(f.oid))
           from depends d
           left join pg_catalog.pg_operator o
             on o.oid = d.refobjid and d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
           join pg_catalog.pg_proc f
             on f.oid = case when d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass then d.refobjid else o.oprcode end
           join pg_catalog.pg_namespace fn on fn.oid = f.pronamespace
           where d.objid = p.oid
       ), '{}'::text[]),
       coalesce((
           select pg_catalog.array_agg(distinct rn.nspname || pg_catalog.chr(1) || r.relname)
           from depends d
           join pg_catalog.pg_class r on r.oid = d.refobjid
           join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
           where d.objid = p.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> p.polrelid
       ), '{}'::text[])
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
order by 1, 2, 3
"""

VIEWS = r"""
select distinct vn.nspname::text, v.relname::text, rn.nspname::text, r.relname::text
from pg_catalog.pg_rewrite w
join pg_catalog.pg_class v on v.oid = w.ev_class
join pg_catalog.pg_namespace vn on vn.oid = v.relnamespace
join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
 and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> v.oid
join pg_catalog.pg_class r on r.oid = d.refobjid
join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
where v.relkind in ('v', 'm') and vn.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by 1, 2, 3, 4
"""

FUNCTIONS = r"""
with api as materialized (
    select r.oid, r.rolname::text as name from pg_catalog.pg_roles r where r.rolname = any(%(roles)s)
), own as materialized (
    select f.oid, n.oid as nsp, n.nspname::text as schema, f.proname::text as name, f.proowner, f.prosecdef, f.provolatile,
           f.prolang, f.proconfig, f.prorettype, f.prosrc, l.lanname::text as language
    from pg_catalog.pg_proc f
    join pg_catalog.pg_namespace n on n.oid = f.pronamespace
    join pg_catalog.pg_language l on l.oid = f.prolang
    where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and f.prokind in ('f', 'p', 'w')
), definers as materialized (
    select schema, name from own where prosecdef
)
select f.schema, f.name, pg_catalog.pg_get_function_identity_arguments(f.oid), pg_catalog.pg_get_userbyid(f.proowner)::text,
       f.prosecdef, f.provolatile::text, f.language,
       (select pg_catalog.substr(s.setting, 13) from pg_catalog.unnest(f.proconfig) as s(setting)
        where pg_catalog.starts_with(s.setting, 'search_path=') limit 1),
       coalesce((
           select pg_catalog.array_agg(a.name order by a.name) from api a
           where pg_catalog.has_schema_privilege(a.oid, f.nsp, 'usage')
             and pg_catalog.has_function_privilege(a.oid, f.oid, 'execute')
       ), '{}'::text[]),
       f.schema = any(%(schemas)s),
       f.prorettype in ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype),
       coalesce((
           select e.extname::text from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
           where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = f.oid and d.deptype = 'e'
             and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
           limit 1
       ), ''),
       case when f.prosecdef or f.language not in ('sql', 'plpgsql') then '{}'::text[] else coalesce((
           select pg_catalog.array_agg(distinct d.schema || '.' || d.name) from definers d
           where d.name <> f.name and pg_catalog.strpos(f.prosrc, d.name) > 0
       ), '{}'::text[]) end,
       pg_catalog.regexp_replace(f.prosrc, '--[^\n]*|/\*.*?\*/', '', 'g') ~ 'user_metadata|raw_user_meta_data',
       f.prosrc ~* 'auth\.(uid|jwt|role|email)|request\.jwt|current_user|session_user|current_setting'
from own f
order by 1, 2, 3
"""

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

POLICY_COLUMNS = r"""
select distinct n.nspname || pg_catalog.chr(1) || c.relname, a.attname::text,
       case when coalesce(b.typname, t.typname) = 'uuid' then 'uuid' else coalesce(b.typcategory, t.typcategory)::text end,
       pg_catalog.format_type(coalesce(b.oid, t.oid), null)
from pg_catalog.pg_depend d
join pg_catalog.pg_policy p on p.oid = d.objid
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_type b on b.oid = t.typbasetype and t.typtype = 'd'
where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
  and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = p.polrelid and d.refobjsubid > 0
"""

VIEW_FUNCTIONS = r"""
select distinct vn.nspname || pg_catalog.chr(1) || v.relname,
       fn.nspname || pg_catalog.chr(1) || f.proname
       || pg_catalog.chr(1) || pg_catalog.pg_get_function_identity_arguments(f.oid)
from pg_catalog.pg_rewrite w
join pg_catalog.pg_class v on v.oid = w.ev_class
join pg_catalog.pg_namespace vn on vn.oid = v.relnamespace
join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
left join pg_catalog.pg_operator o
  on o.oid = d.refobjid and d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
join pg_catalog.pg_proc f
  on f.oid = case when d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass then d.refobjid else o.oprcode end
join pg_catalog.pg_namespace fn on fn.oid = f.pronamespace
where v.relkind in ('v', 'm')
"""

VIEW_TEXTS = r"""
select n.nspname || pg_catalog.chr(1) || c.relname, pg_catalog.pg_get_viewdef(c.oid)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
"""

VOLATILE_BUILTINS = r"""
select distinct f.proname::text
from pg_catalog.pg_proc f
join pg_catalog.pg_namespace n on n.oid = f.pronamespace
where n.nspname = 'pg_catalog' and f.provolatile = 'v'
  and f.proname not in ('now', 'random', 'clock_timestamp', 'statement_timestamp', 'timeofday', 'gen_random_uuid')
"""

UNTRUSTED_FUNCTIONS = r"""
with recursive own as materialized (
    select n.nspname || pg_catalog.chr(1) || f.proname
           || pg_catalog.chr(1) || pg_catalog.pg_get_function_identity_arguments(f.oid) as signature,
           f.proname::text as name,
           f.prosrc as source,
           f.provolatile = 'v' or l.lanname not in ('sql', 'plpgsql')
           or f.prosrc ~* '\m(dblink|http|net|pg_notify|pg_sleep|nextval|setval|set_config|execute|copy|perform|notify)\M|lo_|advisory|pg_read|pg_ls|terminate'
           as risky
    from pg_catalog.pg_proc f
    join pg_catalog.pg_namespace n on n.oid = f.pronamespace
    join pg_catalog.pg_language l on l.oid = f.prolang
    where n.nspname not in ('pg_catalog', 'information_schema')
), bad(name) as (
    select name from own where risky
    union
    select o.name from bad b join own o on pg_catalog.strpos(o.source, b.name) > 0
)
select o.signature from own o where o.risky or o.name in (select name from bad)
"""
"""Functions that the audit never runs: volatile, in a language it cannot read, or naming such a one at any depth."""

DELICATE_COLUMNS = r"""
with api as materialized (
    select r.oid, r.rolname::text as name from pg_catalog.pg_roles r where r.rolname = any(%(roles)s)
), delicate as materialized (
    select c.oid as rel, n.oid as nsp, n.nspname || pg_catalog.chr(1) || c.relname as table_name,
           a.attname::text as column_name, a.attnum,
           case when a.attname ~* '(^|_)(role|roles|is_admin|is_superuser|is_staff|admin|superuser|permissions?|privileges?|is_owner)$'
                then 'privilege' else 'sensitive' end as kind
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      and (a.attname ~* '(^|_)(role|roles|is_admin|is_superuser|is_staff|admin|superuser|permissions?|privileges?|is_owner)$'
           or a.attname ~* '(^|_)(password|passwd|password_hash|pwd|secret|secret_key|api_key|apikey|private_key|access_token|refresh_token|auth_token|ssn|social_security_number|credit_card|card_number|cvv|iban|passport|mfa_secret|totp_secret)$')
)
select d.table_name, d.column_name, d.kind,
       coalesce((select pg_catalog.array_agg(a.name order by a.name) from api a
                 where pg_catalog.has_schema_privilege(a.oid, d.nsp, 'usage')
                   and pg_catalog.has_column_privilege(a.oid, d.rel, d.attnum, 'select')), '{}'::text[]),
       coalesce((select pg_catalog.array_agg(a.name order by a.name) from api a
                 where pg_catalog.has_schema_privilege(a.oid, d.nsp, 'usage')
                   and pg_catalog.has_column_privilege(a.oid, d.rel, d.attnum, 'update')), '{}'::text[])
from delicate d
order by 1, 2
"""

UNINDEXED_POLICY_COLUMNS = r"""
select distinct n.nspname || pg_catalog.chr(1) || c.relname, a.attname::text
from pg_catalog.pg_depend d
join pg_catalog.pg_policy p on p.oid = d.objid
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
  and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = p.polrelid and d.refobjsubid > 0
  and n.nspname = any(%(schemas)s) and p.polqual is not null and a.atttypid <> 'pg_catalog.bool'::pg_catalog.regtype
  and not exists (
      select 1 from pg_catalog.pg_index i
      where i.indrelid = c.oid and i.indisvalid and i.indpred is null and i.indkey[0] = a.attnum
  )
order by 1, 2
"""

UNINDEXED_FOREIGN_KEYS = r"""
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
