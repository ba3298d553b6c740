from __future__ import annotations

import pytest

from auditor.facts.suites import broken, by_reason, dated, forward_secret, told
from auditor.probes.tls.registry import suites


@pytest.mark.parametrize(
    ("suite", "why"),
    [
        ("TLS_RSA_WITH_NULL_SHA256", ("without encryption",)),
        ("TLS_ECDH_anon_WITH_NULL_SHA", ("without encryption", "without authentication")),
        ("TLS_SHA256_SHA256", ("without encryption",)),
        ("TLS_DH_anon_WITH_AES_256_GCM_SHA384", ("without authentication",)),
        ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", ("export grade", "RC4", "MD5")),
        ("TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA", ("export grade", "DES or RC2")),
        ("TLS_DHE_RSA_WITH_DES_CBC_SHA", ("DES or RC2",)),
        ("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", ("3DES",)),
        ("TLS_ECDHE_RSA_WITH_RC4_128_SHA", ("RC4",)),
        ("TLS_RSA_WITH_IDEA_CBC_SHA", ("IDEA or SEED",)),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", ()),
        ("TLS_AES_128_GCM_SHA256", ()),
        ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", ()),
    ],
)
def test_broken(suite, why):
    assert broken(suite) == why


@pytest.mark.parametrize(
    ("suite", "why"),
    [
        ("TLS_RSA_WITH_AES_128_GCM_SHA256", ("without forward secrecy",)),
        ("TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", ("without forward secrecy", "CBC")),
        ("TLS_DH_DSS_WITH_AES_128_GCM_SHA256", ("without forward secrecy",)),
        ("TLS_PSK_WITH_AES_128_GCM_SHA256", ("without forward secrecy",)),
        ("TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", ()),
        ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", ("finite-field key exchange",)),
        ("TLS_ECDHE_RSA_WITH_AES_128_CCM_8", ("short authentication tag",)),
        ("TLS_AES_256_GCM_SHA384", ()),
    ],
)
def test_dated(suite, why):
    assert dated(suite) == why
    assert forward_secret(suite) == ("without forward secrecy" not in why)


def test_every_suite_of_the_registry_is_told_apart():
    """Only those that the strictest guidelines name, their kin and TLS 1.3 have nothing against them."""
    clean = {name for name in suites().values() if not broken(name) and not dated(name)}
    assert all(name.startswith(("TLS_ECDHE_", "TLS_ECCPWD_")) or "_WITH_" not in name for name in clean), sorted(clean)


def test_sorted_by_the_gravest_reason():
    found = by_reason(["TLS_RSA_WITH_NULL_MD5", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_AES_128_GCM_SHA256"], every=True)
    assert found == {
        "other": ["TLS_AES_128_GCM_SHA256"],
        "without forward secrecy": ["TLS_RSA_WITH_AES_128_CBC_SHA"],
        "without encryption": ["TLS_RSA_WITH_NULL_MD5"],
    }
    assert by_reason(found["other"]) == {}
    assert told({"a": ["x"], "b": ["y", "z"]}) == "2 b, 1 a"
