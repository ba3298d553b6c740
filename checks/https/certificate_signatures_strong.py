"""Signatures of certificates cannot be forged."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Certificates, ServedChain
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS023",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-328", "ASVS-5.0-11.4.1", "RFC 9155"),
)
def certificate_signatures_strong(certificates: Certificates) -> Iterator[Finding]:
    """No certificate of a chain is signed with MD5 or SHA-1, the root's signature on itself apart.

    ## Why it matters
    Two certificates with the same MD5 or SHA-1 hash can be made: the signature under a harmless one then fits the other
    one as well. Browsers have refused such certificates since 2017.

    ## How to fix it
    Have the certificate of {subject} issued anew, signed with SHA-256 or better; when it is the intermediate, serve the
    one that your CA hands out today.
    """
    for chain in certificates.chains:
        if not chain.certificates:
            yield not_applicable("there is no certificate", chain.subject)
        else:
            yield from _judge(chain)


def _judge(chain: ServedChain) -> Iterator[Finding]:
    links = list(chain.links())
    for position, one in links:
        aspect, called = f"certificate {position}" if position else "", chain.called(position)
        if one.signature_weak:
            yield failed(
                chain.subject,
                f"{called} is signed with {one.signature}",
                confidence=Confidence.PROVEN,
                aspect=aspect,
                signature=one.signature,
            )
        elif not one.signature_known:
            text = f"{called} is signed in a way that this release does not know ({one.signature})"
            yield unproven(chain.subject, text, aspect=aspect)
    if all(one.signature_known and not one.signature_weak for _, one in links):
        signatures = [one.signature for _, one in links]
        text = f"signed with {', '.join(dict.fromkeys(signatures))}"
        yield passed(chain.subject, text, confidence=Confidence.PROVEN, signatures=signatures)
