"""Reads the catalogs in a few set-based queries, and tries the server's door without TLS."""

from __future__ import annotations

import struct
from typing import Any

from auditor.errors import Unavailable
from auditor.facts.database import (
    DatabaseTransport,
    ExposedTables,
    LogSettings,
    PlaintextAnswer,
    Policies,
    Policy,
    Table,
    quoted,
)
from auditor.facts.policy import RlsPolicy
from auditor.model import Gap
from auditor.probes.net.dial import Dialer
from auditor.probes.net.postgres import Session
from auditor.probes.surfaces import Databases
from auditor.registry import probe

_KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}

_SCHEMAS = """
select s.setting
from pg_catalog.pg_db_role_setting d
join pg_catalog.pg_roles r on r.oid = d.setrole
cross join lateral pg_catalog.unnest(d.setconfig) as s(setting)
where r.rolname = 'authenticator' and pg_catalog.starts_with(s.setting, 'pgrst.db_schemas=')
  and d.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
order by d.setdatabase desc
"""

_TABLES = """
with api as (
    select r.oid, r.rolname from pg_catalog.pg_roles r where r.rolname in ('anon', 'authenticated')
)
select n.nspname, c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity,
       pg_catalog.pg_get_userbyid(c.relowner),
       coalesce((
           select array_agg(a.rolname::text order by a.rolname) from api a
           where pg_catalog.has_schema_privilege(a.oid, n.oid, 'usage')
             and (pg_catalog.has_table_privilege(a.oid, c.oid, 'select')
                  or pg_catalog.has_any_column_privilege(a.oid, c.oid, 'select'))
       ), '{}'::text[]),
       coalesce((
           select array_agg(a.rolname::text order by a.rolname) from api a
           where pg_catalog.has_schema_privilege(a.oid, n.oid, 'usage')
             and (pg_catalog.has_table_privilege(a.oid, c.oid, 'insert,update,delete,truncate')
                  or pg_catalog.has_any_column_privilege(a.oid, c.oid, 'insert,update'))
       ), '{}'::text[]),
       coalesce((
           select e.extname::text from pg_catalog.pg_depend d
           join pg_catalog.pg_extension e on e.oid = d.refobjid
           where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
             and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
           limit 1
       ), '')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'f')
order by n.nspname, c.relname
"""

_POLICIES = """
select n.nspname, c.relname, p.polname, p.polcmd::text, p.polpermissive,
       coalesce((
           select array_agg(
               case when r.role = 0 then 'public' else pg_catalog.pg_get_userbyid(r.role)::text end order by 1)
           from pg_catalog.unnest(p.polroles) as r(role)
       ), '{}'::text[]),
       pg_catalog.pg_get_expr(p.polqual, p.polrelid),
       pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
       not exists (
           select 1 from pg_catalog.pg_depend d
           where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
             and d.refobjid = p.polrelid and d.refobjsubid > 0
       )
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = any(%s)
order by n.nspname, c.relname, p.polname
"""

_SETTINGS = """
with named(name) as (
    values ('log_connections'), ('log_disconnections'), ('log_statement'), ('log_line_prefix'), ('pgaudit.log')
), override as (
    select pg_catalog.split_part(s.setting, '=', 1) as name,
           pg_catalog.substr(s.setting, pg_catalog.strpos(s.setting, '=') + 1) as value,
           case when d.setrole <> 0 and d.setdatabase <> 0 then 1 when d.setrole <> 0 then 2 else 3 end as rank
    from pg_catalog.pg_db_role_setting d
    cross join lateral pg_catalog.unnest(d.setconfig) as s(setting)
    where d.setrole in (0, coalesce((select oid from pg_catalog.pg_roles where rolname = %(role)s), 0))
      and d.setdatabase in (
          0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
)
select n.name,
       coalesce((select o.value from override o where o.name = n.name order by o.rank limit 1), g.value, ''),
       case (select o.rank from override o where o.name = n.name order by o.rank limit 1)
           when 1 then 'role and database' when 2 then 'role' when 3 then 'database' else 'server' end
from named n
left join (
    select s.name, coalesce(s.reset_val, s.setting) as value from pg_catalog.pg_settings s
) g on g.name = n.name
"""

_PROTOCOL_3 = 196608
"""Protocol 3.0: a StartupMessage that does not ask for TLS first."""


@probe(deadline=30.0)
async def exposed_tables(databases: Databases, policy: RlsPolicy) -> ExposedTables:
    """Relations of the exposed schemas. Which schemas: PostgREST's own setting, else the policy, else unknown."""
    async with databases.for_audit().session() as session:
        schemas, source = await _exposed_schemas(session, policy)
        async with session.transaction() as transaction:
            rows = await transaction.rows(_TABLES, (list(schemas),))
            known = await transaction.rows("select nspname from pg_catalog.pg_namespace", ())
    existing = {str(row[0]) for row in known}
    gaps = tuple(
        Gap(f"schema {schema}", f"{source} exposes the schema {schema}, which does not exist", "correct the list")
        for schema in schemas
        if schema not in existing
    )
    return ExposedTables(schemas, source, tuple(_table(row) for row in rows), gaps)


