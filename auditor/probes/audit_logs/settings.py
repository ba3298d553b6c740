"""Reads the settings that decide what is logged, for the application's role and for every powerful one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.errors import Unavailable
from auditor.facts.audit_logs import LogSettings, RoleLogging, Setting
from auditor.facts.database import qualified
from auditor.facts.log_rules import pgaudit_classes
from auditor.probes.audit_logs import settings_sql as sql
from auditor.probes.net.postgres import Transaction
from auditor.probes.surfaces import Databases
from auditor.registry import probe

BY_ROLE = (
    *("log_statement", "log_min_duration_statement", "log_min_messages", "log_min_error_statement", "log_lock_waits"),
    *("log_duration", "auto_explain.log_min_duration"),
    *("pgaudit.log", "pgaudit.log_catalog", "pgaudit.log_client", "pgaudit.log_level", "pgaudit.log_parameter"),
    *("pgaudit.log_relation", "pgaudit.log_statement", "pgaudit.log_statement_once", "pgaudit.role"),
)
"""Settings that can be set for a role, for a database, or for one in the other."""
OF_SERVER = (
    *("log_connections", "log_disconnections", "log_line_prefix", "log_min_messages", "log_min_error_statement"),
    *("log_destination", "logging_collector", "log_directory", "log_filename", "log_file_mode"),
    *("log_rotation_age", "log_rotation_size", "log_truncate_on_rotation", "shared_preload_libraries"),
)
"""Settings that are the same for everybody, and two whose value for the server itself matters too."""
MOST_ROLES = 2_000

_RESTRICTED = frozenset({"log_directory", "log_filename", "shared_preload_libraries"})
"""Settings that only members of ``pg_read_all_settings`` see."""
_SCOPES = {1: "role and database", 2: "role", 3: "database", 4: "all roles"}
_PROVIDERS = {
    "supabase_admin": "Supabase",
    "rds_superuser": "Amazon RDS",
    "azure_pg_admin": "Azure Database",
    "cloudsqlsuperuser": "Google Cloud SQL",
    "neon_superuser": "Neon",
}
"""A role that tells whose server it is."""
_MANAGED = {
    "Supabase": (
        *("supabase_admin", "supabase_auth_admin", "supabase_storage_admin", "supabase_replication_admin"),
        *("supabase_read_only_user", "supabase_realtime_admin", "supabase_functions_admin", "supabase_etl_admin"),
        *("pgbouncer", "dashboard_user", "cli_login_postgres"),
    ),
    "Amazon RDS": ("rdsadmin", "rdsrepladmin", "rdstopmgr", "rdswriteforwarduser", "rdsproxyadmin"),
    "Azure Database": ("azuresu", "azure_superuser", "replication"),
    "Neon": ("cloud_admin", "zenith_admin"),
    "Google Cloud SQL": (
        "cloudsqladmin",
        "cloudsqlagent",
        "cloudsqlreplica",
        "cloudsqlimportexport",
        "cloudsqllogical",
    ),
}
"""The provider's own roles: its customers can neither use nor change them."""


@dataclass(frozen=True, slots=True)
class _Server:
    values: Mapping[str, tuple[str, bool]]
    """Setting to its value and whether another one waits for a restart."""
    overrides: tuple[tuple[str, bool, str, str], ...]
    """Role (empty: all), whether in this database alone, name and value."""
    login: str
    """The audit's own role, whose settings its session has in place of the server's."""


@probe(deadline=20.0)
async def log_settings(databases: Databases) -> LogSettings:
    """The log settings that apply to the application's role, and to each role that may change the schema.

    Precedence: role in this database, role, database, all roles, server (PostgreSQL documentation, ALTER ROLE). They
    count for who logs in: SET ROLE changes none of them.
    """
    audit = await databases.verified()
    user = (databases.application or audit).user
    async with audit.session() as session, session.transaction() as transaction:
        role = await application_role(transaction, user)
        server = await _server(transaction)
        logins = await transaction.rows(sql.LOGINS, {"most": MOST_ROLES + 1})
        provider = await _provider(transaction)
        created = await transaction.rows(sql.EXTENSION)
        roles = _roles(role, logins, server, provider)
        roles = [await _with_unaudited(transaction, one) for one in roles]
    return LogSettings(
        role,
        tuple(roles),
        tuple(_of_server(name, server) for name in OF_SERVER),
        "pgaudit.log" in server.values,
        str(created[0][0]) if created else "",
        () if "pgaudit.log" in server.values else _idle(server),
        provider,
        f"only {MOST_ROLES} of the roles that may log in were looked at" if len(logins) > MOST_ROLES else "",
    )


