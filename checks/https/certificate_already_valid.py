"""No certificate is from the future."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Cause, Certificates
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("TLS028", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-298", "ASVS-5.0-12.2.1"))
def certificate_already_valid(certificates: Certificates) -> Iterator[Finding]:
    """Every certificate of every chain has begun to be valid.

    ## Why it matters
    Clients refuse a certificate before its first day just as they refuse it after its last one. It is installed too
    early, or the clock of the machine that issued it is wrong.

    ## How to fix it
    Serve the certificate that is valid today on {subject}. If its dates look right, correct the clock: of the machine
    that issued it, or of the one that runs the audit.
    """
    for chain in certificates.chains:
        if not chain.certificates:
            yield not_applicable("there is no certificate", chain.subject)
            continue
        problems = chain.of(Cause.NOT_YET_VALID)
        for problem in problems:
            yield failed(
                chain.subject,
                problem.text,
                confidence=Confidence.PROVEN,
                aspect="root" if problem.position is None else f"certificate {problem.position}",
                looked_at=certificates.looked_at.isoformat(),
            )
        if not problems:
            begun = max(chain.certificates[position].not_before for position in chain.path or (0,))
            yield passed(
                chain.subject,
                f"valid since {begun:%Y-%m-%d %H:%M} UTC",
                confidence=Confidence.PROVEN,
                not_before=begun.isoformat(),
            )
