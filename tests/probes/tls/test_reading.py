from __future__ import annotations

import hashlib
import warnings
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.certificates import Certificate, Key
from auditor.probes.tls.reading import LONGEST_NAME, Read, UnreadableCertificate, read_certificate

from .made import DAY, HOST, NOW, key, make, root, weakened

ROOT = root()
FULL = make(
    "leaf",
    by=ROOT,
    names=(HOST, "*.example.com", "192.0.2.7", "2001:db8::1"),
    usages=[ExtendedKeyUsageOID.SERVER_AUTH],
    must_staple=True,
    ocsp_at="http://ocsp.example/",
    issuer_at="http://ca.example/root.der",
    serial=255,
)


def says(made) -> Certificate:
    return read_certificate(made.der).says


def named(*attributes) -> Certificate:
    """What a certificate with this subject says."""
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])
    own = key("ec-256")
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key())
    built = built.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + DAY)
    der = built.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return read_certificate(der).says


def test_what_it_says():
    spki = FULL.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert says(FULL) == Certificate(
        subject="leaf",
        issuer="Root",
        not_before=NOW - DAY,
        not_after=NOW + 89 * DAY,
        key=Key("EC", 256, "secp256r1"),
        signature="ecdsa-with-SHA256",
        signature_hash="sha256",
        serial="ff",
        sha256=hashlib.sha256(FULL.der).hexdigest(),
        spki_sha256=hashlib.sha256(spki).hexdigest(),
        names=(HOST, "*.example.com", "192.0.2.7", "2001:db8::1"),
        names_count=4,
        must_staple=True,
        ocsp=("http://ocsp.example/",),
        issuers=("http://ca.example/root.der",),
    )


def test_an_authority():
    told = says(ROOT)
    assert (told.authority, told.self_issued, told.names, told.must_staple, told.ocsp) == (True, True, (), False, ())


@pytest.mark.parametrize(
    ("kind", "expected", "text"),
    [
        ("rsa-1024", Key("RSA", 1024), "RSA 1024"),
        ("rsa-2048", Key("RSA", 2048), "RSA 2048"),
        ("dsa-1024", Key("DSA", 1024), "DSA 1024"),
        ("ec-224", Key("EC", 224, "secp224r1"), "EC secp224r1"),
        ("ec-521", Key("EC", 521, "secp521r1"), "EC secp521r1"),
        ("ed25519", Key("Ed25519"), "Ed25519"),
        ("ed448", Key("Ed448"), "Ed448"),
    ],
)
def test_keys(kind, expected, text):
    told = says(make(kind, kind=kind))
    assert (told.key, str(told.key), told.key.known) == (expected, text, True)
    assert told.signature_known
    assert not told.signature_weak


def test_a_key_that_is_only_for_pss():
    """The same key under the object identifier of RSASSA-PSS (RFC 4055 section 1.2)."""
    der = make("pss", kind="rsa-2048").der
    spki = bytes.fromhex("300d06092a864886f70d0101010500")
    assert der.count(spki) == 1
    # the parameters fill the two bytes of NULL: an empty sequence means the defaults
    told = read_certificate(der.replace(spki, bytes.fromhex("300d06092a864886f70d01010a3000"))).says
    assert told.key == Key("RSA-PSS", 2048)


def test_a_kind_of_key_that_nobody_knows():
    der = make("new", kind="ed25519").der.replace(bytes.fromhex("06032b6570"), bytes.fromhex("06032b6563"))
    told = read_certificate(der).says
    assert (told.key, told.key.known, told.key.weak) == (Key("1.3.101.99"), False, False)
    assert told.signature == "1.3.101.99"
    assert not told.signature_known


@pytest.mark.parametrize("digest", ["sha1", "md5"])
def test_old_signatures(digest):
    told = says(weakened(make("old", kind="rsa-1024"), digest))
    assert (told.signature, told.signature_hash) == (f"{digest}WithRSAEncryption", digest)
    assert told.signature_weak


def test_a_signature_in_pss():
    told = says(make("pss", kind="rsa-2048", pss=True))
    assert (told.signature, told.signature_hash) == ("rsassaPss", "sha256")


