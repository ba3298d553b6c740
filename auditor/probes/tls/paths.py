"""The way from a server's certificate to an authority, over what was served (RFC 5280 section 6, RFC 4158)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from auditor.probes.tls.anchors import Anchors, Authorities
from auditor.probes.tls.reading import Read

_MOST_SIGNATURES = 300
"""Verified for one chain: certificates of the same name can be served by the hundred."""


@dataclass(frozen=True, slots=True)
class Way:
    """How far the certificates lead."""

    path: tuple[int, ...]
    """Positions of the served ones, from the leaf on."""
    anchor: Read | None = None
    """The trusted certificate at its end; it may be the last of the path itself."""
    forged: int | None = None
    """A served certificate that has the name of the issuer, and not its key."""


class _Checks:
    """Verifies signatures, so many and no more."""

    def __init__(self) -> None:
        self.left = _MOST_SIGNATURES

    def issued(self, parent: Read, child: Read) -> bool:
        """Whether the child bears the parent's name and signature."""
        if parent.x509.subject != child.x509.issuer or self.left <= 0:
            return False
        self.left -= 1
        try:
            child.x509.verify_directly_issued_by(parent.x509)
        except (TypeError, InvalidSignature):
            return False
        except (ValueError, UnsupportedAlgorithm):
            # SHA-1, MD5 and the like are not verified any more: the name must do. OpenSSL is the judge of it.
            return child.says.signature_weak or not child.says.signature_known
        return True


def find_way(served: tuple[Read, ...], anchors: Anchors) -> Way:
    """Search the served certificates for a way to a trusted one, in breadth: each is looked at once.

    Args:
        served: the leaf first.
        anchors: the trusted certificates.
    """
    checks = _Checks()
    before: dict[int, int | None] = {0: None}
    queue = [0]
    forged: int | None = None
    for position in queue:
        one = served[position]
        if one.der in anchors.trusted:
            return Way(_back(position, before), one)
        if anchor := issuer_among(anchors.trusted, one, checks):
            return Way(_back(position, before), anchor)
        for other, parent in enumerate(served):
            if other in before or parent.x509.subject != one.x509.issuer:
                continue
            if checks.issued(parent, one):
                before[other] = position
                queue.append(other)
            elif forged is None:
                forged = other
    return Way(_back(queue[-1], before), None, forged if len(queue) == 1 else None)


def issuer_among(authorities: Authorities, one: Read, checks: _Checks | None = None) -> Read | None:
    """The authority that has signed a certificate; None: it is not among them."""
    checks = checks or _Checks()
    named = authorities.named(one.x509.issuer)
    return next((authority for authority in named if checks.issued(authority, one)), None)


def self_signed(one: Read) -> bool:
    """Whether a certificate has been signed with its own key."""
    return one.says.self_issued and _Checks().issued(one, one)


def _back(position: int, before: dict[int, int | None]) -> tuple[int, ...]:
    path: list[int] = []
    current: int | None = position
    while current is not None:
        path.append(current)
        current = before[current]
    return tuple(reversed(path))
