"""Certificates are for the hosts that serve them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Cause, Certificates, ServedChain
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS021",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-297", "ASVS-5.0-12.2.1", "RFC 9525"),
)
def host_name_covered(certificates: Certificates) -> Iterator[Finding]:
    """Every certificate names its host in the subjectAltName.

    ## Why it matters
    A certificate of another host proves nothing: anybody has one. Clients refuse it. The common name has not counted
    since 2017, and a wildcard stands for exactly one label.

    ## How to fix it
    Have a certificate issued for {subject}, with that name (or address) in the subjectAltName, and see that the server
    picks it by SNI.
    """
    for chain in certificates.chains:
        if not chain.certificates:
            yield not_applicable("there is no certificate", chain.subject)
        else:
            yield _judge(chain)


def _judge(chain: ServedChain) -> Finding:
    leaf = chain.certificates[0]
    names, number = list(leaf.names), leaf.names_count
    for problem in chain.of(Cause.OTHER_NAME, Cause.NO_NAME):
        return failed(
            chain.subject,
            problem.text,
            confidence=Confidence.PROVEN,
            aspect=problem.cause.value,
            subject_name=leaf.subject,
            host=chain.host,
            names=names,
            names_count=number,
        )
    if leaf.flaw and not chain.verified:
        return unproven(chain.subject, f"the names of the certificate cannot be told: {leaf.flaw}")
    return passed(
        chain.subject,
        f"the certificate is for {chain.host}",
        confidence=Confidence.PROVEN,
        names=names,
        names_count=number,
    )