async def _exposed_schemas(session: Session, policy: RlsPolicy) -> tuple[tuple[str, ...], str]:
    async with session.transaction() as transaction:
        rows = await transaction.rows(_SCHEMAS)
    if rows:
        listed = str(rows[0][0]).partition("=")[2]
        return tuple(name.strip() for name in listed.split(",") if name.strip()), "pgrst.db_schemas of authenticator"
    if policy.exposed_schemas:
        return policy.exposed_schemas, "[policy.rls] exposed_schemas"
    raise Unavailable(
        "neither the role authenticator (pgrst.db_schemas) nor the checklist says which schemas the API exposes",
        'name them: [policy.rls] exposed_schemas = ["public"]',
    )


def _table(row: tuple[Any, ...]) -> Table:
    schema, name, kind, rls, forced, owner, readers, writers, extension = row
    return Table(schema, name, _KINDS[kind], rls, forced, owner, tuple(readers), tuple(writers), extension)


@probe(deadline=30.0)
async def policies(databases: Databases, exposed: ExposedTables) -> Policies:
    """Every policy in the exposed schemas."""
    async with databases.for_audit().session() as session, session.transaction() as transaction:
        rows = await transaction.rows(_POLICIES, (list(exposed.schemas),))
    return Policies(tuple(_policy(row) for row in rows))


def _policy(row: tuple[Any, ...]) -> Policy:
    schema, table, name, command, permissive, roles, using, with_check, row_independent = row
    subject = f"{quoted(schema)}.{quoted(table)}"
    return Policy(subject, name, _COMMANDS[command], permissive, tuple(roles), using, with_check, row_independent)


@probe(deadline=20.0)
async def log_settings(databases: Databases) -> LogSettings:
    """The log settings that apply to the application's role.

    Precedence: role in this database, role, database, server (PostgreSQL documentation, ALTER ROLE).
    """
    audit = databases.for_audit()
    role = (databases.application or audit).user
    async with audit.session() as session, session.transaction() as transaction:
        rows = await transaction.rows(_SETTINGS, {"role": role})
    values = {str(name): str(value) for name, value, _ in rows}
    return LogSettings(
        role,
        values["log_connections"],
        values["log_disconnections"],
        values["log_statement"],
        values["log_line_prefix"],
        values["pgaudit.log"],
        tuple(sorted((str(name), str(source)) for name, _, source in rows)),
    )


@probe(deadline=20.0)
async def database_transport(databases: Databases, dialer: Dialer) -> DatabaseTransport:
    """A startup message without TLS to each host of the database URLs. It carries the role's name and no password."""
    databases.for_audit()
    answers: dict[str, PlaintextAnswer] = {}
    gaps: list[Gap] = []
    ways = [database for database in (databases.application, databases.auditor) if database]
    for database in ways:
        for host, port in database.targets():
            server = f"{host}:{port}"
            if server in answers or any(gap.subject == server for gap in gaps):
                continue
            try:
                answers[server] = await _without_tls(dialer, host, port, database.user, database.name)
            except Unavailable as unavailable:
                gaps.append(Gap(server, unavailable.reason, unavailable.hint))
    if not answers and not gaps:
        raise Unavailable("the database is reached over a Unix socket: there is no network to look at")
    return DatabaseTransport(tuple(answers.values()), tuple(gaps))


async def _without_tls(dialer: Dialer, host: str, port: int, user: str, database: str) -> PlaintextAnswer:
    """PostgreSQL documentation, section 54.2.1 (start-up) and 54.7 (message formats)."""
    body = struct.pack("!i", _PROTOCOL_3)
    body += b"".join(part.encode() + b"\0" for part in ("user", user, "database", database, ""))
    async with dialer.connection(host, port) as (reader, writer):
        writer.write(struct.pack("!i", len(body) + 4) + body)
        head = await reader.readexactly(5)
        length = min(struct.unpack("!i", head[1:])[0] - 4, 8192)
        payload = await reader.readexactly(max(length, 0))
    return read_plaintext_answer(f"{host}:{port}", head[:1], payload)


_AUTHENTICATION = {0: "trust", 3: "cleartext password", 5: "md5", 7: "GSSAPI", 9: "SSPI", 10: "SASL"}


def read_plaintext_answer(server: str, kind: bytes, payload: bytes) -> PlaintextAnswer:
    """What a server's first message after a plaintext startup means.

    Args:
        server: ``host:port``.
        kind: the message type.
        payload: its body.

    Raises:
        Unavailable: it is no message of PostgreSQL, or an error that says nothing about TLS.
    """
    if kind == b"R" and len(payload) >= 4:
        method = struct.unpack("!i", payload[:4])[0]
        return PlaintextAnswer(server, True, f"it asked for authentication: {_AUTHENTICATION.get(method, method)}")
    if kind != b"E":
        raise Unavailable(f"{server} does not answer as PostgreSQL does")
    fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in payload.split(b"\0") if part}
    message = fields.get(b"M", "")
    if refuses_plaintext(fields.get(b"C", ""), message):
        return PlaintextAnswer(server, False, message)
    raise Unavailable(f"{server} refused the connection for a reason of its own: {message}")


def refuses_plaintext(code: str, message: str) -> bool:
    """Whether an error says that TLS is what was missing.

    PostgreSQL names the missing encryption in its pg_hba message (28000, "no encryption"); PgBouncer says
    "SSL required".
    """
    text = message.lower()
    return (code == "28000" and "no encryption" in text) or "ssl required" in text or "ssl is required" in text
