"""Every origin presents a certificate of an authority that a client trusts."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Cause, Certificates, ServedChain
from auditor.model import Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_ELSEWHERE = (Cause.EXPIRED, Cause.NOT_YET_VALID, Cause.OTHER_NAME, Cause.NO_NAME)
"""Checks of their own: certificate-not-expiring, certificate-already-valid, host-name-covered."""
_HERE = tuple(cause for cause in Cause if cause not in _ELSEWHERE)


@check(
    "TLS001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-295", "CWE-319", "ASVS-5.0-12.2.1", "RFC 5280 section 6"),
)
def certificate_trusted(certificates: Certificates) -> Iterator[Finding]:
    """Every origin is served over HTTPS with a certificate that a trusted authority vouches for.

    ## Why it matters
    Without a certificate that a client can verify, anyone on the way can read and change what users and servers say to
    each other, and users learn to click warnings away. OpenSSL is the judge; dates and names have checks of their own,
    so that none of them hides another.

    ## How to fix it
    Serve {subject} over HTTPS with a certificate of a CA that clients trust, together with its intermediates; renew it
    automatically. A private CA belongs in `[env.*.tls] ca_file`, a certificate that is self-signed on purpose in
    `[env.*.tls] pins`.
    """
    for chain in certificates.chains:
        if not chain.encrypted:
            yield failed(chain.subject, "the checklist names this origin with http://: it is not encrypted")
        else:
            yield from _judge(chain)


def _judge(chain: ServedChain) -> Iterator[Finding]:
    problems = chain.of(*_HERE)
    for problem in problems:
        yield failed(
            chain.subject,
            problem.text,
            confidence=Confidence.PROVEN,
            aspect=problem.cause.value,
            openssl=chain.refusal or "accepts it",
            names=list(chain.leaf.names) if chain.leaf else [],
            chain=list(chain.table()),
        )
    if not problems:
        yield _without_problems(chain)


def _without_problems(chain: ServedChain) -> Finding:
    if not chain.trusted or chain.leaf is None:
        why = chain.refusal or "OpenSSL has not said so"
        return unproven(chain.subject, f"whether clients trust the certificate cannot be told: {why}")
    by = f"{chain.protocol}, issued by {chain.leaf.issuer}"
    return passed(
        chain.subject,
        f"the certificate verifies ({by})" if chain.verified else f"the authority is trusted ({by})",
        confidence=Confidence.PROVEN,
        issuer=chain.leaf.issuer,
        root=chain.anchor.subject if chain.anchor else "",
        pinned=chain.pinned,
        names=list(chain.leaf.names),
        protocol=chain.protocol,
    )
