"""Certificates of private authorities do not live for years."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Certificates
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_DAYS = 398


@check(
    "TLS026",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-298", "CA/B Forum Baseline Requirements section 6.3.2"),
)
def private_lifetime_short(certificates: Certificates) -> Iterator[Finding]:
    """No certificate of a private authority lives longer than 398 days.

    ## Why it matters
    The rules for public CAs do not bind a private one. But a key that leaks is of use as long as its certificate
    lives, private CAs rarely revoke, and what is renewed every few years is renewed by nobody who remembers how.

    ## How to fix it
    Have the certificate of {subject} issued for a year at the most, better for 90 days by ACME (step-ca, Vault and
    cert-manager speak it).
    """
    for chain in certificates.chains:
        leaf = chain.leaf
        if leaf is None:
            yield not_applicable("there is no certificate", chain.subject)
        elif chain.public:
            yield not_applicable("the certificate is of a public authority", chain.subject)
        else:
            finding = failed if leaf.lifetime_days > _DAYS else passed
            yield finding(
                chain.subject,
                f"the certificate lives {leaf.lifetime_days:.1f} days",
                confidence=Confidence.PROVEN,
                lifetime_days=round(leaf.lifetime_days, 1),
                limit_days=_DAYS,
            )
