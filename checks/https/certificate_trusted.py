"""Every origin presents a certificate that a client accepts."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.web import Certificates
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


@check(
    "TLS001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-295", "CWE-319", "ASVS-5.0-12.2.1", "RFC 9525"),
)
def certificate_trusted(certificates: Certificates) -> Iterator[Finding]:
    """Every origin is served over HTTPS with a certificate that verifies.

    ## Why it matters
    Without a certificate that a client can verify (chain, dates, name), anyone on the way can read and change what
    users and servers say to each other, and users learn to click warnings away.

    ## How to fix it
    Serve {subject} over HTTPS with a certificate for that very name, issued by a CA that clients trust, together with
    its intermediates; renew it automatically. A private CA belongs in `[env.*.tls] ca_file`.
    """
    for seen in certificates.seen:
        if not seen.encrypted:
            yield failed(seen.origin, "the checklist names this origin with http://: it is not encrypted")
        elif seen.trusted:
            yield passed(
                seen.origin,
                f"the certificate verifies ({seen.protocol}, issued by {seen.issuer})",
                confidence=Confidence.PROVEN,
                issuer=seen.issuer,
                names=list(seen.names),
                protocol=seen.protocol,
            )
        else:
            yield failed(
                seen.origin,
                f"the certificate does not verify: {seen.problem}",
                confidence=Confidence.PROVEN,
                problem=seen.problem,
                subject_name=seen.subject,
                issuer=seen.issuer,
                names=list(seen.names),
            )
