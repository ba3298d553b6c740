"""No request can be replayed as early data."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.tls import TlsServer, TlsServers, Version
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS030",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-294", "RFC 8446 section 8", "RFC 8470"),
)
def early_data_off(servers: TlsServers) -> Iterator[Finding]:
    """No server takes early data (0-RTT).

    ## Why it matters
    What a client sends with its first packet can be recorded and sent again: a payment, an order, a vote happens twice.
    Nothing in TLS stops that; the application has to.

    ## How to fix it
    Switch it off for {subject}:

        ssl_early_data off;

    Or let only requests through that change nothing: send `Early-Data: 1` to the application and let it answer
    425 (Too Early) to everything else.
    """
    if not servers.servers and not servers.gaps:
        yield not_applicable("the checklist names no https origin")
    for server in servers.servers:
        yield _judge(server)


def _judge(server: TlsServer) -> Finding:
    session = server.session
    if session.early_data is None and not server.offer(Version.TLS1_3).suites:
        return unproven(server.name, f"whether it takes early data cannot be told: {server.doubt}")
    if session.early_data is None:
        return unproven(server.name, "whether it takes early data cannot be told: no handshake came to its end")
    if session.early_data:
        return failed(
            server.name,
            f"takes {session.early_data_bytes} bytes of early data, which can be replayed",
            confidence=Confidence.PROVEN,
            early_data_bytes=session.early_data_bytes,
        )
    return passed(server.name, "its session tickets allow no early data", confidence=Confidence.PROVEN)
