"""Looks, on the hosts that the checklist names, for services that only the stack itself should reach.

A port that is open says nothing: only what speaks the protocol of a service is that service. Hosts of vendors, and
addresses of networks that deliver content for others, are not the stack's own and are not asked.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.open_ports import AskedHost, From, OpenPort, OpenPorts
from auditor.facts.policy import ExposurePolicy
from auditor.facts.sites import host_of, public, trustworthy
from auditor.model import Gap
from auditor.probes.exposure.greetings import SERVICES, Service
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.resolve import plain
from auditor.probes.surfaces import Databases, web_origins
from auditor.registry import probe

_CONNECT_SECONDS = 3.0
"""Silence that is longer is a firewall's."""
_ANSWER_SECONDS = 3.0
_MOST_BYTES = 16_384
_VENDORS = (
    ".amazonaws.com", ".azurewebsites.net", ".cloudfront.net", ".deno.dev", ".fly.dev", ".herokuapp.com",
    ".netlify.app", ".onrender.com", ".pages.dev", ".railway.app", ".render.com", ".run.app", ".supabase.co",
    ".supabase.com", ".supabase.in", ".vercel.app", ".workers.dev", ".neon.tech", ".rds.amazonaws.com",
)  # fmt: skip
_EDGES = tuple(
    map(
        ip_network,
        (
            # Cloudflare (www.cloudflare.com/ips), Vercel, Fastly, GitHub Pages
            "173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18",
            "108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17",
            "162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22", "2400:cb00::/32",
            "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32", "2a06:98c0::/29", "2c0f:f248::/32",
            "76.76.21.0/24", "66.33.60.0/24", "216.198.79.0/24", "64.29.17.0/24", "151.101.0.0/16", "199.232.0.0/16",
            "146.75.0.0/16", "2a04:4e42::/32", "185.199.108.0/22",
        ),
    )
)  # fmt: skip
"""Addresses of networks that stand in front of others' servers."""


@dataclass(frozen=True, slots=True)
class _Host:
    name: str
    surfaces: tuple[str, ...]
    known: frozenset[int]
    """Ports at which the stack's web is: they are judged elsewhere."""
    database: int = 0
    """The port of the application's own database; 0: it is not here."""


@dataclass(frozen=True, slots=True)
class _Tried:
    port: int
    failure: Failure | None = None
    """Why there is no connection; None: there is one."""
    why: str = ""
    found: OpenPort | None = None
    mute: bool = False
    """There is a connection, and not a word."""


@probe(deadline=60.0, last=True)
async def open_ports(
    environment: Environment, policy: ExposurePolicy, dialer: Dialer, databases: Databases
) -> OpenPorts:
    """Every port of the table, on every host of the stack's own, all at once.

    Runs after the other probes: a firewall that says nothing would keep their connections to the same host waiting.
    """
    hosts, gaps = _hosts(environment, databases)
    told = await asyncio.gather(*(_host(host, policy, dialer) for host in hosts))
    return OpenPorts(
        tuple(one for one, _ in told if isinstance(one, AskedHost)),
        tuple(port for _, ports in told for port in ports),
        tuple(one for one, _ in told if isinstance(one, tuple)),
        (*gaps, *(one for one, _ in told if isinstance(one, Gap))),
    )


def _hosts(environment: Environment, databases: Databases) -> tuple[list[_Host], tuple[Gap, ...]]:
    origins, gaps = web_origins(environment)
    found: dict[str, tuple[list[str], set[int]]] = {}
    postgresql: dict[str, int] = {}

    def add(name: str, surface: str, port: int) -> None:
        surfaces, ports = found.setdefault(name, ([], set()))
        surfaces.append(surface)
        ports.add(port)

    for surface, url in origins.items():
        add(host_of(url), surface, urlsplit(url).port or (443 if url.startswith("https") else 80))
    if databases.application and "database" not in environment.absent:
        with suppress(Unavailable):  # what is wrong with the URL is told elsewhere
            for name, port in databases.application.targets():
                add(plain(name), "database", 0)  # it answers the audit: does it answer everyone?
                postgresql.setdefault(plain(name), port)
    hosts = [
        _Host(name, tuple(surfaces), frozenset(ports), postgresql.get(name, 0))
        for name, (surfaces, ports) in found.items()
        if name
    ]
    return hosts, gaps


