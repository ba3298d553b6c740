"""The only shape in which the audit uses a connection to PostgreSQL: a transaction that cannot write."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from psycopg.sql import Composable

from auditor.errors import Unavailable
from auditor.probes.net.failures import Unreachable
from auditor.probes.net.pgerrors import Limits
from auditor.probes.net.wire import Parameters, Wire

_IDLE_MS = 60_000


class Session:
    """A login. One transaction at a time.

    Args:
        wire: the connection.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._busy = False

    @property
    def server_version(self) -> int:
        """As PostgreSQL numbers it: 180001 is 18.1. Of the pooler, when one is in between."""
        return self._wire.server_version

    @asynccontextmanager
    async def transaction(
        self,
        role: str | None = None,
        claims: Mapping[str, Any] | None = None,
        statement_timeout_ms: int = 5000,
        lock_timeout_ms: int = 500,
    ) -> AsyncIterator[Transaction]:
        """A read-only transaction, always rolled back.

        ``SET TRANSACTION READ WRITE`` is possible until the first query of a transaction, so the settings are made by
        one. They are local to the transaction: no pooler carries them into another session. The search path is empty:
        names need their schema, and nobody can slip in a function of their own.

        Args:
            role: act as this role.
            claims: what PostgREST would put into ``request.jwt.claims``.
            statement_timeout_ms: the server ends a statement after that.
            lock_timeout_ms: the server ends the wait for a lock after that.

        Raises:
            Unavailable: the server refuses the role (the hint has the grant), or the connection is lost.
        """
        if self._busy:
            raise RuntimeError("a session has one transaction at a time")
        limits = Limits(statement_timeout_ms, lock_timeout_ms)
        transaction = Transaction(self._wire, limits)
        self._busy = True
        try:
            await self._wire.command("BEGIN READ ONLY", limits)
            await transaction.prepare(role, claims)
            yield transaction
        except (asyncio.CancelledError, GeneratorExit):
            self._wire.cut()  # there is no time for a farewell
            raise
        finally:
            self._busy = False
            await self._roll_back()

    async def _roll_back(self) -> None:
        if self._wire.alive:
            # a connection that is lost has no transaction any more
            with suppress(Unavailable):
                await self._wire.command("ROLLBACK", Limits(0, 0))


class Transaction:
    """Asks questions in a read-only transaction.

    Args:
        wire: the connection.
        limits: of every statement.
    """

    def __init__(self, wire: Wire, limits: Limits) -> None:
        self._wire = wire
        self._limits = limits
        self._user = wire.user

    async def prepare(self, role: str | None, claims: Mapping[str, Any] | None) -> None:
        """Make the settings of the transaction, by its first query."""
        settings = {
            "statement_timeout": str(self._limits.statement_ms),
            "lock_timeout": str(self._limits.lock_ms),
            "idle_in_transaction_session_timeout": str(_IDLE_MS),
            "search_path": "",
            # to compile a query that is sent once costs more than it saves
            "jit": "off",
        }
        if claims is not None:
            settings["request.jwt.claims"] = json.dumps(dict(claims))
        if role is not None:
            settings["role"] = role  # the same as SET LOCAL ROLE; last, while the login role may still make the others
        calls = ", ".join(["pg_catalog.set_config(%s, %s, true)"] * len(settings))
        await self.rows(f"SELECT {calls}", [part for setting in settings.items() for part in setting])
        self._user = role or self._user

    async def rows(self, sql: str | Composable, params: Parameters = ()) -> list[tuple[Any, ...]]:
        """Send one statement that reads, and return its rows.

        Args:
            sql: one statement; SELECT, WITH, VALUES, TABLE, EXPLAIN or SHOW. ``%s`` or ``%(name)s`` stand for
                parameters; without parameters a percent sign is just that.
            params: the values.

        Raises:
            QueryFailed: the server refuses; with its ``sqlstate``, and the grant that is missing in the hint.
            Unreachable: the connection is lost, or the server has stopped to answer.
            Unavailable: another statement.
        """
        return (await self._wire.fetch(sql, params, self._limits, self._user))[1]

    async def dicts(self, sql: str | Composable, params: Parameters = ()) -> list[dict[str, Any]]:
        """Like :meth:`rows`, each row by the names of its columns."""
        names, rows = await self._wire.fetch(sql, params, self._limits, self._user)
        return [dict(zip(names, row, strict=True)) for row in rows]

    async def leave_mark(self, name: str) -> None:
        """Have a statement parsed that would delete rows, had it been executed: logs of changes tell of it.

        It is prepared, never executed, and forgotten at once. The table holds comments, and the condition no row.

        Args:
            name: of the statement; small letters, digits and underscores.

        Raises:
            QueryFailed: the server refuses.
            ValueError: another name.
        """
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            raise ValueError(name)
        statement = f"PREPARE {name} AS DELETE FROM pg_catalog.pg_description WHERE false"  # noqa: S608
        await self._wire.command(statement, self._limits)
        await self._wire.command(f"DEALLOCATE {name}", self._limits)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that may fail: the transaction goes on as it was before, role and settings included."""
        await self._wire.command("SAVEPOINT audit", self._limits)
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            self._wire.cut()
            raise
        finally:
            with suppress(Unreachable):  # nothing to go back to on a connection that is lost
                await self._wire.command("ROLLBACK TO SAVEPOINT audit; RELEASE SAVEPOINT audit", self._limits)
