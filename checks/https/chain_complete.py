"""Servers send what clients need to find the way to the root."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Cause, Certificates, ServedChain
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS020",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-295", "RFC 8446 section 4.4.2", "RFC 5246 section 7.4.2"),
)
def chain_complete(certificates: Certificates) -> Iterator[Finding]:
    """Every server sends the intermediate certificates that lead from its own to the root.

    ## Why it matters
    Some browsers fetch or remember a missing intermediate certificate, so the site looks fine on the developer's
    machine; curl, Python, Node, Go and mobile apps refuse it. The API fails for some clients and not for others.

    ## How to fix it
    Serve the certificate of {subject} followed by its intermediates, without the root: `fullchain.pem` instead of
    `cert.pem` with certbot, the CA's bundle appended elsewhere.
    """
    for chain in certificates.chains:
        if not chain.certificates:
            yield not_applicable("there is no certificate", chain.subject)
            continue
        missing = chain.of(Cause.INCOMPLETE)
        for problem in missing:
            yield failed(
                chain.subject,
                problem.text,
                confidence=Confidence.PROVEN,
                openssl=chain.refusal,
                chain=list(chain.table()),
            )
        if not missing:
            yield _complete(chain)


def _complete(chain: ServedChain) -> Finding:
    if chain.of(Cause.UNKNOWN_ROOT, Cause.SELF_SIGNED, Cause.BAD_SIGNATURE):
        return not_applicable("no trusted authority is known that the chain should lead to", chain.subject)
    if chain.anchor is None:
        why = chain.refusal or "where it ends is not known"
        return unproven(chain.subject, f"whether the chain is complete cannot be told: {why}")
    extra = [one.subject for at, one in enumerate(chain.certificates) if at not in chain.path]
    return passed(
        chain.subject,
        f'the chain leads to "{chain.anchor.subject}"',
        confidence=Confidence.PROVEN if chain.trusted else Confidence.OBSERVED,
        superfluous=extra,
        out_of_order=list(chain.path) != sorted(chain.path),
        root_served=len(chain.certificates) > 1 and any(one == chain.anchor for one in chain.certificates),
    )