async def _host(
    host: _Host, policy: ExposurePolicy, dialer: Dialer
) -> tuple[AskedHost | Gap | tuple[str, str], list[OpenPort]]:
    try:
        addresses = await dialer.addresses(host.name, 0)
    except Unreachable as unreachable:
        return Gap(host.name, unreachable.reason, unreachable.hint), []
    chosen = _addresses(addresses)
    if why := next(filter(None, (_foreign(host.name, address) for address in chosen)), ""):
        return (host.name, why), []
    seen_from = max((_from(address, policy) for address in chosen), key=list(From)[::-1].index)
    if seen_from is From.INSIDE and all(map(trustworthy, chosen)):
        return (host.name, f"{chosen[0]} is the audit's own machine, of whose ports nothing shows outside"), []
    asked = [(service, port) for service, port in _services(policy, host.database) if port not in host.known]
    tried = await asyncio.gather(
        *(_try(dialer, host.name, address, *one, _from(address, policy)) for address in chosen for one in asked)
    )
    found = {(one.found.service, one.found.port): one.found for one in reversed(tried) if one.found}
    return _summary(host, seen_from, tried), sorted(found.values(), key=lambda one: one.port)


def _addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The first of each family: a firewall for IPv4 alone is a common mistake."""
    by_family = {":" in address: address for address in reversed(addresses)}
    return tuple(by_family[family] for family in sorted(by_family))


def _services(policy: ExposurePolicy, database: int) -> list[tuple[Service, int]]:
    by_name = {service.name: service for service in SERVICES}
    usual = [(service, port) for service in SERVICES for port in service.ports]
    chosen = [(by_name[name], port) for name, port in policy.ports] or usual
    own = [(by_name["postgresql"], database)] if database else []
    return list(dict.fromkeys((*chosen, *own)))


def _foreign(name: str, address: str) -> str:
    """Why a host is not the stack's own to ask."""
    if name.endswith(_VENDORS):
        return "it is a host of a vendor, which looks after its ports itself"
    parsed = ip_address(address.partition("%")[0])
    if any(parsed in network for network in _EDGES if network.version == parsed.version):
        return f"{address} is of a network that delivers for others: the server behind it was not seen"
    return ""


def _from(address: str, policy: ExposurePolicy) -> From:
    if public(address.partition("%")[0]):
        return From.OUTSIDE
    return From.TRUSTED if policy.trust_private_peer else From.INSIDE


def _summary(host: _Host, seen_from: From, tried: list[_Tried]) -> AskedHost | Gap:
    local = next((one for one in tried if one.failure is Failure.LOCAL), None)
    if local:
        return Gap(host.name, local.why, "look at the limits of the machine that the audit runs on")

    found = {one.port for one in tried if one.found}
    others = {one.port for one in tried if one.failure is None and not one.mute} - found
    mute = {one.port for one in tried if one.mute} - found - others

    def ports(*kinds: Failure) -> tuple[int, ...]:
        return tuple(sorted({one.port for one in tried if one.failure in kinds} - found - others - mute))

    return AskedHost(
        host.name,
        host.surfaces,
        seen_from,
        tuple(sorted({one.port for one in tried})),
        ports(Failure.TIMEOUT, Failure.UNREACHABLE),
        ports(Failure.REFUSED),
        tuple(sorted(others)),
        tuple(sorted(mute)),
    )


async def _try(dialer: Dialer, host: str, address: str, service: Service, port: int, seen_from: From) -> _Tried:
    try:
        async with dialer.connection(host, port, timeout=_CONNECT_SECONDS, address=address) as (reader, writer):
            answer = await _answer(service, reader, writer)
    except Unreachable as unreachable:
        # a connection that is cut at once: something listens
        cut = unreachable.kind is Failure.RESET
        return _Tried(port, None if cut else unreachable.kind, unreachable.reason, mute=cut)
    seen = service.recognise(answer)
    if seen is None:
        return _Tried(port, mute=not answer)
    access, saw = seen
    return _Tried(port, found=OpenPort(host, port, address, service.title, access, saw, seen_from))


async def _answer(service: Service, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The first words of whoever listens; empty when there are none in time."""
    answer = bytearray()
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(_ANSWER_SECONDS):
            writer.write(service.asks)
            await writer.drain()
            while len(answer) < _MOST_BYTES and (data := await reader.read(4_096)):
                answer += data
                if not service.asks.startswith(b"GET "):
                    break
    return bytes(answer)
