"""Sends statements over one connection, each within its time."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any, TypeVar, cast

import psycopg
from psycopg.sql import Composable

from auditor.probes.net.failures import Failure, Unreachable, timed_out
from auditor.probes.net.pgerrors import Limits, QueryFailed, query_failed
from auditor.probes.net.statements import refuse_unless_reading
from auditor.probes.net.traffic import Traffic

T = TypeVar("T")

MAX_ROWS = 200_000
_PATIENCE_SECONDS = 5.0
"""How much longer than the server's own time limit the audit waits, for a server that has stopped to answer."""

_CHUNK_ROWS = 200

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Rows = AsyncGenerator[tuple[Any, ...], None]
Parameters = Sequence[Any] | Mapping[str, Any]


class Wire:
    """A connection that ends rather than hangs.

    Args:
        connection: in autocommit mode, without prepared statements.
        traffic: where statements are counted.
        where: host, port and database, for messages.
        user: the login role.
    """

    def __init__(self, connection: Connection, traffic: Traffic, where: str, user: str) -> None:
        self.where = where
        self.user = user
        self._connection = connection
        self._traffic = traffic
        self._is_cut = False

    @property
    def server_version(self) -> int:
        """As PostgreSQL numbers it: 180001 is 18.1."""
        return self._connection.info.server_version

    @property
    def alive(self) -> bool:
        """Whether it is worth to send anything."""
        return not self._is_cut and not self._connection.closed

    async def command(self, sql: str, limits: Limits) -> None:
        """Send a statement of the audit's own that has no rows."""

        async def send() -> None:
            await self._connection.execute(sql.encode())

        await self._settle(send(), limits, self.user)

    async def fetch(
        self, sql: str | Composable, parameters: Parameters, limits: Limits, user: str
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Send a statement that reads; its column names and rows.

        ``stream`` is psycopg's way to the extended protocol, which refuses several statements in one string.
        """
        text = sql if isinstance(sql, str) else sql.as_string(self._connection)
        refuse_unless_reading(text)
        size = _CHUNK_ROWS if psycopg.capabilities.has_stream_chunked() else 1
        cursor = self._connection.cursor()
        rows: list[tuple[Any, ...]] = []

        async def receive() -> None:
            # without parameters, a percent sign is just that
            found = cast("Rows", cursor.stream(text.encode(), parameters or None, size=size))
            async with aclosing(found):
                async for row in found:
                    rows.append(row)
                    if len(rows) > MAX_ROWS:
                        await self._connection.close()
                        raise QueryFailed("", f"the query at {self.where} has more than {MAX_ROWS} rows")

        await self._settle(receive(), limits, user)
        return [column.name for column in cursor.description or ()], rows

    async def _settle(self, operation: Coroutine[Any, Any, T], limits: Limits, user: str) -> T:
        """Wait for an operation, no longer than it may take.

        psycopg answers a cancellation by asking the server to cancel, and waits for the server to obey: up to ten
        seconds, or for ever before 3.3.9 (psycopg/psycopg#1371). So it is not cancelled: its socket is shut, which
        ends it at once.

        Raises:
            Unavailable: in words, whatever psycopg raised.
        """
        if self._is_cut:
            operation.close()
            raise Unreachable(Failure.RESET, f"the audit has given up the connection to {self.where}")
        self._traffic.count_query()
        seconds = limits.statement_ms / 1000 + _PATIENCE_SECONDS
        task = asyncio.create_task(operation)
        try:
            await asyncio.wait({task}, timeout=seconds)
            if task.done():
                return task.result()
        except (psycopg.Error, UnicodeError) as error:
            raise query_failed(error, self.where, user, limits) from None
        finally:
            if not task.done():
                self.cut()
                await asyncio.wait({task})
                task.exception()
        raise timed_out(f"{self.where} has stopped to answer: nothing came", seconds)

    def cut(self) -> None:
        """Shut the socket, for good. What waits for it ends with an error at once; PostgreSQL rolls back by itself."""
        self._is_cut = True
        if self._connection.closed:
            return
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self._connection.fileno())) as sock:
            sock.shutdown(socket.SHUT_RDWR)
