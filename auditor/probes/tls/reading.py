"""Reads one certificate: DER in, facts out."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, PublicKeyAlgorithmOID

from auditor.errors import Unavailable
from auditor.facts.certificates import Certificate, Key
from auditor.text import clean

LONGEST_NAME = 120
"""Characters of a name that are shown."""
MOST_NAMES = 100
"""Names of one certificate that are kept."""
_BROKEN = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What ``cryptography`` raises for what it cannot read."""


class UnreadableCertificate(Unavailable):
    """The bytes are no certificate that can be read."""


@dataclass(frozen=True, slots=True)
class Read:
    """A certificate, for those who compare and verify, and what it says, for those who judge."""

    der: bytes
    x509: x509.Certificate
    says: Certificate
    dns: tuple[str, ...]
    """All names, where the fact keeps the first ones."""
    addresses: tuple[str, ...]
    usages: frozenset[str] | None
    """Object identifiers of the extended key usage; None: any."""


def read_certificate(der: bytes) -> Read:
    """What a certificate says (RFC 5280).

    Args:
        der: the certificate.

    Raises:
        UnreadableCertificate: its structure cannot be read. Extensions that cannot are no such case: the fact has a
            ``flaw`` then.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what other versions will refuse
            return _read(der)
    except _BROKEN as error:
        raise UnreadableCertificate(f"it cannot be read: {shown(str(error))}") from None


def _read(der: bytes) -> Read:
    one = x509.load_der_x509_certificate(der)
    extensions, flaw = _extensions(one)
    names = _value(extensions, x509.SubjectAlternativeName)
    dns = tuple(names.get_values_for_type(x509.DNSName)) if names else ()
    addresses = tuple(map(str, names.get_values_for_type(x509.IPAddress))) if names else ()
    basic = _value(extensions, x509.BasicConstraints)
    says = Certificate(
        subject=name_of(one.subject),
        issuer=name_of(one.issuer),
        not_before=one.not_valid_before_utc,
        not_after=one.not_valid_after_utc,
        key=_key(one),
        signature=_signature(one),
        signature_hash=_hash(one),
        serial=f"{one.serial_number:x}",
        sha256=hashlib.sha256(der).hexdigest(),
        spki_sha256=hashlib.sha256(_spki(one)).hexdigest(),
        names=tuple(shown(name) for name in (*dns, *addresses)[:MOST_NAMES]),
        names_count=len(dns) + len(addresses),
        self_issued=one.issuer == one.subject,
        authority=bool(basic and basic.ca),
        must_staple=_must_staple(extensions),
        ocsp=tuple(_access(extensions, AuthorityInformationAccessOID.OCSP)),
        issuers=tuple(_access(extensions, AuthorityInformationAccessOID.CA_ISSUERS)),
        flaw=flaw,
    )
    usage = _value(extensions, x509.ExtendedKeyUsage)
    usages = None if usage is None else frozenset(oid.dotted_string for oid in usage)
    return Read(der, one, says, dns, addresses, usages)


def shown(text: str) -> str:
    """Words of a certificate, made harmless and short: whoever made it wrote them."""
    text = clean(" ".join(text.split()))
    return text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "…"


def name_of(name: x509.Name) -> str:
    """The most telling part of a name."""
    for oids in ((NameOID.COMMON_NAME,), (NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)):
        if found := [one.value for oid in oids for one in name.get_attributes_for_oid(oid)[:1]]:
            return shown(", ".join(value if isinstance(value, str) else value.hex() for value in found))
    return shown(name.rfc4514_string())


def _extensions(one: x509.Certificate) -> tuple[tuple[x509.Extension[Any], ...], str]:
    """One that cannot be read hides all others: ``cryptography`` reads them together."""
    try:
        return tuple(one.extensions), ""
    except _BROKEN as error:
        return (), f"its extensions cannot be read: {shown(str(error))}"


def _value(extensions: Iterable[x509.Extension[Any]], kind: type) -> Any:
    return next((one.value for one in extensions if isinstance(one.value, kind)), None)


def _must_staple(extensions: Iterable[x509.Extension[Any]]) -> bool:
    features = _value(extensions, x509.TLSFeature)
    return features is not None and x509.TLSFeatureType.status_request in features


def _access(extensions: Iterable[x509.Extension[Any]], method: x509.ObjectIdentifier) -> Iterator[str]:
    value = _value(extensions, x509.AuthorityInformationAccess)
    for one in list(value or ())[:5]:
        if one.access_method == method and isinstance(one.access_location, x509.UniformResourceIdentifier):
            yield shown(one.access_location.value)


def _spki(one: x509.Certificate) -> bytes:
    try:
        return one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except _BROKEN:
        return b""  # a kind of key that is not known here: no pin of it can match


def _key(one: x509.Certificate) -> Key:
    try:
        key = one.public_key()
    except _BROKEN:
        return Key(one.public_key_algorithm_oid.dotted_string)
    if isinstance(key, rsa.RSAPublicKey):
        pss = one.public_key_algorithm_oid == PublicKeyAlgorithmOID.RSASSA_PSS
        return Key("RSA-PSS" if pss else "RSA", key.key_size)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return Key("EC", key.key_size, key.curve.name)
    if isinstance(key, dsa.DSAPublicKey):
        return Key("DSA", key.key_size)
    plain = {ed25519.Ed25519PublicKey: "Ed25519", ed448.Ed448PublicKey: "Ed448"}
    for kind, name in plain.items():
        if isinstance(key, kind):
            return Key(name)
    return Key(one.public_key_algorithm_oid.dotted_string)


def _signature(one: x509.Certificate) -> str:
    oid = one.signature_algorithm_oid
    return oid._name if oid._name != "Unknown OID" else oid.dotted_string  # noqa: SLF001  it has no public way


_OLD_HASHES = {"1.2.840.113549.1.1.2": "md2", "1.2.840.113549.1.1.3": "md4"}
"""Signature algorithms that ``cryptography`` no longer knows (RFC 8017 appendix C)."""


def _hash(one: x509.Certificate) -> str:
    if old := _OLD_HASHES.get(one.signature_algorithm_oid.dotted_string):
        return old
    try:
        algorithm = one.signature_hash_algorithm
    except _BROKEN:
        return ""
    return algorithm.name if algorithm else ""
