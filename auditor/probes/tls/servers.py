"""The TLS of every web origin and of the database."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.tls import DatabaseTls, TlsServer, TlsServers
from auditor.model import Gap
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.tcp import version
from auditor.probes.surfaces import Databases, web_origins
from auditor.probes.tls.ask import NoTls, Server
from auditor.probes.tls.scan import WIDTH, facts_of, scan
from auditor.registry import probe

SSL_REQUEST = 80877103
"""PostgreSQL documentation, section 54.7."""
_DATABASE_WIDTH = 2
"""Questions at once to a database: each one is a process there."""


@probe(deadline=60.0)
async def tls_servers(environment: Environment, dialer: Dialer) -> TlsServers:
    """Some thirty hellos to each https origin, at one address of each family that it has."""
    origins, gaps = web_origins(environment)
    places: dict[tuple[str, int], list[str]] = {}
    for surface, url in origins.items():
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            places.setdefault((parts.hostname, parts.port or 443), []).append(surface)
    servers = [(Server(dialer, host, port, server_name=host), tuple(names)) for (host, port), names in places.items()]
    found = await asyncio.gather(*(_scan_all(server, surfaces, WIDTH) for server, surfaces in servers))
    return TlsServers(*_sorted(found, gaps))


@probe(deadline=60.0)
async def database_tls(databases: Databases, dialer: Dialer) -> DatabaseTls:
    """The same hellos to each host of the database URLs, each after an SSLRequest."""
    databases.for_audit()
    ways = [database for database in (databases.application, databases.auditor) if database]
    targets = dict.fromkeys(target for database in ways for target in database.targets())
    if not targets:
        raise Unavailable("the database is reached over a Unix socket: there is no network to look at")
    servers = [Server(dialer, host, port, server_name=host, preamble=request_tls) for host, port in targets]
    found, without = [], []
    for server in servers:
        try:
            found.append(await _scan_all(server, ("database",), _DATABASE_WIDTH))
        except NoTls:
            without.append(server.name)
    seen, gaps = _sorted(found, ())
    return DatabaseTls(seen, tuple(without), gaps)


async def request_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask a PostgreSQL server for TLS.

    Raises:
        NoTls: it has none.
        Unreachable: it does not answer as PostgreSQL does.
    """
    writer.write(struct.pack("!II", 8, SSL_REQUEST))
    answer = await reader.read(1)
    if answer == b"N":
        raise NoTls(Failure.TLS, "it offers no TLS")
    if answer != b"S":
        said = "closes the connection" if not answer else "does not answer as PostgreSQL does"
        raise Unreachable(Failure.PROTOCOL, f"it {said} when it is asked for TLS")


async def _scan_all(server: Server, surfaces: tuple[str, ...], width: int) -> list[TlsServer | Gap]:
    """One address of each family. A family without a way to it from here says nothing about the server."""
    try:
        addresses = _one_of_each(await server.dialer.addresses(server.host, server.port))
    except Unavailable as unavailable:
        return [Gap(server.name, unavailable.reason, unavailable.hint)]
    found: list[TlsServer | Gap] = []
    unreachable: list[TlsServer | Gap] = []
    for address in addresses:
        name = server.name if len(addresses) == 1 else f"{server.name} ({address})"
        try:
            found.append(facts_of(await scan(replace(server, address=address), width), name, surfaces))
        except NoTls:
            raise
        except Unreachable as failure:
            away = failure.kind in (Failure.UNREACHABLE, Failure.LOCAL)
            (unreachable if away else found).append(Gap(name, failure.reason, failure.hint))
        except Unavailable as failure:
            found.append(Gap(name, failure.reason, failure.hint))
    return found or unreachable


def _one_of_each(addresses: Iterable[str]) -> tuple[str, ...]:
    families: dict[int, str] = {}
    for address in addresses:
        families.setdefault(version(address), address)
    return tuple(families.values())


def _sorted(
    found: Iterable[list[TlsServer | Gap]], gaps: tuple[Gap, ...]
) -> tuple[tuple[TlsServer, ...], tuple[Gap, ...]]:
    every = [one for some in found for one in some]
    servers = tuple(one for one in every if isinstance(one, TlsServer))
    return servers, (*gaps, *(one for one in every if isinstance(one, Gap)))
