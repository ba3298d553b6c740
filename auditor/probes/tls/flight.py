"""Chain and staple by the audit's own hello: for what OpenSSL's client cannot ask, and whom it cannot talk to."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.facts.tls import Version
from auditor.probes.tls.ask import Server, ask
from auditor.probes.tls.handshake13 import read_encrypted
from auditor.probes.tls.hello import Hello
from auditor.probes.tls.registry import suite, suites_of

_OLD = (Version.TLS1_2, Version.TLS1_0, Version.SSL3)
_MOST_SUITES = 100
"""Of one hello: more is too much for some servers."""


@dataclass(frozen=True, slots=True)
class Flight:
    """What a server presents."""

    ders: tuple[bytes, ...]
    """The certificates, the server's own first."""
    staple: bytes
    """The OCSP response; empty: asked for, and not given."""


async def served(server: Server) -> Flight | None:
    """Ask for the chain and the staple, in TLS 1.3 first. Verifies nothing, and needs no key.

    Args:
        server: whom to ask.

    Returns:
        None: it presents nothing, for whatever reason.
    """
    heard = await read_encrypted(server, suites_of(Version.TLS1_3))
    if heard:
        return Flight(heard.chain, heard.staple)
    for version in _OLD:
        reply = await ask(server, Hello(version, _usual(version), (), server.server_name, staple=True))
        if reply.chain:
            return Flight(reply.chain, reply.staple)
    return None


async def served_for(server: Server, family: str) -> tuple[bytes, ...]:
    """The chain for one kind of key, in TLS 1.2: a server may have a certificate for each.

    Args:
        server: whom to ask.
        family: ``RSA`` or ``ECDSA``.

    Returns:
        DER, the server's own certificate first; empty: it has none for that kind, or no TLS 1.2.
    """
    suites = tuple(number for number in _usual(Version.TLS1_2) if f"_{family}_" in suite(number))
    reply = await ask(server, Hello(Version.TLS1_2, suites, (), server.server_name))
    return reply.chain


def _usual(version: Version) -> tuple[int, ...]:
    """Suites with a certificate, the usual key exchanges first."""
    numbers = [number for number in suites_of(version) if "_RSA_" in suite(number) or "_ECDSA_" in suite(number)]
    return tuple(sorted(numbers, key=lambda number: "ECDHE" not in suite(number))[:_MOST_SUITES])
