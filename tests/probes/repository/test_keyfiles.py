from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.repository.keyfiles import key_file
from tests.facts.headers.fuzz import SOME

KEY = ec.generate_private_key(ec.SECP256R1())
OPEN, LOCKED = serialization.NoEncryption(), serialization.BestAvailableEncryption(b"x")


def pem(form, encryption=OPEN, encoding=serialization.Encoding.PEM):
    return KEY.private_bytes(encoding, form, encryption)


PKCS8, TRADITIONAL = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL
OPENSSH = serialization.PrivateFormat.OpenSSH
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("name", "data", "kind", "encrypted"),
    [
        ("x", pem(PKCS8), "private key", False),
        ("id_rsa", pem(OPENSSH), "private key", False),
        ("x.pem", pem(TRADITIONAL), "private key", False),
        ("x.pem", b"# made by us\n" + PUBLIC + pem(PKCS8), "private key", False),
        ("x.pem", pem(PKCS8, LOCKED), "private key", True),
        ("x.pem", pem(TRADITIONAL, LOCKED), "private key", True),
        ("x.p12", pkcs12.serialize_key_and_certificates(b"x", KEY, None, None, LOCKED), "PKCS #12 key store", True),
        ("x.jks", b"\xfe\xed\xfe\xed\0\0\0\2", "Java key store", True),
        ("x.key", pem(PKCS8, encoding=serialization.Encoding.DER), "private key", False),
        ("x.ppk", b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "PuTTY private key", False),
    ],
    ids=lambda given: given if isinstance(given, str) else "",  # keys are new each time
)
def test_keys(name, data, kind, encrypted):
    found = key_file(name, data)
    assert found is not None
    assert (found.kind, found.length, found.encrypted) == (kind, len(data), encrypted)


@pytest.mark.parametrize(
    "data",
    [PUBLIC, b"", b"see -----BEGIN " + b"PRIVATE KEY-----", b"x = '''" + pem(PKCS8), b"\x30\x00"],
    ids=["public", "empty", "quoted", "in code", "short"],
)
def test_none(data):
    assert key_file("x.key", data) is None


@given(st.sampled_from(["x.p12", "x.key", "x"]), st.binary(max_size=300))
@SOME
def test_any_bytes(name, data):
    key_file(name, data)
    key_file(name, pem(PKCS8)[:60] + data)