@pytest.mark.parametrize("arc", [2, 3])
def test_signatures_that_no_library_knows(arc):
    sha256 = bytes.fromhex("06092a864886f70d01010b")
    der = make("older", kind="rsa-1024").der.replace(sha256, sha256[:-1] + bytes((arc,)))
    told = read_certificate(der).says
    assert (told.signature_hash, told.signature_weak) == ({2: "md2", 3: "md4"}[arc], True)


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ([(NameOID.ORGANIZATION_NAME, "Example"), (NameOID.COUNTRY_NAME, "FR")], "Example"),
        (
            [(NameOID.ORGANIZATIONAL_UNIT_NAME, "Root CA"), (NameOID.ORGANIZATION_NAME, "Example")],
            "Example, Root CA",
        ),
        ([(NameOID.COUNTRY_NAME, "FR")], "C=FR"),
        ([], ""),
        ([(NameOID.COMMON_NAME, "naïve 🐘")], "naïve 🐘"),
        ([(NameOID.COMMON_NAME, "a\x1b[31m\n::error::b\u202ec")], "a\\x1b[31m ::error::b\\u202ec"),
        ([(NameOID.COMMON_NAME, "<b>*|`_")], "<b>*|`_"),
    ],
)
def test_whom_it_is_for(attributes, shown):
    assert named(*attributes).subject == shown


def test_a_name_without_end():
    with pytest.warns(UserWarning, match="length"):
        long = x509.NameAttribute(NameOID.COMMON_NAME, "y" * 5000, _validate=False)
    own = key("ec-256")
    built = x509.CertificateBuilder().subject_name(x509.Name([long])).issuer_name(x509.Name([long]))
    built = built.public_key(own.public_key()).serial_number(1).not_valid_before(NOW).not_valid_after(NOW)
    told = read_certificate(built.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.DER)).says
    assert told.subject == "y" * LONGEST_NAME + "…"


def test_ten_thousand_names():
    many = make(names=tuple(f"host-{number}.example.com" for number in range(10_000)))
    read = read_certificate(many.der)
    assert (len(read.says.names), read.says.names_count) == (100, 10_000)
    assert read.dns[-1] == "host-9999.example.com"


def test_names_of_other_kinds_are_left_out():
    names = x509.SubjectAlternativeName(
        [
            x509.RFC822Name("a@example.com"),
            x509.DNSName("xn--nave-6pa.example"),
            x509.UniformResourceIdentifier("https://x"),
        ]
    )
    assert says(make(names=None, extensions=[names])).names == ("xn--nave-6pa.example",)


def test_years_without_end():
    told = says(make(begins=datetime(1970, 1, 1, tzinfo=UTC), ends=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)))
    assert f"{told.lifetime_days:.0f}" == "2932897"


@pytest.mark.parametrize("serial", [b"\x02\x01\x00", b"\x02\x01\xff"], ids=["zero", "negative"])
def test_strange_serial_numbers_are_no_news(serial):
    data = make(serial=1).der.replace(b"\x02\x01\x01", serial, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_certificate(data).says.names == (HOST,)


BROKEN = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.37"), b"\x05\0")
"""An extended key usage that is NULL."""


def test_an_extension_that_cannot_be_read_hides_the_others_and_is_told():
    told = says(make(extensions=[BROKEN]))
    assert told.flaw.startswith("its extensions cannot be read: ")
    assert replace(told, flaw="") == replace(
        says(make()), names=(), names_count=0, sha256=told.sha256, serial=told.serial
    )


def test_an_extension_that_is_there_twice():
    twice = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), b"\x05\0")
    der = make(extensions=[twice]).der.replace(b"\x55\x1d\x63", b"\x55\x1d\x11")
    assert "uplicate" in read_certificate(der).says.flaw


PLAIN = make(serial=1).der
OLD = make(kind="rsa-1024").der


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----", PLAIN[:-1], PLAIN + b"\0"],
    ids=["empty", "cut", "a number", "PEM", "one byte less", "one byte more"],
)
def test_what_is_no_certificate(data):
    with pytest.raises(UnreadableCertificate, match=r"^it cannot be read: "):
        read_certificate(data)


def test_a_version_that_does_not_exist():
    data = PLAIN.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09", 1)
    assert data != PLAIN
    with pytest.raises(UnreadableCertificate):
        read_certificate(data)


@given(st.data())
@settings(deadline=None, max_examples=500)
def test_any_change_is_read_or_refused(data):
    raw = bytearray(data.draw(st.sampled_from([FULL.der, ROOT.der, PLAIN, OLD])))
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw))) :]
    try:
        read = read_certificate(bytes(raw))
    except UnreadableCertificate:
        return
    assert isinstance(read, Read)


@given(st.binary(max_size=100))
@settings(deadline=None, max_examples=100)
def test_random_bytes_are_refused(data):
    with pytest.raises(UnreadableCertificate):
        read_certificate(data)
