"""The database's certificate can be verified."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import DatabaseCertificates, ServedChain
from auditor.facts.policy import TlsPolicy
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "DB002",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-295", "ASVS-5.0-12.3.2", "https://www.postgresql.org/docs/current/libpq-ssl.html"),
)
def certificate_verifies(certificates: DatabaseCertificates, policy: TlsPolicy) -> Iterator[Finding]:
    """The database's certificate verifies, so that clients can use sslmode=verify-full.

    ## Why it matters
    `sslmode=require` encrypts and does not ask with whom: whoever stands between the application and the database can
    take its password and its data. `verify-full` asks, and needs a certificate of a known authority for the name in
    the URL.

    ## How to fix it
    Name the CA of {subject} in `[env.*.tls] ca_file` (Supabase and other providers offer theirs for download), give the
    server a certificate for the host of the database URL, and set `sslmode=verify-full` and `sslrootcert` there.
    """
    if not certificates.chains and not certificates.gaps:
        yield not_applicable("the database is reached over a Unix socket: there is no certificate")
    for chain in certificates.chains:
        if not chain.certificates:
            yield failed(chain.subject, "the server offers no TLS", confidence=Confidence.PROVEN, aspect="no-tls")
            continue
        findings = list(_faults(chain))
        leaf = chain.certificates[0]
        days = (leaf.not_after - certificates.looked_at).total_seconds() / 86400
        if 0 <= days < policy.expires_within.total_seconds() / 86400:
            text = f"the certificate ends on {leaf.not_after:%Y-%m-%d %H:%M} UTC, in {days:.1f} days"
            findings.append(failed(chain.subject, text, confidence=Confidence.PROVEN, aspect="ends-soon"))
        yield from findings or [_without_faults(chain)]


def _faults(chain: ServedChain) -> Iterator[Finding]:
    for problem in chain.problems:
        yield failed(
            chain.subject,
            problem.text,
            confidence=Confidence.PROVEN,
            aspect=f"{problem.cause.value} {problem.position or ''}".strip(),
            openssl=chain.refusal or "accepts it",
            chain=list(chain.table()),
        )
    for position, one in chain.links():
        if one.key.weak:
            text = f"the key of {chain.called(position)} is weak: {one.key}"
            yield failed(chain.subject, text, confidence=Confidence.PROVEN, aspect=f"key {position}")
        if one.signature_weak:
            text = f"{chain.called(position)} is signed with {one.signature}"
            yield failed(chain.subject, text, confidence=Confidence.PROVEN, aspect=f"signature {position}")


def _without_faults(chain: ServedChain) -> Finding:
    if not chain.verified:
        why = chain.refusal or "OpenSSL has not said so"
        return unproven(chain.subject, f"whether the certificate verifies cannot be told: {why}")
    return passed(
        chain.subject,
        f"the certificate verifies for {chain.host} ({chain.protocol})",
        confidence=Confidence.PROVEN,
        root=chain.anchor.subject if chain.anchor else "",
        protocol=chain.protocol,
    )
