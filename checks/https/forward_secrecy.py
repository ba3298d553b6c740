"""Every server gives forward secrecy."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.suites import forward_secret
from auditor.facts.tls import TlsServer, TlsServers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS014",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-326", "ASVS-5.0-12.1.2", "RFC 9325 section 6.3"),
)
def forward_secrecy(servers: TlsServers) -> Iterator[Finding]:
    """Every server gives forward secrecy in each version of TLS that it negotiates.

    ## Why it matters
    Without forward secrecy, whoever records the traffic today and gets the server's key tomorrow (a backup, a leak, a
    subpoena) reads all of it.

    ## How to fix it
    Let {subject} accept suites with ECDHE, and only those:

        ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield _judge(server)


def _judge(server: TlsServer) -> Finding:
    without = [
        offer.version.value
        for offer in server.versions
        if offer.suites and offer.complete and not any(map(forward_secret, offer.suites))
    ]
    if without:
        return failed(
            server.name,
            f"gives no forward secrecy in {', '.join(without)}: no suite there has a fresh key for each connection",
            confidence=Confidence.PROVEN,
            versions=server.table(),
        )
    if any(not offer.complete and not any(map(forward_secret, offer.suites)) for offer in server.versions):
        return unproven(server.name, server.doubt, "audit again, from where nothing limits the audit's connections")
    also = sum(not forward_secret(suite) for suite in server.suites)
    rest = f", beside {also} without it" if also else ""
    return passed(server.name, f"has suites with forward secrecy in each version{rest}", confidence=Confidence.PROVEN)
