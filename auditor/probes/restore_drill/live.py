"""What the drill must know of the live database, before and after."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.errors import Absent, Unavailable
from auditor.probes.net.postgres import Database
from auditor.probes.surfaces import Databases

_ABOUT = """
select pg_catalog.current_database()::text, (select system_identifier::text from pg_catalog.pg_control_system()),
       pg_catalog.current_setting('server_version'), pg_catalog.pg_encoding_to_char(encoding)::text
from pg_catalog.pg_database where datname = pg_catalog.current_database()
"""
_ROLES = "select rolname::text from pg_catalog.pg_roles order by 1"
_EXTENSIONS = """
select e.extname::text, n.nspname::text from pg_catalog.pg_extension e
join pg_catalog.pg_namespace n on n.oid = e.extnamespace
"""

SUPABASE = ("anon", "authenticated", "service_role")
"""Roles that policies of Supabase name, whatever the cluster."""


@dataclass(frozen=True, slots=True)
class Live:
    """The live database, or why nobody can say."""

    database: Database | None = None
    name: str = ""
    cluster: str = ""
    version: str = ""
    major: int = 0
    encoding: str = "UTF8"
    roles: tuple[str, ...] = ()
    extensions: tuple[tuple[str, str], ...] = ()
    """Names and schemas."""
    missing: str = ""
    hint: str = ""
    absent: bool = False
    """Whether the checklist declares it absent."""

    @property
    def user(self) -> str:
        """The role that the audit looks with."""
        return self.database.user if self.database else ""


async def look(databases: Databases) -> Live:
    """Ask the live database what it is. A drill can do without it: it only compares less."""
    try:
        database = await databases.verified()
        async with database.session() as session, session.transaction() as transaction:
            [(name, cluster, version, encoding)] = await transaction.rows(_ABOUT)
            roles = tuple(str(role) for (role,) in await transaction.rows(_ROLES))
            extensions = tuple((str(one), str(schema)) for one, schema in await transaction.rows(_EXTENSIONS))
            major = session.server_version // 10000
    except Unavailable as unavailable:
        return Live(missing=unavailable.reason, hint=unavailable.hint, absent=isinstance(unavailable, Absent))
    return Live(database, name, cluster, version.split(" ")[0], major, encoding, roles, extensions)
