"""Keys of certificates are long enough."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.certificates import Certificate, Certificates, ServedChain
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_LONG_RUN_BITS = 3072


@check(
    "TLS022",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-326", "ASVS-5.0-11.2.3", "NIST SP 800-57 part 1 section 5.6"),
)
def certificate_keys_strong(certificates: Certificates) -> Iterator[Finding]:
    """Every key of every chain has at least 2048 bits (RSA) or 256 bits (elliptic curve).

    ## Why it matters
    Who factors the key of one certificate of the chain is that server, or can issue certificates in its name. 1024 bits
    are within reach; browsers refuse them. RSA below 3072 bits is told as information: it is not meant to last beyond
    2030.

    ## How to fix it
    Make a new key for {subject} (ECDSA P-256, or RSA with 2048 bits or more) and have a certificate issued for it. If
    the key of an intermediate or root is weak, change the CA.
    """
    for chain in certificates.chains:
        if not chain.certificates:
            yield not_applicable("there is no certificate", chain.subject)
        else:
            yield from _judge(chain)


def _judge(chain: ServedChain) -> Iterator[Finding]:
    listed = [(chain.called(at), f"certificate {at}" if at else "", chain.certificates[at]) for at in chain.path]
    if chain.anchor and chain.anchor not in [one for _, _, one in listed]:
        listed.append((f'the root "{chain.anchor.subject}"', "root", chain.anchor))
    for called, aspect, one in listed:
        if one.key.weak:
            text = f"the key of {called} is weak: {one.key}"
            yield failed(
                chain.subject, text, confidence=Confidence.PROVEN, aspect=aspect, key=str(one.key), bits=one.key.bits
            )
        elif not one.key.known:
            text = f"the key of {called} is of a kind that this release does not know ({one.key})"
            yield unproven(chain.subject, text, aspect=aspect)
    if all(one.key.known and not one.key.weak for _, _, one in listed):
        yield _passed(chain, [one for _, _, one in listed])


def _passed(chain: ServedChain, listed: list[Certificate]) -> Finding:
    keys = [str(one.key) for one in listed]
    short = any(one.key.kind.startswith("RSA") and one.key.bits < _LONG_RUN_BITS for one in listed)
    return passed(
        chain.subject,
        f"the keys are strong ({', '.join(dict.fromkeys(keys))})",
        confidence=Confidence.PROVEN,
        keys=keys,
        rsa_below_3072_bits=short,
    )
