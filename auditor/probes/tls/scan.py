"""All questions to one server, and what its answers amount to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from auditor.facts.tls import Offer, Session, TlsServer, Version, VersionOffer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.tls.ask import Reply, Server
from auditor.probes.tls.elimination import Asker, Found, Question, chain, chains
from auditor.probes.tls.groups import curves, groups13
from auditor.probes.tls.handshake13 import Encrypted, read_encrypted
from auditor.probes.tls.hello import Hello
from auditor.probes.tls.registry import group, suite, suites_of
from auditor.probes.tls.session import session

WIDTH = 8
"""Questions at once."""
_CHAINS = {Version.TLS1_2: 5, Version.TLS1_3: 1}
"""Chains of suites by version; a hello with more than some hundred suites is too much for some servers.

Five and not four: there are four usual kinds of key exchange, and each chain is to have some of every kind.
"""
_MANY_CHAINS = 5
_PROTOCOL_VERSION = 70
_HOPELESS = (Failure.REFUSED, Failure.DNS, Failure.UNREACHABLE, Failure.LOCAL)

_P256_GENERATOR = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""A valid share for servers that answer no hello without one: the point that belongs to the private key 1."""
_SHARES = ((0x001D, b"\x09" + bytes(31)), (0x0017, _P256_GENERATOR))


@dataclass(slots=True)
class Scan:
    """What was found out about a server."""

    server: Server
    asker: Asker
    found: dict[Version, Found] = field(default_factory=dict)
    groups: Found = field(default_factory=Found)
    old_curves: Found = field(default_factory=Found)
    session: Session = field(default_factory=Session)
    contact: dict[Version, Reply] = field(default_factory=dict)
    """The first answers."""
    heard: Encrypted | None = None
    """What it has said encrypted, in TLS 1.3."""

    def accepted(self, version: Version) -> tuple[int, ...]:
        """The suites of a version."""
        return tuple(self.found[version].replies) if version in self.found else ()

    def offers(self, version: Version) -> bool:
        """Whether a version was negotiated."""
        return bool(self.accepted(version))

    @property
    def newest_old(self) -> Version | None:
        """The newest version below TLS 1.3 that is on offer."""
        return next((v for v in reversed(Version) if v is not Version.TLS1_3 and self.offers(v)), None)


async def scan(server: Server, width: int = WIDTH) -> Scan:
    """Find out what a server negotiates.

    Args:
        server: whom to ask.
        width: questions at once.

    Raises:
        Unreachable: it does not talk TLS at all, or nobody can tell.
    """
    scanned = Scan(server, Asker(server, width))
    await _make_contact(scanned)
    await asyncio.gather(*(_version(scanned, version) for version in Version), _groups13(scanned), _encrypted(scanned))
    if not any(map(scanned.offers, Version)):
        raise _no_tls(scanned)
    await asyncio.gather(_curves(scanned), _session(scanned), _later(scanned))
    await _control(scanned)
    return scanned


async def _make_contact(scanned: Scan) -> None:
    """Two hellos, so that a server that does not answer is not asked forty times."""
    hellos = [_hello(scanned, version, suites_of(version)[:: _CHAINS[version]]) for version in _CHAINS]
    replies = await asyncio.gather(*map(scanned.asker.ask, hellos))
    scanned.contact = dict(zip(_CHAINS, replies, strict=True))
    if any(reply.offer is not Offer.UNKNOWN for reply in replies):
        return
    reply = replies[0]
    kind, where = reply.failure or Failure.TLS, scanned.server.name
    if kind in _HOPELESS:
        raise Unreachable(kind, reply.reason)
    verb = "does not speak TLS" if kind in (Failure.TLS, Failure.PROTOCOL) else "cannot be asked about its TLS"
    raise Unreachable(kind, f"{where} {verb}: {reply.reason}")


def _no_tls(scanned: Scan) -> Unreachable:
    doubtful = [found for found in scanned.found.values() if not found.complete]
    found = doubtful[0] if doubtful else scanned.found[Version.TLS1_2]
    if any(reply.hello for reply in scanned.contact.values()):
        return Unreachable(
            Failure.TLS, f"{scanned.server.name} has answered one TLS hello and then no more: {found.reason}"
        )
    return Unreachable(Failure.TLS, f"{scanned.server.name} negotiates no version of TLS: {found.reason}")


def _hello(scanned: Scan, version: Version, suites: tuple[int, ...], groups: tuple[int, ...] = ()) -> Hello:
    return Hello(version, suites, groups, scanned.server.server_name)


def _suites(scanned: Scan, version: Version, shares: tuple[tuple[int, bytes], ...] = ()) -> Question:
    def hello(suites: tuple[int, ...]) -> Hello:
        return replace(_hello(scanned, version, suites), key_shares=shares)

    return Question(version, hello, lambda reply: reply.hello.suite if reply.hello else -1)


async def _version(scanned: Scan, version: Version) -> None:
    """Which suites of a version are accepted. An old version that is refused by name is asked for once."""
    suites, question, first = suites_of(version), _suites(scanned, version), _clear(scanned.contact.get(version))
    if version is Version.TLS1_2:
        found = await chains(scanned.asker, question, suites, _CHAINS[version], first)
    elif version is Version.TLS1_3:
        found = await chain(scanned.asker, question, suites, first)
        if not found.replies and found.alert != _PROTOCOL_VERSION:
            again = await chain(scanned.asker, _suites(scanned, version, _SHARES), suites)
            found = again if again.replies or not again.complete else found
    else:
        found = await _old_version(scanned, question, suites)
    scanned.found[version] = found


