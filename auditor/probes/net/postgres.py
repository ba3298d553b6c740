"""Reads PostgreSQL, in transactions that cannot write and are always rolled back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from auditor.checklist.model import TlsSettings
from auditor.probes.net.dial import Dialer
from auditor.probes.net.dsn import Dsn, read_dsn
from auditor.probes.net.login import logged_in
from auditor.probes.net.pgerrors import QueryFailed
from auditor.probes.net.session import Session, Transaction
from auditor.probes.net.traffic import Traffic
from auditor.probes.net.wire import Wire
from auditor.redact import Secret

__all__ = ["Database", "QueryFailed", "Session", "Transaction"]

LOGIN_SECONDS = 10.0


class Database:
    """A way into one database, as one role. Nothing connects before a session is asked for.

    ``[env.*.resolve]`` holds for every host of the URL. ``network.source_address`` holds for TCP; a Unix socket has
    no address to come from. The URL's sslmode is honoured as it is, since the application has to live with it too.

    Args:
        dsn: the URL.
        dialer: resolves names, and connects when a source address is set.
        tls: its ``ca_file`` serves verify-ca and verify-full when the URL names no ``sslrootcert``.
        traffic: where connections and statements are counted.
        label: the key of the checklist that the URL comes from, for messages.
    """

    def __init__(self, dsn: Secret, dialer: Dialer, tls: TlsSettings, traffic: Traffic, label: str) -> None:
        self.label = label
        self._secret = dsn
        self._dialer = dialer
        self._tls = tls
        self._traffic = traffic

    @property
    def user(self) -> str:
        """The role that the URL names.

        Raises:
            Unavailable: the URL is none.
        """
        return self._dsn.user

    @property
    def name(self) -> str:
        """The database that the URL names.

        Raises:
            Unavailable: the URL is none.
        """
        return self._dsn.name

    @property
    def sslmode(self) -> str:
        """The URL's sslmode, or libpq's default.

        Raises:
            Unavailable: the URL is none.
        """
        return self._dsn.sslmode

    @property
    def where(self) -> str:
        """Host, port and database, for messages: ``db.example.com:5432/app``."""
        return self._dsn.where

    def targets(self) -> tuple[tuple[str, int], ...]:
        """The hosts and ports of the URL; empty for a Unix socket.

        Raises:
            Unavailable: the URL is none.
        """
        return self._dsn.targets

    @asynccontextmanager
    async def session(self, timeout: float = LOGIN_SECONDS) -> AsyncIterator[Session]:  # noqa: ASYNC109
        """One connection, closed when the block is left.

        Waits as long as it takes for one of the host's places; the timeout starts after that.

        Args:
            timeout: seconds for DNS, TCP, TLS and the login together.

        Raises:
            Unreachable: the network's fault, with its kind.
            Unavailable: the URL is none, or the server does not let the role in.
        """
        dsn = self._dsn
        async with logged_in(dsn, self._dialer, self._tls, self.label, timeout) as connection:
            yield Session(Wire(connection, self._traffic, dsn.where, dsn.user))

    @cached_property
    def _dsn(self) -> Dsn:
        return read_dsn(self._secret, self.label)
