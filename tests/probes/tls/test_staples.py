from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.certificates import Staple
from auditor.probes.tls.reading import read_certificate
from auditor.probes.tls.staples import read_staple

from .made import DAY, NOW, below, key, make, root, staple

ROOT = root()
CA = below(ROOT)
LEAF = make("leaf", by=CA)
ISSUERS = (read_certificate(CA.der), read_certificate(ROOT.der))


def read(data: bytes, leaf=LEAF, issuers=ISSUERS, when=NOW) -> Staple:
    return read_staple(data, read_certificate(leaf.der), issuers, when)


@pytest.mark.parametrize("status", ["good", "revoked", "unknown"])
@pytest.mark.parametrize("delegated", [False, True])
def test_what_it_says(status, delegated):
    assert read(staple(LEAF, CA, status=status, delegated=delegated)) == Staple(status, NOW - DAY, NOW + 6 * DAY)


@pytest.mark.parametrize("kind", ["rsa-2048", "ec-521", "ed25519"])
def test_each_kind_of_key(kind):
    ca = below(ROOT, kind, kind=kind)
    leaf = make("leaf", by=ca)
    assert read(staple(leaf, ca), leaf, (read_certificate(ca.der),)).flaw == ""


def test_it_is_over():
    found = read(staple(LEAF, CA, begins=NOW - 9 * DAY, ends=NOW - DAY))
    assert (found.status, found.flaw) == ("good", "it ended on 2026-11-23 18:00 UTC")


def test_it_is_from_the_future():
    assert read(staple(LEAF, CA, begins=NOW + DAY)).flaw == "it begins on 2026-11-25 18:00 UTC"


def test_of_another_certificate():
    assert read(staple(make("other", by=CA), CA)) == Staple(flaw="it is about another certificate")


@pytest.mark.parametrize("delegated", [False, True])
def test_by_somebody_else(delegated):
    stranger = below(root("Other"), "Stranger")
    assert read(staple(LEAF, stranger, delegated=delegated)).flaw == "the issuer of the certificate has not signed it"


def test_by_a_responder_that_nobody_has_appointed():
    """A certificate of the same authority, and not one for OCSP."""
    served = make("another server", by=CA, kind="ec-521")
    built = ocsp.OCSPResponseBuilder().add_response(
        LEAF.certificate, CA.certificate, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, NOW - DAY, NOW + DAY, None, None
    )
    built = built.responder_id(ocsp.OCSPResponderEncoding.HASH, served.certificate).certificates([served.certificate])
    data = built.sign(key("ec-521", "another server"), hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    assert read(data).flaw == "the issuer of the certificate has not signed it"


def test_the_responder_had_no_answer():
    data = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(
        serialization.Encoding.DER
    )
    assert read(data) == Staple(flaw="the responder answered try later")


@pytest.mark.parametrize("data", [b"\x30", b"\x30\x00", b"nonsense"])
def test_what_is_no_answer(data):
    assert read(data).flaw.startswith("it cannot be read: ")


ANSWERS = (staple(LEAF, CA), staple(LEAF, CA, delegated=True))


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_any_change_is_told(data):
    raw = bytearray(data.draw(st.sampled_from(ANSWERS)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read(bytes(raw)), Staple)
