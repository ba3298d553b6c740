"""Every server negotiates TLS 1.3."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.tls import Offer, TlsServers, Version
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("TLS011", level=Level.RECOMMENDED, severity=Severity.LOW, references=("RFC 8446", "RFC 9325 section 3.1.1"))
def tls13_offered(servers: TlsServers) -> Iterator[Finding]:
    """Every server negotiates TLS 1.3 with clients that know it.

    ## Why it matters
    TLS 1.3 has only strong suites, always forward secrecy, hides the certificate from onlookers, and needs one round
    trip less.

    ## How to fix it
    In nginx with OpenSSL 1.1.1 or later, for {subject}:

        ssl_protocols TLSv1.2 TLSv1.3;
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        offer = server.offer(Version.TLS1_3)
        if offer.offer is Offer.YES:
            yield passed(server.name, "negotiates TLSv1.3", confidence=Confidence.PROVEN)
        elif offer.offer is Offer.NO:
            yield failed(server.name, f"does not negotiate TLSv1.3 ({offer.reason})", confidence=Confidence.PROVEN)
        else:
            yield unproven(server.name, f"whether it negotiates TLSv1.3 cannot be told: {offer.reason}")
