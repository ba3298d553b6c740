"""Looks at the certificates of every web origin of the stack and of its database servers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit

from auditor.checklist.model import Environment, TlsSettings
from auditor.errors import Unavailable
from auditor.facts.certificates import Certificates, DatabaseCertificates, ServedChain
from auditor.model import Gap
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.resolve import plain
from auditor.probes.surfaces import Databases, web_origins
from auditor.probes.tls.ask import NoTls, Server
from auditor.probes.tls.certificates import read_chain
from auditor.probes.tls.flight import Flight, served, served_for
from auditor.probes.tls.handshake import Client, Witnessed
from auditor.probes.tls.reading import UnreadableCertificate, read_certificate
from auditor.probes.tls.servers import request_tls
from auditor.probes.tls.verdicts import Verdict, Verdicts
from auditor.registry import probe

_SECONDS = 4.0
"""For each handshake."""


@probe(deadline=30.0)
async def certificates(environment: Environment, dialer: Dialer) -> Certificates:
    """A handshake that insists on the certificate, and a hello for one of another kind; more where it is refused."""
    origins, gaps = web_origins(environment)
    eye = _Eye.opened(environment)
    urls = dict.fromkeys(map(_origin_of, origins.values()))
    found = await asyncio.gather(*(_of_origin(url, eye, dialer) for url in urls))
    chains, more = _sorted(one for some in found for one in some)
    return Certificates(chains, eye.when, environment.tls.pins, (*gaps, *more))


@probe(deadline=30.0)
async def database_certificates(databases: Databases, dialer: Dialer) -> DatabaseCertificates:
    """The same handshakes with each host of the database URLs, after an SSLRequest. There is no login."""
    databases.for_audit()
    eye = replace(_Eye.opened(databases.environment), pins=())  # those are about the web origins
    ways = [database for database in (databases.application, databases.auditor) if database]
    targets = dict.fromkeys(target for database in ways for target in database.targets())
    chains, gaps = _sorted(await asyncio.gather(*(_of_database(host, port, eye, dialer) for host, port in targets)))
    return DatabaseCertificates(chains, eye.when, gaps)


@dataclass(frozen=True, slots=True)
class _Eye:
    """What it takes to look at certificates."""

    tls: TlsSettings
    client: Client
    pins: tuple[str, ...]
    when: datetime

    @classmethod
    def opened(cls, environment: Environment) -> _Eye:
        tls = environment.tls
        return cls(tls, Client(tls), tls.pins, datetime.now(UTC))


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _of_origin(url: str, eye: _Eye, dialer: Dialer) -> list[ServedChain | Gap]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return [ServedChain(url, host, encrypted=False)]
    server = Server(dialer, host, parts.port or 443, server_name=plain(host), seconds=_SECONDS)
    first = await _seen(url, server, eye)
    return [first, *await _of_another_key(url, first, server, eye)]


async def _of_another_key(url: str, first: ServedChain | Gap, server: Server, eye: _Eye) -> list[ServedChain | Gap]:
    """What old clients are shown by a server that has a certificate for RSA beside the one for elliptic curves."""
    if isinstance(first, Gap) or first.verified is None:
        return []
    leaf = first.certificates[0]
    family = "ECDSA" if leaf.key.kind.startswith("RSA") else "RSA"
    ders = await served_for(server, family)
    if not ders or sha256(ders[0]).hexdigest() == leaf.sha256:
        return []
    other = replace(eye, client=Client(eye.tls, family))
    return [await _seen(f"{url} ({family} certificate)", server, other)]


async def _of_database(host: str, port: int, eye: _Eye, dialer: Dialer) -> ServedChain | Gap:
    server = Server(dialer, host, port, server_name=plain(host), preamble=request_tls, seconds=_SECONDS)
    try:
        return await _seen(server.name, server, eye)
    except NoTls:
        return ServedChain(server.name, host, encrypted=False)


async def _seen(subject: str, server: Server, eye: _Eye) -> ServedChain | Gap:
    try:
        return await look(subject, server, eye.client, eye.pins, eye.when)
    except NoTls:
        raise
    except Unavailable as unavailable:
        return Gap(subject, unavailable.reason, unavailable.hint)


async def look(subject: str, server: Server, client: Client, pins: tuple[str, ...], when: datetime) -> ServedChain:
    """Look at what one server presents.

    Args:
        subject: how reports call it.
        server: whom to ask.
        client: shakes hands, and knows whom the checklist trusts.
        pins: SHA-256 of certificates or of their keys, in hexadecimal.
        when: now.

    Raises:
        Unreachable: it presents nothing.
        UnreadableCertificate: what it presents is no chain of certificates.
    """
    seen, verdicts, flight = await _met(server, client)
    if verdicts.authority.accepted is False and (pinned := _pinned(seen.ders, pins)):
        verdicts = await client.meet_pinned(server, *pinned)
    leaf = read_certificate(seen.ders[0]).says
    if flight is None and (leaf.must_staple or leaf.ocsp):
        flight = await served(server)
    # a server with two kinds of keys may have presented another certificate
    staple = flight.staple if flight and flight.ders[0] == seen.ders[0] else None
    return read_chain(
        subject,
        server.host,
        seen.ders,
        anchors=client.anchors,
        when=when,
        verdicts=verdicts,
        protocol=seen.protocol,
        whole=seen.whole,
        staple=staple,
    )


async def _met(server: Server, client: Client) -> tuple[Witnessed, Verdicts, Flight | None]:
    """What a handshake shows; the certificates alone where OpenSSL has no protocol or suite in common."""
    try:
        return *await client.meet(server), None
    except NoTls:
        raise
    except Unreachable as unreachable:
        flight = await served(server) if unreachable.kind in (Failure.TLS, Failure.RESET) else None
        if flight is None or not flight.ders:
            raise
        none = Verdict(None, unreachable.reason)
        return Witnessed(flight.ders), Verdicts(none, none), flight


def _pinned(ders: Iterable[bytes], pins: tuple[str, ...]) -> tuple[bytes, str] | None:
    """The first served certificate that a pin matches, and the pin."""
    for der in ders:
        try:
            digests = (sha256(der).hexdigest(), read_certificate(der).says.spki_sha256)
        except UnreadableCertificate:
            continue
        if pin := next((digest for digest in digests if digest in pins), ""):
            return der, pin
    return None


def _sorted(found: Iterable[ServedChain | Gap]) -> tuple[tuple[ServedChain, ...], tuple[Gap, ...]]:
    every = tuple(found)
    return (
        tuple(one for one in every if isinstance(one, ServedChain)),
        tuple(one for one in every if isinstance(one, Gap)),
    )
