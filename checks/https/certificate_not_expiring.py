"""No certificate is about to expire."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.policy import TlsPolicy
from auditor.facts.web import Certificates
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("TLS002", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-298", "ASVS-5.0-12.2.1"))
def certificate_not_expiring(certificates: Certificates, policy: TlsPolicy) -> Iterator[Finding]:
    """No certificate expires within the time that the policy sets.

    ## Why it matters
    A certificate that expires takes the whole stack down, usually on a weekend: the renewal that should have replaced
    it by now has failed.

    ## How to fix it
    Renew the certificate of {subject} and find out why the automatic renewal did not. The threshold is
    `[policy.tls] expires_within`.
    """
    for seen in certificates.seen:
        if seen.not_after is None:
            yield not_applicable("there is no certificate", seen.origin)
            continue
        days = (seen.not_after - certificates.looked_at).total_seconds() / 86400
        until = f"{seen.not_after:%Y-%m-%d %H:%M} UTC"
        ends = f"ended on {until}" if days < 0 else f"ends on {until}, in {days:.1f} days"
        threshold = policy.expires_within.total_seconds() / 86400
        finding = failed if days < threshold else passed
        yield finding(
            seen.origin,
            f"the certificate {ends}",
            confidence=Confidence.PROVEN,
            not_after=seen.not_after.isoformat(),
            days_left=round(days, 1),
            threshold_days=threshold,
        )
