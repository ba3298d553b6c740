"""Keys are exchanged in strong groups only."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.guideline import TlsGuideline
from auditor.facts.tls import TlsServer, TlsServers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS016",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-326", "ASVS-5.0-11.6.2", "RFC 8422 section 5.1.1", "RFC 9325 section 4.2"),
)
def groups_strong(servers: TlsServers, guideline: TlsGuideline) -> Iterator[Finding]:
    """Every server exchanges keys in strong groups only.

    ## Why it matters
    Curves that were given up are small, slow or little examined. Strong ones beyond the guideline are no fault and are
    only told, and so is whether a group that resists quantum computers is on offer.

    ## How to fix it
    For {subject}; X25519MLKEM768 needs OpenSSL 3.5 or later:

        ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield _judge(server, guideline)


def _judge(server: TlsServer, guideline: TlsGuideline) -> Finding:
    if server.old_curves:
        return failed(
            server.name,
            f"exchanges keys with curves that were given up: {', '.join(server.old_curves)}",
            confidence=Confidence.PROVEN,
            old_curves=list(server.old_curves),
            groups=list(server.groups),
        )
    if not server.old_curves_complete:
        return unproven(server.name, "whether it takes curves that were given up cannot be told", "audit again")
    if not server.groups and not server.groups_complete:
        return unproven(server.name, "which groups it exchanges keys in cannot be told", "audit again")
    quantum = [group for group in server.groups if "MLKEM" in group]
    beyond = [group for group in server.groups if group not in guideline.groups]
    told = f"one that resists quantum computers ({quantum[0]})" if quantum else "none that resists quantum computers"
    return passed(
        server.name,
        f"exchanges keys in {', '.join(server.groups) or 'no group at all'}; {told}",
        confidence=Confidence.PROVEN,
        groups=list(server.groups),
        beyond_guideline=beyond,
        all_known=server.groups_complete,
    )
