"""No certificate is about to expire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from auditor.facts.certificates import Cause, Certificate, Certificates, ServedChain
from auditor.facts.policy import TlsPolicy
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("TLS002", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-298", "ASVS-5.0-12.2.1"))
def certificate_not_expiring(certificates: Certificates, policy: TlsPolicy) -> Iterator[Finding]:
    """No certificate has expired, or expires within the time that the policy sets.

    ## Why it matters
    A certificate that expires takes the whole stack down, usually on a weekend: the renewal that should have replaced
    it by now has failed. That of an intermediate CA does the same, and nobody watches it.

    ## How to fix it
    Renew the certificate of {subject} and find out why the automatic renewal did not. When it is an intermediate one
    that ends, serve the one that your CA hands out today. The threshold is `[policy.tls] expires_within`.
    """
    threshold = policy.expires_within.total_seconds() / 86400
    for chain in certificates.chains:
        if not chain.certificates:
            yield not_applicable("there is no certificate", chain.subject)
            continue
        yield from _judge(chain, certificates.looked_at, threshold)


def _judge(chain: ServedChain, now: datetime, threshold: float) -> Iterator[Finding]:
    links = list(chain.links())
    soon = [(position, one) for position, one in links if _days(one, now) < threshold]
    for position, one in soon:
        yield _finding(chain, position, one, now, threshold, good=False)
    roots = [problem for problem in chain.of(Cause.EXPIRED) if problem.position not in dict(links)]
    for problem in roots:
        yield failed(chain.subject, problem.text, confidence=Confidence.PROVEN, aspect="root")
    if not soon and not roots:
        first = min(links, key=lambda link: link[1].not_after)
        yield _finding(chain, *first, now, threshold, good=True)


def _days(one: Certificate, now: datetime) -> float:
    return (one.not_after - now).total_seconds() / 86400


def _finding(
    chain: ServedChain, position: int, one: Certificate, now: datetime, threshold: float, *, good: bool
) -> Finding:
    days = _days(one, now)
    until = f"{one.not_after:%Y-%m-%d %H:%M} UTC"
    ends = f"ended on {until}" if days < 0 else f"ends on {until}, in {days:.1f} days"
    finding = passed if good else failed
    return finding(
        chain.subject,
        f"{chain.called(position)} {ends}",
        confidence=Confidence.PROVEN,
        aspect="" if good or not position else f"certificate {position}",
        not_after=one.not_after.isoformat(),
        days_left=round(days, 1),
        threshold_days=threshold,
    )
