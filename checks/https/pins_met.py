"""What is pinned is what is served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Certificates
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("TLS027", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-295", "RFC 7469 section 2.6"))
def pins_met(certificates: Certificates) -> Iterator[Finding]:
    """Every pin of the checklist is met by a certificate that an origin serves.

    ## Why it matters
    Clients with the same pin refuse the server from the moment that it serves something else; and a certificate that
    nobody of the team has pinned may be one that somebody else had issued.

    ## How to fix it
    If the certificate or its key was changed on purpose, correct `[env.*.tls] pins`; else find out who changed it.

        openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -fingerprint -sha256
    """
    if not certificates.pins:
        yield not_applicable("the checklist pins no certificate")
    blind = [gap.subject for gap in certificates.gaps if not gap.absent]
    for pin in certificates.pins:
        met = [
            (chain.subject, one.subject)
            for chain in certificates.chains
            for one in chain.certificates
            if pin in (one.sha256, one.spki_sha256)
        ]
        if met:
            origins = list(dict.fromkeys(origin for origin, _ in met))
            text = f'it is of "{met[0][1]}", served by {origins[0]}'
            yield passed(pin, text, confidence=Confidence.PROVEN, origins=origins)
        elif blind:
            yield unproven(pin, f"not met, and {', '.join(blind)} could not be looked at")
        else:
            served = sorted({one.sha256 for chain in certificates.chains for one in chain.certificates[:1]})
            text = "no origin serves a certificate that it is of"
            yield failed(pin, text, confidence=Confidence.PROVEN, served_sha256=served)