async def application_role(transaction: Transaction, user: str) -> str:
    """The role that a URL names, as the server knows it.

    Raises:
        Unavailable: there is none.
    """
    # Supabase's pooler wants the project behind the role's name: postgres.abcdefghijklmnop
    names = [user, user.rpartition(".")[0]]
    known = {str(name) for (name,) in await transaction.rows(sql.KNOWN, (names,))}
    role = next((name for name in names if name in known), "")
    if not role:
        raise Unavailable(
            f"the database has no role {user}, so which settings apply to it cannot be told",
            "name the role in `database` as the server knows it",
        )
    return role


async def _server(transaction: Transaction) -> _Server:
    names = list(dict.fromkeys((*OF_SERVER, *BY_ROLE)))
    rows = await transaction.rows(sql.VALUES, (names,))
    found = []
    for role, here, setting in await transaction.rows(sql.OVERRIDES):
        name, _, value = str(setting).partition("=")
        if name in names:
            found.append((str(role), bool(here), name, value))
    ((login,),) = await transaction.rows("select session_user::text")
    values = {str(name): (str(value), bool(pending)) for name, value, pending in rows}
    return _Server(values, tuple(found), str(login))


async def _provider(transaction: Transaction) -> str:
    rows = await transaction.rows(sql.KNOWN, (list(_PROVIDERS),))
    return next((_PROVIDERS[str(name)] for (name,) in rows), "")


def _idle(server: _Server) -> tuple[str, ...]:
    """Where ``pgaudit.log`` is set."""
    return tuple(
        (f"role {role}" if role else "all roles") + (" in this database" if here else "")
        for role, here, name, _ in server.overrides
        if name == "pgaudit.log"
    )


def _of_server(name: str, server: _Server) -> Setting:
    if name not in server.values:
        grant = f"{name} is hidden from the audit's role: grant pg_read_all_settings to it"
        return Setting(name, hidden=grant if name in _RESTRICTED else "")
    return _own(name, server)


def _own(name: str, server: _Server) -> Setting:
    """The server's value, as far as the audit's own session shows it."""
    value, pending = server.values[name]
    if any(role == server.login and own == name for role, _, own, _ in server.overrides):
        return Setting(name, hidden=f"a setting of the audit's own role {server.login} hides the server's {name}")
    scopes = [4 - here for role, here, own, _ in server.overrides if not role and own == name]
    return Setting(name, value, _SCOPES[min(scopes)] if scopes else "server", pending=pending)


def _roles(application: str, logins: Iterable[tuple[Any, ...]], server: _Server, provider: str) -> list[RoleLogging]:
    """The application's role, PostgREST's, and the powerful ones: those whose settings are alike together."""
    managed = set(_MANAGED.get(provider, ()))
    rows = [(str(name), str(why or "")) for name, why in logins][:MOST_ROLES]
    why = dict(rows)
    found = [RoleLogging((application,), _settings(application, server), why.get(application, ""), True)]
    if "authenticator" in why and application != "authenticator":
        found.append(
            RoleLogging(("authenticator",), _settings("authenticator", server), "PostgREST logs in as it", True)
        )
    alike: dict[tuple[bool, str, tuple[Setting, ...]], list[str]] = {}
    for name, reason in rows:
        if reason and name not in (application, "authenticator"):
            alike.setdefault((name in managed, reason, _settings(name, server)), []).append(name)
    for (owned, reason, settings), names in sorted(alike.items(), key=lambda item: (item[0][0], item[1])):
        found.append(RoleLogging(tuple(sorted(names)), settings, reason, managed=owned))
    return found


def _settings(role: str, server: _Server) -> tuple[Setting, ...]:
    return tuple(_effective(name, role, server) for name in BY_ROLE if name in server.values)


def _effective(name: str, role: str, server: _Server) -> Setting:
    ranked = sorted(
        (_rank(role, of, here), value)
        for of, here, own, value in server.overrides
        if own == name and of in ("", role) and _taken(name, value)
    )
    if ranked:
        rank, value = ranked[0]
        return Setting(name, value, _SCOPES[rank], pending=server.values[name][1])
    return _own(name, server)


def _rank(role: str, of: str, here: bool) -> int:
    return (1 if here else 2) if of == role else (3 if here else 4)


def _taken(name: str, value: str) -> bool:
    """Whether the server takes a value at all: it warns at login about one it does not know, and goes on."""
    return name != "pgaudit.log" or pgaudit_classes(value) is not None


async def _with_unaudited(transaction: Transaction, role: RoleLogging) -> RoleLogging:
    """With ``pgaudit.role``, writes are logged table by table: those that its rights do not cover are not."""
    auditor = role.setting("pgaudit.role")
    if not role.application or not auditor.value:
        return role
    rows = await transaction.rows(sql.UNAUDITED, {"role": role.roles[0], "auditor": auditor.value})
    return RoleLogging(role.roles, role.settings, role.why, role.application, role.managed, tuple(_names(rows)))


def _names(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    for (name,) in rows:
        yield qualified(str(name))