async def _old_version(scanned: Scan, question: Question, suites: tuple[int, ...]) -> Found:
    """Most servers refuse it: one question, or two, and more only when one of them is answered."""
    found = Found()
    for half in (suites[::2], suites[1::2]):
        reply = await scanned.asker.ask(question.hello(half))
        if reply.hello and reply.hello.version is question.version:
            return await chains(scanned.asker, question, suites, _MANY_CHAINS)
        part = await chain(scanned.asker, question, half, reply)
        found.add(part)
        if part.alert == _PROTOCOL_VERSION or not part.complete:
            break
    return found


def _clear(reply: Reply | None) -> Reply | None:
    return reply if reply and reply.offer is not Offer.UNKNOWN else None


async def _groups13(scanned: Scan) -> None:
    if scanned.contact[Version.TLS1_3].hello:
        scanned.groups = await groups13(scanned.asker, suites_of(Version.TLS1_3))


async def _curves(scanned: Scan) -> None:
    """Curves that are deprecated; and the good ones, where there are no groups of TLS 1.3."""
    if version := scanned.newest_old:
        wanted = not scanned.offers(Version.TLS1_3)
        good, scanned.old_curves = await curves(scanned.asker, version, scanned.found[version].replies, wanted)
        scanned.groups = good if wanted else scanned.groups


async def _later(scanned: Scan) -> None:
    """What was left for a server of TLS 1.3 that has not shown itself at once."""
    if scanned.offers(Version.TLS1_3) and not scanned.contact[Version.TLS1_3].hello:
        scanned.groups = await groups13(scanned.asker, scanned.accepted(Version.TLS1_3))
        if not scanned.groups.replies:  # it refuses whoever brings no key, whatever the group
            scanned.groups = Found(complete=False, reason=scanned.groups.reason)
        await _encrypted(scanned, scanned.accepted(Version.TLS1_3))


async def _session(scanned: Scan) -> None:
    accepted = {version: found.replies for version, found in scanned.found.items()}
    scanned.session = await session(scanned.asker, accepted)


async def _encrypted(scanned: Scan, suites: tuple[int, ...] = ()) -> None:
    """What only comes encrypted, from a handshake in TLS 1.3."""
    if suites or scanned.contact[Version.TLS1_3].hello:
        async with scanned.asker.turn():
            scanned.asker.connections += 1
            scanned.heard = await read_encrypted(scanned.server, suites or suites_of(Version.TLS1_3))


async def _control(scanned: Scan) -> None:
    """Whether a server that closes connections without a word still answers what it has answered before.

    If not, it has had enough of the audit, and a closed connection was no refusal.
    """
    closed = [found for found in (*scanned.found.values(), scanned.groups, scanned.old_curves) if found.closed]
    if not closed:
        return
    version = next(version for version in reversed(Version) if scanned.offers(version))
    shares = () if version is not Version.TLS1_3 or scanned.contact[version].hello else _SHARES
    hello = replace(_hello(scanned, version, scanned.accepted(version)), key_shares=shares)
    reply = await scanned.asker.ask(hello)
    if reply.offer is not Offer.YES:
        for found in closed:
            found.complete, found.reason = False, "it turns every connection away by now"


def facts_of(scanned: Scan, name: str, surfaces: tuple[str, ...]) -> TlsServer:
    """What was found out, as a fact.

    Args:
        scanned: a finished scan.
        name: how reports call the server.
        surfaces: what it serves.
    """
    heard = scanned.heard
    early = heard.early_data_bytes if heard else 0
    replies = [reply for found in scanned.found.values() for reply in found.replies.items()]
    return TlsServer(
        name,
        surfaces,
        tuple(_offer(version, scanned.found[version]) for version in Version),
        tuple(sorted(group(number) for number in scanned.groups.replies)),
        scanned.groups.complete,
        tuple(sorted(group(number) for number in scanned.old_curves.replies)),
        scanned.old_curves.complete,
        tuple(sorted({suite(number): reply.dh_bits for number, reply in replies if reply.dh_bits}.items())),
        replace(scanned.session, early_data=_early(scanned), early_data_bytes=early),
        _client_certificate(scanned),
        scanned.asker.connections,
    )


def _client_certificate(scanned: Scan) -> bool | None:
    """None: no handshake came as far as that."""
    whole = [reply for found in scanned.found.values() for reply in found.replies.values() if reply.chain]
    asked = [reply.client_certificate for reply in whole]
    asked += [scanned.heard.client_certificate] if scanned.heard else []
    return any(asked) if asked else None


def _offer(version: Version, found: Found) -> VersionOffer:
    suites = tuple(sorted(suite(number) for number in found.replies))
    offer = Offer.YES if suites else Offer.NO if found.complete else Offer.UNKNOWN
    return VersionOffer(version, offer, suites, found.reason, found.complete)


def _early(scanned: Scan) -> bool | None:
    """None: no handshake that ended in order, so a ticket may have been missed."""
    if not scanned.offers(Version.TLS1_3):
        return False if scanned.found[Version.TLS1_3].complete else None
    heard = scanned.heard
    if heard is None:
        return None
    return True if heard.early_data_bytes else False if heard.tickets or (heard.finished and heard.goodbye) else None
