"""No server negotiates an old version of TLS."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.guideline import TlsGuideline
from auditor.facts.tls import Offer, TlsServer, TlsServers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS010",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-326", "ASVS-5.0-12.1.1", "RFC 8996", "RFC 7568"),
)
def protocol_versions_modern(servers: TlsServers, guideline: TlsGuideline) -> Iterator[Finding]:
    """No server negotiates a version of TLS that the guideline leaves out.

    ## Why it matters
    SSLv3, TLS 1.0 and TLS 1.1 are broken or forbidden (POODLE, BEAST, SHA-1 in the handshake). As long as a server
    still takes them, somebody on the way can try to talk both sides down to them, and every compliance scan fails.

    ## How to fix it
    In nginx, for {subject}, in every `server` block that shares the address (the first one counts for all):

        ssl_protocols TLSv1.2 TLSv1.3;

    Behind a load balancer or a CDN, choose the policy there: what it speaks to clients is what counts. The guideline
    and its profile are `[policy.tls] guideline` and `profile`.
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield from _judge(server, guideline)


def _judge(server: TlsServer, guideline: TlsGuideline) -> Iterator[Finding]:
    outside = [offer for offer in server.versions if offer.version.value not in guideline.versions]
    accepted = [offer.version.value for offer in outside if offer.offer is Offer.YES]
    doubtful = [offer for offer in outside if offer.offer is Offer.UNKNOWN]
    if accepted:
        yield failed(
            server.name,
            f"negotiates {', '.join(accepted)}, which {guideline.name} leaves out",
            confidence=Confidence.PROVEN,
            reproduce=_command(server, accepted[0]),
            versions=server.table(),
        )
    if doubtful:
        names = ", ".join(offer.version.value for offer in doubtful)
        yield unproven(
            server.name,
            f"whether it negotiates {names} cannot be told: {doubtful[0].reason}",
            "look for a firewall or rate limit between the audit and the server, or audit from inside of it",
            aspect="unknown",
            versions=server.table(),
        )
    if not accepted and not doubtful:
        offered = [offer.version.value for offer in server.versions if offer.offer is not Offer.NO]
        yield passed(
            server.name,
            f"negotiates none but {' and '.join(offered)}"
            if server.doubt
            else f"negotiates only {' and '.join(offered)}",
            confidence=Confidence.PROVEN,
            versions=server.table(),
            connections=server.connections,
        )


_OPENSSL = {"SSLv3": "-ssl3", "TLSv1": "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}


def _command(server: TlsServer, version: str) -> str:
    where = server.name.split(" ")[0]
    return f"openssl s_client -connect {where} {_OPENSSL[version]} -cipher 'ALL:@SECLEVEL=0' </dev/null"
