"""What servers present in the TLS handshake: their certificates, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap

_WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})
_HASHLESS = ("ed25519", "ed448", "ml-dsa", "mldsa", "slh-dsa")
"""Signature algorithms that bring their own hash."""
_KNOWN_KEYS = ("RSA", "RSA-PSS", "EC", "DSA", "Ed25519", "Ed448")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key."""

    kind: str
    """``RSA``, ``RSA-PSS``, ``EC``, ``DSA``, ``Ed25519``, ``Ed448``; for any other its object identifier."""
    bits: int = 0
    """Of the modulus or the field; 0 when the kind alone says it, or is not known."""
    curve: str = ""
    """Of an EC key, as OpenSSL calls it: ``prime256v1`` is ``secp256r1``."""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.curve or (str(self.bits) if self.bits else ""))))

    @property
    def known(self) -> bool:
        """Whether its strength can be told."""
        return self.kind in _KNOWN_KEYS

    @property
    def weak(self) -> bool:
        """Below 112 bits of security (NIST SP 800-57 part 1, table 2), or below what browsers take."""
        least = {"RSA": 2048, "RSA-PSS": 2048, "EC": 256}
        return self.kind == "DSA" or (self.kind in least and self.bits < least[self.kind])


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one certificate says."""

    subject: str
    """Its common name, else its organization and unit, else the whole name; made harmless to show."""
    issuer: str
    not_before: datetime
    not_after: datetime
    key: Key
    signature: str
    """Algorithm of the issuer's signature, such as ``sha256WithRSAEncryption``."""
    signature_hash: str
    """``sha256``; empty when the algorithm has none of its own, as Ed25519."""
    serial: str
    """Hexadecimal."""
    sha256: str
    """Fingerprint of the DER, hexadecimal."""
    spki_sha256: str
    """Fingerprint of the public key, hexadecimal."""
    names: tuple[str, ...] = ()
    """DNS names and addresses of the subjectAltName: the first of them."""
    names_count: int = 0
    """How many there are."""
    self_issued: bool = False
    """Subject and issuer are the same."""
    authority: bool = False
    """It may sign other certificates (basicConstraints CA)."""
    must_staple: bool = False
    """It demands a stapled OCSP answer (RFC 7633)."""
    ocsp: tuple[str, ...] = ()
    """Where its issuer answers OCSP."""
    issuers: tuple[str, ...] = ()
    """Where its issuer's certificate can be had; the audit never fetches it."""
    flaw: str = ""
    """Why its extensions could not be read: what they would say (names, CA, must-staple) is missing then."""

    @property
    def signature_known(self) -> bool:
        """Whether the strength of the issuer's signature can be told."""
        return bool(self.signature_hash) or self.signature.lower().startswith(_HASHLESS)

    @property
    def signature_weak(self) -> bool:
        """Whether somebody else could make a certificate to which the issuer's signature fits, too."""
        return self.signature_hash in _WEAK_HASHES

    @property
    def lifetime_days(self) -> float:
        """From the first second to the last, both included (CA/B Forum Baseline Requirements, section 6.3.2)."""
        return ((self.not_after - self.not_before).total_seconds() + 1) / 86400


class Cause(StrEnum):
    """Why a certificate does not verify."""

    SELF_SIGNED = "self-signed"
    UNKNOWN_ROOT = "unknown-root"
    INCOMPLETE = "incomplete-chain"
    BAD_SIGNATURE = "bad-signature"
    NOT_AN_AUTHORITY = "issuer-is-no-authority"
    LEAF_IS_AUTHORITY = "leaf-is-an-authority"
    PURPOSE = "purpose"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    OTHER_NAME = "other-name"
    NO_NAME = "no-name"
    REFUSED = "refused"
    """For a reason that only OpenSSL can tell."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a chain from being accepted."""

    cause: Cause
    text: str
    """A clause that names the certificate at fault."""
    position: int | None = None
    """Of the certificate at fault among those served, the leaf being 0. None: it was not served."""


