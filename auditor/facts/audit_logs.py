"""What the database logs, for whom, and who may change that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from auditor.model import Gap

CATALOG_RIGHTS = (
    "`auditor_database`, or `database`",
    "a role that may connect; `pg_read_all_settings` (part of `pg_monitor`) for restricted settings",
)

POSTGREST = "authenticator"
"""The role as which PostgREST logs in, by its documentation's and Supabase's name."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, as it applies to somebody."""

    name: str
    value: str = ""
    source: str = "server"
    """``role and database``, ``role``, ``database``, ``all roles`` or ``server``."""
    hidden: str = ""
    """Why its value is not known; empty when it is."""
    pending: bool = False
    """Another value waits for a restart of the server."""


@dataclass(frozen=True, slots=True)
class RoleLogging:
    """Roles that can log in and share every setting that decides what is logged of them."""

    roles: tuple[str, ...]
    """Sorted; the application's own stands alone."""
    settings: tuple[Setting, ...]
    why: str = ""
    """What makes them worth a look: ``superuser``, ``may create roles``, ..."""
    application: bool = False
    """The application, or PostgREST on its behalf, logs in as one of them."""
    managed: bool = False
    """The provider's own: its customers cannot change them."""
    unaudited: tuple[str, ...] = ()
    """With ``pgaudit.role``: tables that they may write and whose writes it does not log. At most ten."""

    def setting(self, name: str) -> Setting:
        """The setting of that name; one without a value when the server has none."""
        return next((one for one in self.settings if one.name == name), Setting(name))

    @property
    def subject(self) -> str:
        """How findings call them."""
        return ", ".join(self.roles[:5]) + (f" and {len(self.roles) - 5} more" if len(self.roles) > 5 else "")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The settings that decide what is logged, as they apply to the application's role and to every powerful one."""

    NEEDS: ClassVar[tuple[str, ...]] = CATALOG_RIGHTS

    role: str
    """The application's."""
    roles: tuple[RoleLogging, ...]
    """The application's own first."""
    server: tuple[Setting, ...]
    """Those that are the same for everybody."""
    pgaudit_loaded: bool = False
    pgaudit_created: str = ""
    """The extension's version in this database; empty when it was not created there."""
    pgaudit_set: tuple[str, ...] = ()
    """Roles and databases that have a ``pgaudit.log`` though the library is not loaded: it does nothing."""
    provider: str = ""
    """``Supabase``, ``Amazon RDS``, ...; empty when nothing tells."""
    unseen: str = ""
    """Roles that were not looked at, because there are too many; empty when all were."""
    gaps: tuple[Gap, ...] = ()

    @property
    def own(self) -> RoleLogging:
        """The application's role."""
        return self.roles[0]

    def setting(self, name: str) -> Setting:
        """A setting that is the same for everybody."""
        return next((one for one in self.server if one.name == name), Setting(name))


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody who may change rows of an audit table, or the table itself."""

    role: str
    how: str
    """``UPDATE``, ``DELETE``, ``TRUNCATE``, ``owner``, or a detour: ``DELETE by deleting from public.users``."""
    guard: str = ""
    """A trigger that may refuse it, whose code does not show whether it always does."""


@dataclass(frozen=True, slots=True)
class AuditTable:
    """A table that keeps who did what."""

    name: str
    """``schema.table``, quoted where it must be."""
    declared: bool
    """The checklist names it."""
    changes: tuple[Change, ...] = ()
    """By the application's role and those of the API."""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class AuditTables:
    """The audit tables, and who may rewrite them."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`auditor_database`, or `database`", "a role that may connect")

    roles: tuple[str, ...]
    """Whose rights were looked at."""
    tables: tuple[AuditTable, ...]
    missing: tuple[str, ...] = ()
    """Tables of the checklist that the database does not have."""
    superuser: bool = False
    """The application's role is one: it may change everything."""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class LogControl:
    """Ways by which the application's role could keep something out of the log."""

    NEEDS: ClassVar[tuple[str, ...]] = CATALOG_RIGHTS

    role: str
    ways: tuple[str, ...]
    """Such as ``is a superuser`` or ``may SET log_statement``."""
    version: int
    """As PostgreSQL numbers it: 150018 is 15.18."""
    unknown: str = ""
    """What could not be looked at."""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthAudit:
    """Whether Supabase Auth writes its audit log into the database."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`: `select` on `auth.audit_log_entries` and `auth.users`, and `bypassrls`",
        "`supabase.access_token` with `auth_config_read`, for the switch",
    )

    present: bool
    """There is an ``auth.audit_log_entries``."""
    looked_at: datetime
    entry: datetime | None = None
    """The newest entry."""
    sign_in: datetime | None = None
    """The newest sign-in of any user."""
    disabled: bool | None = None
    """What the Management API says of the switch; None when it does not."""
    unreadable: str = ""
    """Why the tables could not be read."""
    gaps: tuple[Gap, ...] = ()
