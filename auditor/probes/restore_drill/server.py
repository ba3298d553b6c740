"""The scratch server: a socket in a closed folder, and nothing of it survives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from auditor.probes.restore_drill.outcomes import Undone
from auditor.probes.restore_drill.scratch import Scratch

ADMIN = "stack_audit_admin"
"""The superuser, with a name that no backup asks for. It runs nothing that a backup brings."""
RESTORER = "stack_audit_restorer"
"""Restores, and owns what it restores: what a backup brings runs as no superuser."""
DATABASE = "postgres"
"""The one that initdb makes: another one would take time and disk."""
_PRELOADED = "shared_preload_libraries"
_NOT_YET = ("is starting up", "not yet", "has not been", "Connection refused", "No such file", "timeout", "closed")
_READY_SECONDS = 60.0
_LONGEST_SOCKET_PATH = 103

CONTAINED: Mapping[str, str] = {
    "listen_addresses": "",
    "archive_mode": "off",
    "archive_command": "",
    "shared_preload_libraries": "",
    "session_preload_libraries": "",
    "local_preload_libraries": "",
    "ssl": "off",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "primary_conninfo": "",
    "logging_collector": "off",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "autovacuum": "off",
    "jit": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "64MB",
    "huge_pages": "off",
    "unix_socket_permissions": "0700",
    "max_connections": "20",
}
"""Settings that no configuration of a backup overrides: nothing leads out, nothing is kept, no code is loaded."""


@dataclass(slots=True)
class Server:
    """A server in a scratch folder.

    Args:
        scratch: its folder.
        programs: the folder of its programs.
        major: its version.
    """

    scratch: Scratch
    programs: Path
    major: int
    schemas: set[str] = field(default_factory=set)
    """Schemas that were made for extensions, before the backup makes them."""

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.scratch.home / "data"

    @property
    def sockets(self) -> Path:
        """Where it listens."""
        return self.scratch.home

    @property
    def log(self) -> Path:
        """What it says; outside of its own reach."""
        return self.scratch.root / "server.log"

    async def initialize(self, encoding: str = "UTF8") -> None:
        """Make an empty cluster.

        Args:
            encoding: of the live database, such as ``UTF8``.

        Raises:
            Undone: it cannot be made.
        """
        options = f"--no-sync --auth=trust --encoding={encoding} --locale=C --wal-segsize=4"
        argv: tuple[str | Path, ...] = (
            self.programs / "initdb",
            *options.split(),
            f"--username={ADMIN}",
            f"--pgdata={self.data}",
        )
        ended = await self.scratch.run(argv)
        if ended.status:
            raise self.undone("initdb failed", ended.messages)

    async def start(self, settings: Mapping[str, str] = CONTAINED, ready_seconds: float = _READY_SECONDS) -> None:
        """Start it, and wait until it answers.

        Raises:
            Undone: it does not.
        """
        socket = self.sockets / ".s.PGSQL.5432"
        if len(str(socket).encode()) > _LONGEST_SOCKET_PATH:
            raise Undone(f"{socket} is too long a path for a socket", "set TMPDIR to a shorter folder")
        places = {"unix_socket_directories": str(self.sockets), "port": "5432"}
        options = [part for name, value in {**settings, **places}.items() for part in ("-c", f"{name}={value}")]
        self.scratch.start((self.programs / "postgres", "-D", self.data, *options), self.log)
        deadline = time.monotonic() + ready_seconds
        while not await self._answers():
            self.check()
            if time.monotonic() > deadline:
                raise self.undone(f"the scratch server was not ready within {ready_seconds:g} s")
            await asyncio.sleep(0.02)

    async def _answers(self) -> bool:
        """PostgreSQL documentation, section 54.2.1: one that is not ready yet says so with SQLSTATE 57P03."""
        if not (self.sockets / ".s.PGSQL.5432").exists():
            return False
        try:
            await (await psycopg.AsyncConnection.connect(self.dsn(ADMIN))).close()
        except psycopg.OperationalError as error:
            # any other refusal is an answer too
            return not any(words in str(error) for words in _NOT_YET)
        return True

    def check(self) -> None:
        """See that it runs.

        Raises:
            Undone: it has ended.
        """
        if ended := self.scratch.end_of_server():
            raise self.undone(ended)

    def undone(self, what: str, said: str = "") -> Undone:
        """Why the drill ends here, with the last words of the server."""
        if not said and self.log.exists():
            said = self.log.read_text(errors="replace")[-4000:]
        if "No space left on device" in said:
            return self.scratch.full()
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        return Undone(f"{what}: {lines[-1][:300]}" if lines else what, "run the drill again")

    def dsn(self, user: str, database: str = DATABASE) -> str:
        """For libpq."""
        place = f"host={self.sockets} port=5432 hostaddr='' sslmode=disable connect_timeout=10 options=''"
        return make_conninfo(place, user=user, dbname=database)

    def environment(self) -> dict[str, str]:
        """For programs that restore."""
        return {"PGHOST": str(self.sockets), "PGPORT": "5432", "PGUSER": RESTORER, "PGDATABASE": DATABASE}

    async def prepare(self, roles: Iterable[str]) -> None:
        """Make the roles, and let the one that restores own the database.

        Args:
            roles: that the backup may name. None of them can log in.
        """
        admin = "create role {} login nosuperuser bypassrls"
        async with await psycopg.AsyncConnection.connect(self.dsn(ADMIN), autocommit=True) as connection:
            await connection.execute(sql.SQL(admin).format(sql.Identifier(RESTORER)))
            for role in dict.fromkeys(roles):
                if role in (ADMIN, RESTORER, "public", "none") or role.startswith("pg_") or not role:
                    continue
                await connection.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
                grant = sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(RESTORER))
                await connection.execute(grant)
            await connection.execute(f"alter database {DATABASE} owner to {RESTORER}")
            await connection.execute(f"alter schema public owner to {RESTORER}")

    async def add_extensions(self, wanted: Mapping[str, str]) -> dict[str, tuple[str, bool]]:
        """Create the extensions that are installed here; as the superuser, since their code is this machine's own.

        Args:
            wanted: names, and the schema of each.

        Returns:
            Those that could not be created, why, and whether that is the drill's own doing.
        """
        failed: dict[str, tuple[str, bool]] = {}
        async with await psycopg.AsyncConnection.connect(self.dsn(ADMIN), autocommit=True) as connection:
            rows = await (await connection.execute("select name::text from pg_available_extensions")).fetchall()
            available = {str(name) for (name,) in rows}
            for name, schema in wanted.items():
                if name not in available:
                    failed[name] = f"the extension {name} is not installed here", False
                elif name != "plpgsql":
                    try:
                        await self._extend(connection, name, schema)
                    except psycopg.Error as error:
                        said = error.diag.message_primary or "it failed"
                        failed[name] = f"the extension {name} cannot be created here: {said}", _PRELOADED in said
        return failed

    async def _extend(self, connection: psycopg.AsyncConnection[Any], name: str, schema: str) -> None:
        if schema and schema != "public" and not schema.startswith("pg_"):
            made = sql.SQL("create schema if not exists {} authorization {}")
            await connection.execute(made.format(sql.Identifier(schema), sql.Identifier(RESTORER)))
            self.schemas.add(schema)
        place = sql.SQL("schema {}").format(sql.Identifier(schema)) if schema else sql.SQL("")
        await connection.execute(
            sql.SQL("create extension if not exists {} {} cascade").format(sql.Identifier(name), place)
        )
        # what the extension keeps in tables is part of a dump
        rows = await (await connection.execute(_TABLES, (name,))).fetchall()
        for schema_name, table in rows:
            grant = sql.SQL("grant all on {} to {}").format(
                sql.Identifier(schema_name, table), sql.Identifier(RESTORER)
            )
            await connection.execute(grant)


_TABLES = """
select n.nspname::text, c.relname::text
from pg_catalog.pg_extension e
join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_extension'::regclass and d.refobjid = e.oid
    and d.deptype = 'e' and d.classid = 'pg_catalog.pg_class'::regclass
join pg_catalog.pg_class c on c.oid = d.objid and c.relkind in ('r', 'p')
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where e.extname = %s and not n.nspname like 'pg\\_%%'
"""
