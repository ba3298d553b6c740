"""Reads a stapled OCSP answer (RFC 6960). Nothing is fetched."""

from __future__ import annotations

import warnings
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from auditor.facts.certificates import Staple
from auditor.probes.tls.reading import Read, shown


def read_staple(data: bytes, leaf: Read, issuers: tuple[Read, ...], when: datetime) -> Staple:
    """What a stapled answer says of a certificate.

    Args:
        data: the OCSP response, DER.
        leaf: the certificate that it should be about.
        issuers: the other certificates of the chain and the anchor: one of them must have signed it, or its signer.
        when: now.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(data, leaf, issuers, when)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        return Staple(flaw=f"it cannot be read: {shown(str(error))}")


def _read(data: bytes, leaf: Read, issuers: tuple[Read, ...], when: datetime) -> Staple:
    answer = ocsp.load_der_ocsp_response(data)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return Staple(flaw=f"the responder answered {answer.response_status.name.lower().replace('_', ' ')}")
    single = next((one for one in answer.responses if one.serial_number == leaf.x509.serial_number), None)
    if single is None:
        return Staple(flaw="it is about another certificate")
    status = single.certificate_status.name.lower()
    begins, ends = single.this_update_utc, single.next_update_utc
    return Staple(status, begins, ends, _flaw(answer, issuers, begins, ends, when))


def _flaw(
    answer: ocsp.OCSPResponse, issuers: tuple[Read, ...], begins: datetime, ends: datetime | None, when: datetime
) -> str:
    if begins > when:
        return f"it begins on {begins:%Y-%m-%d %H:%M} UTC"
    if ends and ends < when:
        return f"it ended on {ends:%Y-%m-%d %H:%M} UTC"
    return "" if _signed(answer, issuers) else "the issuer of the certificate has not signed it"


def _signed(answer: ocsp.OCSPResponse, issuers: tuple[Read, ...]) -> bool:
    """By an issuer itself, or by a responder that an issuer has given the right to (RFC 6960 section 4.2.2.2)."""
    signers = [issuer.x509 for issuer in issuers]
    allowed = [one for one in answer.certificates if _may_answer(one)]
    signers += [one for one in allowed if any(_issued(issuer.x509, one) for issuer in issuers)]
    return any(_verifies(answer, signer) for signer in signers)


def _may_answer(responder: x509.Certificate) -> bool:
    try:
        usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _issued(issuer: x509.Certificate, responder: x509.Certificate) -> bool:
    try:
        responder.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _verifies(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    try:
        key, digest = signer.public_key(), answer.signature_hash_algorithm
        if isinstance(key, rsa.RSAPublicKey) and digest:
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and digest:
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes)
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True
