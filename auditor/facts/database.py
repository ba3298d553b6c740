"""What the database's catalogs say about tables, roles and policies, and how it lets clients in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


def quoted(name: str) -> str:
    """An identifier as SQL wants it: bare when it can be, else in double quotes."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Table:
    """A table, partitioned table, view, materialized or foreign table in an exposed schema."""

    schema: str
    name: str
    kind: str
    """``table``, ``partitioned table``, ``view``, ``materialized view`` or ``foreign table``."""
    rls: bool
    """Row level security is on."""
    forced: bool
    """It binds the owner too."""
    owner: str
    readable_by: tuple[str, ...]
    """API roles that may select, from the table or from a column, and may use the schema."""
    writable_by: tuple[str, ...]
    """API roles that may insert, update, delete or truncate, and may use the schema."""
    extension: str = ""
    """The extension that owns it; empty for the team's own tables."""

    def __str__(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def reachable_by(self) -> tuple[str, ...]:
        """API roles that may do anything with it."""
        return tuple(sorted({*self.readable_by, *self.writable_by}))


@dataclass(frozen=True, slots=True)
class ExposedTables:
    """Every relation in the schemas that the API serves."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`, or `database`",
        "a role that may connect; the catalogs are readable by every role",
    )

    schemas: tuple[str, ...]
    source: str
    """Who says that these schemas are exposed."""
    tables: tuple[Table, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A row level security policy."""

    table: str
    name: str
    command: str
    """``ALL``, ``SELECT``, ``INSERT``, ``UPDATE`` or ``DELETE``."""
    permissive: bool
    roles: tuple[str, ...]
    """``public`` for everyone."""
    using: str | None
    """Expression on existing rows, deparsed; None when there is none."""
    check: str | None
    """Expression on new rows, deparsed; None when there is none."""
    row_independent: bool
    """Neither expression reads a column of the table."""


@dataclass(frozen=True, slots=True)
class Policies:
    """Every policy on a table of an exposed schema."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`, or `database`",
        "a role that may connect; the catalogs are readable by every role",
    )

    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class PlaintextAnswer:
    """What the database server answers to a connection that does not ask for TLS."""

    server: str
    """``host:port``."""
    accepted: bool
    """It went on to authentication in the clear."""
    message: str
    """The server's refusal, or the authentication that it asked for."""


@dataclass(frozen=True, slots=True)
class DatabaseTransport:
    """Whether the database insists on TLS."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`database` and `auditor_database`: host, port and role names",
        "a TCP connection to the server; no password is sent",
    )

    answers: tuple[PlaintextAnswer, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The server settings that decide what is logged, as they apply to the application's role."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`, or `database`",
        "a role that may connect; `pg_read_all_settings` (part of `pg_monitor`) for restricted settings",
    )

    role: str
    connections: str
    disconnections: str
    statement: str
    """``none``, ``ddl``, ``mod`` or ``all``."""
    line_prefix: str
    pgaudit: str
    """Effective ``pgaudit.log`` for the role; empty when pgaudit is not loaded."""
    sources: tuple[tuple[str, str], ...] = ()
    """Setting name to where its effective value comes from."""
