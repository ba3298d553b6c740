"""Looks for ways by which the application's role could keep something out of the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.facts.audit_logs import LogControl
from auditor.probes.audit_logs.settings import application_role
from auditor.probes.net.postgres import Transaction
from auditor.probes.surfaces import Databases
from auditor.registry import probe

SWITCHES = (
    *("log_connections", "log_disconnections", "log_statement", "log_min_messages", "log_min_error_statement"),
    *("log_min_duration_statement", "log_destination", "log_line_prefix", "logging_collector"),
    *("shared_preload_libraries", "session_replication_role"),
    *("pgaudit.log", "pgaudit.log_catalog", "pgaudit.log_client", "pgaudit.log_level", "pgaudit.log_statement"),
    *("pgaudit.role", "pgaudit.log_statement_once"),
)
"""Settings that take something out of the log; ``session_replication_role`` stops the triggers that keep a record."""

_WAYS = """
select pg_catalog.current_setting('server_version_num')::int, r.rolsuper, r.rolcreaterole,
       array(
           select s.rolname::text from pg_catalog.pg_roles s
           where s.oid <> r.oid and not r.rolsuper and pg_catalog.pg_has_role(r.oid, s.oid, 'MEMBER')
             and (s.rolsuper or s.rolname = any(array['pg_write_server_files', 'pg_execute_server_program',
                                                      'rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin']))
           order by 1)
from pg_catalog.pg_roles r where r.rolname = %s
"""
_GRANTED = """
select p.parname,
       pg_catalog.has_parameter_privilege(%(role)s::pg_catalog.name, p.parname, 'SET'),
       pg_catalog.has_parameter_privilege(%(role)s::pg_catalog.name, p.parname, 'ALTER SYSTEM')
from pg_catalog.pg_parameter_acl p where p.parname = any(%(switches)s) order by 1
"""
"""Since version 15; without a grant nobody but superusers may set any of them."""
_SUPAUTILS = """
select s.name, s.setting from pg_catalog.pg_settings s
where s.name in ('supautils.privileged_role', 'supautils.privileged_role_allowed_configs')
"""
_MEMBER = """
select pg_catalog.pg_has_role(%s::pg_catalog.name, r.oid, 'MEMBER') from pg_catalog.pg_roles r where r.rolname = %s
"""
_HOSTED = """
select exists (select 1 from pg_catalog.pg_roles where rolname = 'supabase_admin')
"""
_CLOUD = {
    "rds_superuser": "Amazon RDS lets set pgaudit.log for databases and roles",
    "cloudsqlsuperuser": "Google Cloud SQL lets set pgaudit.log for databases and roles",
    "azure_pg_admin": "Azure lets set pgaudit.log for databases and roles",
}


@probe(deadline=20.0)
async def log_control(databases: Databases) -> LogControl:
    """What the application's role could do to the log. Read from grants and memberships; nothing is tried."""
    audit = await databases.verified()
    user = (databases.application or audit).user
    async with audit.session() as session, session.transaction() as transaction:
        role = await application_role(transaction, user)
        ((version, superuser, creates, groups),) = await transaction.rows(_WAYS, (role,))
        ways = list(_by_rank(bool(superuser), bool(creates), int(version), map(str, groups)))
        if not superuser and version >= 150000:
            rows = await transaction.rows(_GRANTED, {"role": role, "switches": list(SWITCHES)})
            ways += [f"may SET {name}" for name, may, _ in rows if may]
            ways += [f"may ALTER SYSTEM SET {name}" for name, _, may in rows if may]
        unknown = ""
        if not superuser:
            more, unknown = await _by_supautils(transaction, role)
            ways += more
    return LogControl(role, tuple(ways), int(version), unknown)


def _by_rank(superuser: bool, creates: bool, version: int, groups: Iterable[str]) -> Iterator[str]:
    if superuser:
        yield "is a superuser"
        return
    if creates and version < 160000:
        yield "may create roles, which before PostgreSQL 16 is the way to pg_execute_server_program"
    for group in groups:
        yield f"belongs to {group}" + (f", which {_CLOUD[group]}" if group in _CLOUD else "")


async def _by_supautils(transaction: Transaction, role: str) -> tuple[list[str], str]:
    """What Supabase's own extension lets its privileged role set; ``has_parameter_privilege`` knows nothing of it."""
    settings = {str(name): str(value or "") for name, value in await transaction.rows(_SUPAUTILS)}
    allowed = allowed_switches(settings)
    if settings.get("supautils.privileged_role"):
        rows = await transaction.rows(_MEMBER, (role, settings["supautils.privileged_role"]))
        if rows and rows[0][0]:
            return [f"may SET {name}, as Supabase's privileged role" for name in allowed], ""
        return [], ""
    ((hosted,),) = await transaction.rows(_HOSTED)
    if hosted and role == "postgres":
        return [], "which settings Supabase lets its privileged role postgres change is not visible to the audit"
    return [], ""


def allowed_switches(settings: Mapping[str, str]) -> list[str]:
    """The switches among ``supautils.privileged_role_allowed_configs``, in which ``pgaudit.*`` stands for all of it.

    Args:
        settings: of supautils.
    """
    words = [word.strip() for word in settings.get("supautils.privileged_role_allowed_configs", "").split(",")]
    prefixes = tuple(word[:-1] for word in words if word.endswith(".*"))
    return [name for name in SWITCHES if name in words or (prefixes and name.startswith(prefixes))]
