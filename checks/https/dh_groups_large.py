"""Finite-field groups are large enough."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.guideline import TlsGuideline
from auditor.facts.tls import TlsServer, TlsServers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_LEAST_BITS = 2048


@check(
    "TLS015",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-326", "CVE-2015-4000", "RFC 9325 section 4.2"),
)
def dh_groups_large(servers: TlsServers, guideline: TlsGuideline) -> Iterator[Finding]:
    """Where keys are exchanged in a finite field, the group has at least 2048 bits.

    ## Why it matters
    A group of 1024 bits or less can be broken by whoever can afford to (Logjam), once for all connections that use it.

    ## How to fix it
    Take the suites that begin with DHE out of `ssl_ciphers` of {subject}, or give it a large group:

        ssl_dhparam /etc/ssl/ffdhe2048.pem;
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield _judge(server, guideline.dh_bits or _LEAST_BITS)


def _judge(server: TlsServer, least: int) -> Finding:
    small = {suite: bits for suite, bits in server.dh_bits if bits < least}
    if small:
        sizes = ", ".join(map(str, sorted(set(small.values()))))
        return failed(
            server.name,
            f"exchanges keys in a finite field of {sizes} bits ({len(small)} suites)",
            confidence=Confidence.PROVEN,
            bits=small,
            least_bits=least,
        )
    if server.doubt:
        return unproven(server.name, server.doubt, "audit again, from where nothing limits the audit's connections")
    if unmeasured := [suite for suite in server.finite_fields if suite not in dict(server.dh_bits)]:
        return unproven(server.name, f"the size of the finite field of {unmeasured[0]} cannot be told", "audit again")
    sizes = ", ".join(map(str, sorted({bits for _, bits in server.dh_bits})))
    what = f"finite fields of {sizes} bits" if sizes else "no finite field in TLS 1.2 and older"
    return passed(server.name, what, confidence=Confidence.PROVEN, least_bits=least)
