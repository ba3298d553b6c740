"""TLS does not compress."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.tls import TlsServers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("TLS017", level=Level.MANDATORY, severity=Severity.HIGH, references=("CVE-2012-4929", "RFC 9325 section 3.3"))
def compression_off(servers: TlsServers) -> Iterator[Finding]:
    """No server compresses inside of TLS.

    ## Why it matters
    The length of compressed data tells what is in it: an attacker who can make a browser send requests reads session
    cookies letter by letter (CRIME). Compression of HTTP bodies is another matter.

    ## How to fix it
    Update the TLS library of {subject}: OpenSSL has it off since 1.1.0. In older nginx, update nginx to 1.3.2 or later.
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        if server.session.compression is None:
            yield unproven(server.name, "whether it compresses cannot be told: it gave no clear answer", "audit again")
        elif server.session.compression:
            yield failed(server.name, "compresses inside of TLS (CRIME)", confidence=Confidence.PROVEN)
        else:
            yield passed(server.name, "does not compress inside of TLS", confidence=Confidence.PROVEN)
