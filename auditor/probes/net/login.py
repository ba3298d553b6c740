"""Opens a connection to PostgreSQL along the audit's own roads."""

from __future__ import annotations

import asyncio
import math
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from auditor.checklist.model import TlsSettings
from auditor.probes.net.dial import Dialer
from auditor.probes.net.dsn import Dsn
from auditor.probes.net.failures import Unreachable, timed_out
from auditor.probes.net.line import Line
from auditor.probes.net.pgerrors import login_failed
from auditor.probes.net.relay import relay
from auditor.probes.net.resolve import plain
from auditor.probes.net.trust import system_file
from auditor.probes.net.wire import Connection
from auditor.redact import Redactor, Secret

APPLICATION_NAME = "stack-audit"
_LIBPQ_SECONDS_AT_LEAST = 2


@asynccontextmanager
async def logged_in(
    dsn: Dsn,
    dialer: Dialer,
    tls: TlsSettings,
    label: str,
    timeout: float,  # noqa: ASYNC109
) -> AsyncIterator[Connection]:
    """A connection, closed when the block is left.

    Args:
        dsn: where to, and as whom.
        dialer: resolves names, has the places, and connects when a source address is set.
        tls: its ``ca_file`` serves where the URL asks for verification and names no root certificate.
        label: where the URL comes from, for messages.
        timeout: seconds, from the moment in which a place was found.

    Raises:
        Unavailable: in words, whatever went wrong.
    """
    async with AsyncExitStack() as stack:
        if dsn.targets:
            await dialer.places(dsn.targets[0][0]).take()
        try:
            async with asyncio.timeout(timeout):
                road = await _road(stack, dsn, dialer, timeout)
                connection = await _connect({**_manner(dsn, tls, timeout), **road})
                stack.push_async_callback(connection.close)
        except TimeoutError as error:
            _let_go(error)
            raise timed_out(f"no answer from {dsn.where}", timeout) from None
        except psycopg.Error as error:
            _let_go(error)
            hide = Redactor([Secret(dsn.password, "password")] if dsn.password else ()).text
            raise login_failed(error, dsn.where, dsn.user, label, timeout, hide) from None
        except asyncio.CancelledError as error:
            _let_go(error)
            raise
        if dsn.targets and not dialer.source_address:  # what the dialer opens, it counts itself
            dialer.traffic.count_connection(plain(dsn.targets[0][0]))
        yield connection


async def _connect(parameters: dict[str, str]) -> Connection:
    # no prepared statements: PgBouncer's transaction pooling has no place for them
    return await psycopg.AsyncConnection.connect(make_conninfo(**parameters), autocommit=True, prepare_threshold=None)


def _manner(dsn: Dsn, tls: TlsSettings, timeout: float) -> dict[str, str]:
    """Everything but the road. ``options`` is set so that PGOPTIONS is not: PgBouncer refuses it."""
    parameters = {"options": "", **dsn.parameters}
    parameters.pop("replication", None)
    tries = max(len(dsn.targets), 1)
    parameters |= {
        "application_name": APPLICATION_NAME,
        "client_encoding": "utf8",
        "connect_timeout": str(max(math.ceil(timeout / tries), _LIBPQ_SECONDS_AT_LEAST)),
    }
    return parameters | _roots(dsn, tls)


def _roots(dsn: Dsn, tls: TlsSettings) -> dict[str, str]:
    given = dsn.parameters.get("sslrootcert")
    if not given and tls.ca_file and dsn.sslmode in ("verify-ca", "verify-full"):
        return {"sslrootcert": str(tls.ca_file)}
    # psycopg's binary package looks for the system's roots in a folder that no system has (/usr/lib/psycopg-openssl)
    if given == "system" and dsn.parameters.get("sslmode", "verify-full") == "verify-full":
        return {"sslrootcert": str(system_file()), "sslmode": "verify-full"}
    return {}


async def _road(stack: AsyncExitStack, dsn: Dsn, dialer: Dialer, timeout: float) -> dict[str, str]:  # noqa: ASYNC109
    """Where libpq connects to. The host stays the name that certificates and password files are matched with."""
    if not dsn.targets:
        return {"hostaddr": ""}  # a Unix socket: PGHOSTADDR must not lead elsewhere
    if dialer.source_address:
        host, line = await _reach(dsn, dialer, timeout)
        port = await stack.enter_async_context(relay(line))
        return {"host": host, "hostaddr": "127.0.0.1", "port": str(port)}
    first = dsn.targets[0][0]
    stack.callback(dialer.places(first).give_back)
    found = await _addresses(dsn, dialer, timeout)
    return {
        "host": ",".join(host for host, _, _ in found),
        "hostaddr": ",".join(address for _, address, _ in found),
        "port": ",".join(str(port) for _, _, port in found),
    }


async def _addresses(dsn: Dsn, dialer: Dialer, timeout: float) -> list[tuple[str, str, int]]:  # noqa: ASYNC109
    """Every address of every host, since libpq asks DNS for none that has an address."""
    found: list[tuple[str, str, int]] = []
    failure: Unreachable | None = None
    for (host, port), given in zip(dsn.targets, dsn.addresses, strict=True):
        try:
            addresses = (given,) if given else await dialer.addresses(host, port, timeout=timeout)
        except Unreachable as unknown:
            failure = failure or unknown
        else:
            found += [(host, address, port) for address in addresses]
    if failure and not found:
        raise failure
    return found


async def _reach(dsn: Dsn, dialer: Dialer, timeout: float) -> tuple[str, Line]:  # noqa: ASYNC109
    """The first host that answers the dialer."""
    failures: list[Unreachable] = []
    for (host, port), given in zip(dsn.targets, dsn.addresses, strict=True):
        if failures:
            await dialer.places(host).take()
        try:
            return host, await dialer.connect(host, port, timeout=timeout, address=given or None)
        except Unreachable as failure:
            failures.append(failure)
    raise failures[0]


def _let_go(error: BaseException | None) -> None:
    """Drop what the frames of a failed login hold: the half-open connection, and the password."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__
