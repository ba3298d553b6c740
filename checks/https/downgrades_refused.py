"""Needless downgrades are refused."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.tls import Offer, TlsServer, TlsServers, Version
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_OLD = (Version.SSL3, Version.TLS1_0, Version.TLS1_1)


@check("TLS019", level=Level.RECOMMENDED, severity=Severity.LOW, references=("RFC 7507", "CVE-2014-3566"))
def downgrades_refused(servers: TlsServers) -> Iterator[Finding]:
    """Every server that still speaks an old version of TLS refuses a client that was talked down to it.

    ## Why it matters
    Clients that retry with an older version say so (TLS_FALLBACK_SCSV). A server that knows better and does not refuse
    lets somebody on the way choose the version.

    ## How to fix it
    Take the old versions away from {subject}, or update its TLS library:

        ssl_protocols TLSv1.2 TLSv1.3;
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield _judge(server)


def _judge(server: TlsServer) -> Finding:
    offers = {server.offer(version).offer for version in _OLD}
    if Offer.YES not in offers:
        if Offer.UNKNOWN in offers:
            return unproven(
                server.name, "whether there is an old version to fall back to cannot be told", "audit again"
            )
        return not_applicable("there is no version older than TLS 1.2 to fall back to", server.name)
    refused = server.session.fallback_refused
    if refused is None:
        if sum(offer.offer is not Offer.NO for offer in server.versions) < 2:
            return not_applicable("it speaks one version only", server.name)
        return unproven(
            server.name,
            "whether it refuses a needless downgrade cannot be told: it gave no clear answer",
            "audit again",
        )
    if refused:
        return passed(server.name, "refuses needless downgrades", confidence=Confidence.PROVEN)
    return failed(
        server.name, "accepts a client that was talked down to an older version", confidence=Confidence.PROVEN
    )
