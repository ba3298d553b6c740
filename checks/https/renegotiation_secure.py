"""Renegotiation is bound to the connection."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.tls import TlsServer, TlsServers, Version
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("TLS018", level=Level.MANDATORY, severity=Severity.MEDIUM, references=("CVE-2009-3555", "RFC 5746", "RFC 7627"))
def renegotiation_secure(servers: TlsServers) -> Iterator[Finding]:
    """Every server that speaks TLS 1.2 or older binds renegotiation to the connection (RFC 5746).

    ## Why it matters
    Without that, an attacker on the way can put a request of their own in front of a user's, and the server takes both
    for one.

    ## How to fix it
    Update the TLS library of {subject}: every one that is maintained has it since 2010. Or speak TLS 1.3 only.
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield _judge(server)


def _judge(server: TlsServer) -> Finding:
    session = server.session
    if session.secure_renegotiation is None:
        if any(offer.suites for offer in server.versions if offer.version is not Version.TLS1_3) or server.doubt:
            return unproven(server.name, "whether it binds renegotiation cannot be told", "audit again")
        return not_applicable("it speaks TLS 1.3 only, which has no renegotiation", server.name)
    if not session.secure_renegotiation:
        return failed(server.name, "does not bind renegotiation to the connection", confidence=Confidence.PROVEN)
    master = "" if session.extended_master_secret else ", but not the master secret (RFC 7627)"
    return passed(
        server.name,
        f"binds renegotiation to the connection{master}",
        confidence=Confidence.PROVEN,
        extended_master_secret=session.extended_master_secret,
    )
