"""Certificates made to order."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "api.example.com"


@cache
def key(kind: str, whose: str = ""):
    """A private key; one of each kind and owner is enough."""
    name, _, size = kind.partition("-")
    if name == "rsa":
        return rsa.generate_private_key(65537, int(size))
    if name == "dsa":
        return dsa.generate_private_key(int(size))
    if name == "ec":
        return ec.generate_private_key({"256": ec.SECP256R1, "224": ec.SECP224R1, "521": ec.SECP521R1}[size]())
    return {"ed25519": ed25519.Ed25519PrivateKey, "ed448": ed448.Ed448PrivateKey}[name].generate()


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: object

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self.key.private_bytes(*form)


def make(
    subject="",
    *,
    by: Made | None = None,
    names=(HOST,),
    begins=NOW - DAY,
    ends=NOW + 89 * DAY,
    kind="ec-256",
    digest="sha256",
    ca=None,
    usages=None,
    must_staple=False,
    ocsp_at="",
    issuer_at="",
    extensions=(),
    pss=False,
    serial=None,
    issuer_name="",
    signed_by=None,
) -> Made:
    """A certificate; self-signed without an issuer. ``names=None`` leaves the subjectAltName out."""
    own = key(kind, subject)
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)] if subject else [])
    built = x509.CertificateBuilder().subject_name(called).public_key(own.public_key())
    given = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer_name)]) if issuer_name else None
    built = built.issuer_name(given or (by.certificate.subject if by else called))
    built = built.not_valid_before(begins).not_valid_after(ends)
    built = built.serial_number(serial or x509.random_serial_number())
    for extension in [*_extensions(names, ca, usages, must_staple, ocsp_at, issuer_at), *extensions]:
        built = built.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    signer = signed_by or (by.key if by else own)
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else _HASHES[digest]
    options = {"rsa_padding": padding.PSS(padding.MGF1(algorithm), padding.PSS.DIGEST_LENGTH)} if pss else {}
    return Made(built.sign(signer, algorithm, **options), own)


_HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "md5": hashes.MD5()}


def _extensions(names, ca, usages, must_staple, ocsp_at, issuer_at):
    if names is not None:
        yield x509.SubjectAlternativeName([_name(name) for name in names])
    if ca is not None:
        yield x509.BasicConstraints(ca=ca, path_length=None)
    if usages is not None:
        yield x509.ExtendedKeyUsage(usages)
    if must_staple:
        yield x509.TLSFeature([x509.TLSFeatureType.status_request])
    places = [(AuthorityInformationAccessOID.OCSP, ocsp_at), (AuthorityInformationAccessOID.CA_ISSUERS, issuer_at)]
    if any(place for _, place in places):
        yield x509.AuthorityInformationAccess(
            [x509.AccessDescription(method, x509.UniformResourceIdentifier(place)) for method, place in places if place]
        )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def root(subject="Root", **options) -> Made:
    """A root."""
    return make(subject, **{"names": None, "ca": True, "ends": NOW + 3650 * DAY, **options})


def below(parent: Made, subject="Intermediate", **options) -> Made:
    """An intermediate."""
    return make(subject, by=parent, **{"names": None, "ca": True, "ends": NOW + 1000 * DAY, **options})


def staple(leaf: Made, by: Made, *, status="good", begins=NOW - DAY, ends=NOW + 6 * DAY, delegated=False) -> bytes:
    """An OCSP response about a certificate."""
    signer, extra = by, []
    if delegated:
        signer = make("Responder", by=by, names=None, kind="ec-521", usages=[ExtendedKeyUsageOID.OCSP_SIGNING])
        extra = [signer.certificate]
    revoked = status == "revoked"
    built = ocsp.OCSPResponseBuilder().add_response(
        cert=leaf.certificate,
        issuer=by.certificate,
        algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus[status.upper()],
        this_update=begins,
        next_update=ends,
        revocation_time=begins if revoked else None,
        revocation_reason=None,
    )
    built = built.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if extra:
        built = built.certificates(extra)
    hashless = isinstance(signer.key, ed25519.Ed25519PrivateKey)
    return built.sign(signer.key, None if hashless else hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Weakened(Made):
    """A certificate that ``cryptography`` would not make."""

    changed: bytes = b""

    @property
    def der(self) -> bytes:
        return self.changed

    @property
    def pem(self) -> bytes:
        import ssl

        return ssl.DER_cert_to_PEM_cert(self.changed).encode()


_DIGESTS = {
    "sha1": (5, hashlib.sha1, "3021300906052b0e03021a05000414"),
    "md5": (4, hashlib.md5, "3020300c06082a864886f70d020505000410"),
}
"""Last arc of the signature's object identifier, and the DigestInfo (RFC 8017 section 9.2)."""


def weakened(made: Made, digest="sha1") -> Weakened:
    """The same certificate, self-signed with RSA over another hash (RFC 8017 section 8.2)."""
    arc, function, info = _DIGESTS[digest]
    sha256 = bytes.fromhex("06092a864886f70d01010b")
    tbs = made.certificate.tbs_certificate_bytes
    signature = made.certificate.signature
    changed = tbs.replace(sha256, sha256[:-1] + bytes((arc,)))
    numbers, size = made.key.private_numbers(), made.key.key_size // 8
    tail = b"\x00" + bytes.fromhex(info) + function(changed).digest()
    padded = b"\x00\x01" + b"\xff" * (size - 2 - len(tail)) + tail
    signed = pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n).to_bytes(size)
    der = made.der.replace(tbs, changed).replace(sha256, sha256[:-1] + bytes((arc,))).replace(signature, signed)
    return Weakened(made.certificate, made.key, der)
