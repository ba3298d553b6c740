"""Every server keeps to the cipher suites of the guideline."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.guideline import TlsGuideline
from auditor.facts.suites import broken, by_reason, told
from auditor.facts.tls import TlsServer, TlsServers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS013",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-326", "ASVS-5.0-12.1.2", "https://ssl-config.mozilla.org"),
)
def suites_in_guideline(servers: TlsServers, guideline: TlsGuideline) -> Iterator[Finding]:
    """Every server accepts only the cipher suites of the guideline.

    ## Why it matters
    CBC suites have been attacked again and again (BEAST, Lucky 13, POODLE), and suites without forward secrecy let a
    stolen key open everything that was ever recorded. No client that is still maintained needs them.

    ## How to fix it
    Old habits such as `HIGH:!aNULL:!MD5` let them in. Say which suites {subject} accepts:

        ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;

    Another profile, version or guideline can be chosen in `[policy.tls]`.
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield _judge(server, guideline)


def _judge(server: TlsServer, guideline: TlsGuideline) -> Finding:
    outside = [suite for suite in server.suites if suite not in guideline.suites and not broken(suite)]
    if outside:
        found = by_reason(outside, every=True)
        return failed(
            server.name,
            f"accepts {len(outside)} cipher suites outside of {guideline.name}: {told(found)}",
            confidence=Confidence.PROVEN,
            suites=found,
        )
    if server.doubt:
        return unproven(server.name, server.doubt, "audit again, from where nothing limits the audit's connections")
    apart = sum(suite not in guideline.suites for suite in server.suites)
    return passed(
        server.name,
        f"accepts no other suites than those of {guideline.name}" + (f", but for {apart} broken ones" if apart else ""),
        confidence=Confidence.PROVEN,
        suites=list(server.suites),
    )
