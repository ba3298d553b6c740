"""What a database consists of, read from the catalogs of both sides by the same statement, and how two of them differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.restore_drill import Difference
from auditor.probes.net.session import Transaction

KEPT = 200
"""Differences that a fact holds."""
_LONGEST = 200

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
select 'view definition', r.full_name, r.full_name, pg_catalog.md5(pg_catalog.pg_get_viewdef(r.oid)), true
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

_CAST = re.compile(
    r'::(?:"[^"]{1,63}"|[a-z_][a-z0-9_.]{0,126})(?: varying| precision| with(?:out)? time zone)?(?:\([0-9, ]{1,9}\))?(?:\[\]){0,6}'
)
_SAID = {"table", "columns", "constraint", "index", "row level security", "enum", "domain", "schema", "extension"}
"""Kinds whose definition may be told. In others there may be a secret."""
_SPACES = re.compile(r"[\s()]+")


@dataclass(frozen=True, slots=True)
class Object:
    """A part of a database."""

    owner: str
    """The table or schema that it belongs to."""
    definition: str
    loose: bool
    """Whether the definition is what the server makes of an expression, which depends on its version; of a table,
    whether it is a partition."""


Schema = dict[tuple[str, str], Object]


async def read_schema(transaction: Transaction) -> Schema:
    """Every object of a database that is nobody's extension.

    Raises:
        Unavailable: the server refuses.
    """
    rows = await transaction.rows(SCHEMA)
    return {(str(kind), str(name)): Object(str(owner), str(text or ""), bool(loose)) for kind, name, owner, text, loose in rows}


def plain_form(definition: str) -> str:
    """An expression without what a dump and a restore add to it: parentheses and casts.

    ``status::text = ANY ((ARRAY['a'::character varying])::text[])`` comes back as
    ``status::text = ANY (ARRAY[('a'::character varying)::text])``.
    """
    return _SPACES.sub("", _CAST.sub("", _SPACES.sub(" ", definition).replace(" ::", "::").replace(") ::", ")::")))


@dataclass(frozen=True, slots=True)
class Sides:
    """What may explain a difference by something else than the backup."""

    same_major: bool
    """Whether both servers have the same major version."""
    skipped: Mapping[str, str]
    """Extensions, and kinds of objects, that the drill did not restore, and why."""
    lost: frozenset[str] = frozenset()
    """Tables that the drill could not restore for want of something here."""
    blamed: str = ""
    """Set when the drill left out parts of the backup for want of something here: why a lack proves nothing."""


def differences(live: Schema, restored: Schema, sides: Sides) -> list[Difference]:
    """What differs; of a schema or table that is missing, not its parts too.

    Args:
        live: the live database.
        restored: what came out of the backup.
        sides: what may explain a difference.
    """
    found: list[Difference] = []
    gone = {name for (kind, name) in live.keys() ^ restored.keys() if kind in ("schema", "table", "view", "foreign table", "materialized view")}
    for key in sorted(live.keys() | restored.keys()):
        kind, name = key
        here, there = live.get(key), restored.get(key)
        owner = (here or there or Object("", "", False)).owner
        if owner in gone or (kind not in ("schema", "table", "view", "materialized view", "foreign table") and name in gone):
            continue
        if kind == "columns" and here and there:
            found += _columns(name, here.definition, there.definition, sides)
        elif here is None or there is None:
            found.append(_missing(kind, name, here, there, sides))
        elif plain_form(here.definition) != plain_form(there.definition):
            found.append(_changed(kind, name, here, there, sides))
    return found


def _missing(kind: str, name: str, here: Object | None, there: Object | None, sides: Sides) -> Difference:
    doubt = ""
    if there is None:
        doubt = sides.skipped.get(kind, "") or sides.skipped.get(f"{kind} {name}", "") or sides.blamed
        if kind == "table" and here and here.loose and not doubt:
            doubt = "it is a partition, and may be newer than the backup"
    return Difference(kind, name, _told(kind, here), _told(kind, there), doubt)


def _changed(kind: str, name: str, here: Object, there: Object, sides: Sides) -> Difference:
    doubt = "" if sides.same_major or not here.loose else "servers of two versions may word it differently"
    if kind in _SAID:
        return Difference(kind, name, _told(kind, here), _told(kind, there), doubt)
    return Difference(kind, name, "differs", "differs", doubt)


def _told(kind: str, one: Object | None) -> str:
    if one is None:
        return "missing"
    return (one.definition[:_LONGEST] if kind in _SAID and kind != "columns" else "") or "there"


def _columns(table: str, live: str, restored: str, sides: Sides) -> list[Difference]:
    import json

    here, there = json.loads(live), json.loads(restored)
    found = []
    for column in sorted(here.keys() | there.keys()):
        if (one := here.get(column, "missing")) != (other := there.get(column, "missing")):
            found.append(Difference("column", f"{table}.{column}", one, other))
    return found
