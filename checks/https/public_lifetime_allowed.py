"""Certificates of public authorities live as long as browsers let them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from auditor.facts.certificates import Certificates
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_LIMITS = (
    (datetime(2029, 3, 15, tzinfo=UTC), 47),
    (datetime(2027, 3, 15, tzinfo=UTC), 100),
    (datetime(2026, 3, 15, tzinfo=UTC), 200),
    (datetime(2020, 9, 1, tzinfo=UTC), 398),
    (datetime(2018, 3, 1, tzinfo=UTC), 825),
)
"""Issued from, and the most days: Baseline Requirements section 6.3.2, with ballot SC-081v3 of 2025."""


@check(
    "TLS025",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-298", "CA/B Forum Baseline Requirements section 6.3.2"),
)
def public_lifetime_allowed(certificates: Certificates) -> Iterator[Finding]:
    """No certificate of a public authority lives longer than the rules of its day allow.

    ## Why it matters
    Browsers refuse a certificate of a public CA that lives longer than the CA/Browser Forum allows: 398 days, 200 from
    15 March 2026, 100 from 15 March 2027, 47 from 15 March 2029. The date of issue decides.

    ## How to fix it
    Have the certificate of {subject} issued anew, and renewed by ACME: soon there is no time to do it by hand.
    """
    for chain in certificates.chains:
        leaf = chain.leaf
        if leaf is None:
            yield not_applicable("there is no certificate", chain.subject)
        elif not chain.public:
            yield not_applicable("the certificate is not known to be of a public authority", chain.subject)
        else:
            limit = next((days for since, days in _LIMITS if leaf.not_before >= since), None)
            finding = failed if limit is not None and leaf.lifetime_days > limit else passed
            yield finding(
                chain.subject,
                f"the certificate lives {leaf.lifetime_days:.1f} days, of at most {limit or 'any number'}",
                confidence=Confidence.PROVEN,
                lifetime_days=round(leaf.lifetime_days, 1),
                limit_days=limit,
                issued=leaf.not_before.isoformat(),
            )
