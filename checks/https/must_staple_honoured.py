"""Certificates that demand a stapled answer come with one."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Certificates, ServedChain, Staple
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "TLS024",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-299", "RFC 7633", "RFC 6066 section 8", "RFC 6960"),
)
def must_staple_honoured(certificates: Certificates) -> Iterator[Finding]:
    """A certificate with must-staple is served with a good OCSP answer, and none with one that says revoked.

    ## Why it matters
    Must-staple tells clients to refuse the certificate without a fresh answer of its CA. A server that does not staple
    locks out those that obey, and no other: an outage that only some users see.

    ## How to fix it
    Switch stapling on for {subject} (nginx: `ssl_stapling on; ssl_stapling_verify on;` with a `resolver`), or have the
    certificate issued without must-staple: many CAs no longer answer OCSP.
    """
    for chain in certificates.chains:
        yield _judge(chain)


def _judge(chain: ServedChain) -> Finding:
    leaf, staple = chain.leaf, chain.staple
    if leaf is None:
        return not_applicable("there is no certificate", chain.subject)
    if staple and staple.status == "revoked" and not staple.flaw:
        return failed(
            chain.subject,
            "the stapled OCSP answer says that the certificate has been revoked",
            confidence=Confidence.PROVEN,
            aspect="revoked",
        )
    if leaf.flaw:
        return unproven(chain.subject, f"whether the certificate demands a staple cannot be told: {leaf.flaw}")
    if not leaf.must_staple:
        return not_applicable("the certificate does not demand a stapled answer", chain.subject)
    if not chain.staple_asked:
        return unproven(chain.subject, "the server could not be asked for a stapled OCSP answer")
    return _demanded(chain.subject, staple)


def _demanded(subject: str, staple: Staple | None) -> Finding:
    if staple is None:
        text = "the certificate demands a stapled OCSP answer (must-staple), and none came with it"
        return failed(subject, text, confidence=Confidence.PROVEN)
    if staple.flaw or staple.status != "good":
        why = staple.flaw or f"it says {staple.status}"
        text = f"the certificate demands a stapled OCSP answer (must-staple), and the one that came is of no use: {why}"
        return failed(subject, text, confidence=Confidence.PROVEN, status=staple.status)
    until = f", valid until {staple.next_update:%Y-%m-%d %H:%M} UTC" if staple.next_update else ""
    return passed(subject, f"a good OCSP answer is stapled{until}", confidence=Confidence.PROVEN, status=staple.status)