@dataclass(frozen=True, slots=True)
class Staple:
    """An OCSP answer that came with the handshake."""

    status: str = ""
    """``good``, ``revoked`` or ``unknown``; empty when it says nothing of use."""
    this_update: datetime | None = None
    next_update: datetime | None = None
    flaw: str = ""
    """Why a client could not use it."""


@dataclass(frozen=True, slots=True)
class ServedChain:
    """What one server presents."""

    subject: str
    """The origin, or ``host:port`` of a database; for a server's second certificate also the kind of its key."""
    host: str
    """The name or address that was asked for, and that the certificate must carry."""
    encrypted: bool = True
    """False: the checklist says http://, or the server offers no TLS. There are no certificates then."""
    protocol: str = ""
    """Negotiated version, such as ``TLSv1.3``; empty when the handshake did not get that far."""
    certificates: tuple[Certificate, ...] = ()
    """As they were served: the leaf first."""
    whole: bool = True
    """False: the Python that gathered this could see the leaf only."""
    path: tuple[int, ...] = ()
    """Positions of those that lead from the leaf towards the anchor."""
    anchor: Certificate | None = None
    """The trusted certificate that the path ends at; it may have been served too."""
    public: bool = False
    """The anchor is one of Mozilla's roots."""
    verified: bool | None = None
    """A handshake that insists on authority, dates and name: accepted or refused. None: none could be had."""
    trusted: bool | None = None
    """The same for the authority alone."""
    refusal: str = ""
    """Why it was refused or could not be had, in OpenSSL's words."""
    pinned: str = ""
    """The pin that made it trusted; empty when it needed none."""
    problems: tuple[Problem, ...] = ()
    """Every cause that was found, whatever OpenSSL stopped at."""
    staple_asked: bool = False
    """Whether the handshake asked for an OCSP answer."""
    staple: Staple | None = None

    @property
    def leaf(self) -> Certificate | None:
        """The server's own certificate."""
        return self.certificates[0] if self.certificates else None

    def links(self) -> Iterator[tuple[int, Certificate]]:
        """The certificates of the path with their positions, the trust anchor left out: nobody vouches for that one."""
        anchor = self.anchor.sha256 if self.anchor else ""
        for position in self.path:
            certificate = self.certificates[position]
            if certificate.sha256 != anchor or position == 0:
                yield position, certificate

    def of(self, *causes: Cause) -> tuple[Problem, ...]:
        """The problems of these kinds."""
        return tuple(problem for problem in self.problems if problem.cause in causes)

    def called(self, position: int) -> str:
        """How messages name a served certificate: ``the certificate``, ``certificate 1 "R11" of the chain``."""
        if position == 0:
            return "the certificate"
        return f'certificate {position} "{self.certificates[position].subject}" of the chain'

    def table(self) -> tuple[dict[str, object], ...]:
        """The chain as evidence: one row for each certificate served."""
        wrong: dict[int, list[str]] = {}
        for problem in self.problems:
            if problem.position is not None:
                wrong.setdefault(problem.position, []).append(problem.cause.value)
        return tuple(
            {
                "position": position,
                "subject": one.subject,
                "issuer": one.issuer,
                "not_after": f"{one.not_after:%Y-%m-%d}",
                "key": str(one.key),
                "signed": one.signature_hash or one.signature,
                "problem": ", ".join(wrong.get(position, ())),
            }
            for position, one in enumerate(self.certificates)
        )


@dataclass(frozen=True, slots=True)
class Certificates:
    """The certificates of every web origin of the stack."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api`, `supabase.url` of the environment",
        "a TCP connection to each, from where the audit runs",
    )

    chains: tuple[ServedChain, ...]
    looked_at: datetime
    """What dates are compared with."""
    pins: tuple[str, ...] = ()
    """The pins of the checklist, as hexadecimal SHA-256."""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class DatabaseCertificates:
    """The certificates of the database servers."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`database` and `auditor_database`: host and port",
        "a TCP connection to the server; no role name or password is sent",
    )

    chains: tuple[ServedChain, ...]
    """Empty when the database is reached over a Unix socket."""
    looked_at: datetime
    gaps: tuple[Gap, ...] = ()
