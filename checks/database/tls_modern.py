"""The database's TLS is up to date."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.guideline import TlsGuideline
from auditor.facts.suites import by_reason, told
from auditor.facts.tls import DatabaseTls, Offer, TlsServer
from auditor.model import Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_LEAST_BITS = 2048


@check(
    "DB010",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=(
        "CWE-326",
        "ASVS-5.0-12.3.1",
        "RFC 9325",
        "https://www.postgresql.org/docs/current/runtime-config-connection.html",
    ),
)
def tls_modern(tls: DatabaseTls, guideline: TlsGuideline) -> Iterator[Finding]:
    """The database negotiates no old version of TLS and no broken cipher suite.

    ## Why it matters
    The connection to the database carries every password hash and every row. What an old version or a broken suite
    protects, somebody on the way may read.

    ## How to fix it
    In postgresql.conf:

        ssl_min_protocol_version = 'TLSv1.2'
        ssl_ciphers = 'HIGH:!aNULL:!3DES'
    """
    for name in tls.without:
        yield failed(name, "offers no TLS at all", confidence=Confidence.PROVEN)
    for server in tls.servers:
        yield _judge(server, guideline)


def _judge(server: TlsServer, guideline: TlsGuideline) -> Finding:
    if problems := list(_problems(server, guideline)):
        return failed(server.name, "; ".join(problems), confidence=Confidence.PROVEN, versions=server.table())
    if server.doubt:
        return unproven(server.name, server.doubt, "audit again, from where nothing limits the audit's connections")
    if any(suite not in dict(server.dh_bits) for suite in server.finite_fields):
        return unproven(server.name, "the size of its finite field cannot be told", "audit again")
    if server.session.compression is None:
        return unproven(server.name, "whether it compresses inside of TLS cannot be told", "audit again")
    offered = [offer.version.value for offer in server.versions if offer.offer is Offer.YES]
    return passed(
        server.name,
        f"negotiates only {' and '.join(offered)}, with {len(server.suites)} suites, none of them broken",
        confidence=Confidence.PROVEN,
        versions=server.table(),
    )


def _problems(server: TlsServer, guideline: TlsGuideline) -> Iterator[str]:
    old = [
        o.version.value for o in server.versions if o.offer is Offer.YES and o.version.value not in guideline.versions
    ]
    if old:
        yield f"negotiates {', '.join(old)}"
    if found := by_reason(suite for suite in server.suites if suite not in guideline.suites):
        yield f"accepts broken cipher suites ({told(found)})"
    if small := [bits for _, bits in server.dh_bits if bits < _LEAST_BITS]:
        yield f"exchanges keys in a finite field of {min(small)} bits"
    if server.session.compression:
        yield "compresses inside of TLS"
