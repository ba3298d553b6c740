"""No server accepts a cipher suite that is broken."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.guideline import TlsGuideline
from auditor.facts.suites import by_reason, told
from auditor.facts.tls import TlsServer, TlsServers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS012",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-327", "ASVS-5.0-12.1.2", "RFC 9325 section 4.2", "RFC 7465", "CVE-2016-2183", "CVE-2015-0204"),
)
def suites_unbroken(servers: TlsServers, guideline: TlsGuideline) -> Iterator[Finding]:
    """No server accepts a cipher suite without encryption or authentication, or with a broken cipher.

    ## Why it matters
    With a NULL suite nothing is encrypted, with an anonymous one anybody can be the server, and export, RC4, DES and
    3DES suites can be broken. A client that can be talked into one of them has no protection, whatever else is offered.

    ## How to fix it
    Say which suites {subject} accepts instead of taking some out of `ALL`:

        ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield _judge(server, guideline)


def _judge(server: TlsServer, guideline: TlsGuideline) -> Finding:
    found = by_reason(suite for suite in server.suites if suite not in guideline.suites)
    if found:
        return failed(
            server.name,
            f"accepts broken cipher suites: {told(found)}",
            confidence=Confidence.PROVEN,
            suites=found,
        )
    if server.doubt:
        return unproven(server.name, server.doubt, "audit again, from where nothing limits the audit's connections")
    return passed(
        server.name,
        f"accepts {len(server.suites)} cipher suites, none of them broken",
        confidence=Confidence.PROVEN,
        suites=list(server.suites),
    )
