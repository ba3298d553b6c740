from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.model import GUIDELINES
from auditor.errors import Unavailable
from auditor.facts.guideline import TlsGuideline
from auditor.facts.policy import TlsPolicy
from auditor.probes.tls.guideline import read_guideline, tls_guideline
from auditor.probes.tls.registry import suites

OWN = {
    "configurations": {
        "house": {
            "tls_versions": ["TLSv1.3"],
            "ciphersuites": ["TLS_AES_128_GCM_SHA256"],
            "ciphers": {"iana": []},
            "tls_curves": ["X25519", "prime256v1"],
            "dh_param_size": None,
        }
    }
}


def test_mozillas_own():
    found = tls_guideline(TlsPolicy())
    assert (found.name, found.versions) == ("Mozilla 6.0 intermediate", ("TLSv1.2", "TLSv1.3"))
    assert found.groups == ("X25519MLKEM768", "x25519", "secp256r1", "secp384r1")
    assert (len(found.suites), found.dh_bits) == (9, 2048)


@pytest.mark.parametrize("version", GUIDELINES)
@pytest.mark.parametrize("profile", ["modern", "intermediate"])
def test_every_version_that_is_shipped(version, profile):
    found = tls_guideline(TlsPolicy(guideline=version, profile=profile))
    assert set(found.suites) <= set(suites().values())
    assert "TLSv1.3" in found.versions


def test_old_left_with_version_6():
    assert "TLSv1" in tls_guideline(TlsPolicy(guideline="5.8", profile="old")).versions
    with pytest.raises(Unavailable) as raised:
        tls_guideline(TlsPolicy(profile="old"))
    assert raised.value.reason == "the guideline Mozilla 6.0 has no profile 'old'"
    assert raised.value.hint == "`policy.tls.profile` can be one of: intermediate, modern"


def test_ones_own(tmp_path):
    file = tmp_path / "tls.json"
    file.write_text(json.dumps(OWN))
    assert tls_guideline(TlsPolicy(guideline_file=str(file), profile="house")) == TlsGuideline(
        "tls.json house", ("TLSv1.3",), ("TLS_AES_128_GCM_SHA256",), ("x25519", "secp256r1"), 0
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not JSON of that form"),
        ("[]", "it is not JSON of that form"),
        ("{}", "it lacks 'configurations'"),
        ('{"configurations": {"house": {}}}', "it lacks 'tls_curves'"),
        (json.dumps(OWN).replace('["TLSv1.3"]', "[1.3]"), "it is not JSON of that form"),
        ("[" * 100_000, "it is not JSON of that form"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, text, reason):
    file = tmp_path / "tls.json"
    file.write_text(text)
    with pytest.raises(Unavailable) as raised:
        tls_guideline(TlsPolicy(guideline_file=str(file), profile="house"))
    assert raised.value.reason == f"the guideline tls.json cannot be used: {reason}"


def test_no_file_and_one_too_large(tmp_path):
    with pytest.raises(Unavailable, match="cannot be read: No such file"):
        tls_guideline(TlsPolicy(guideline_file=str(tmp_path / "none")))
    large = tmp_path / "large"
    large.write_bytes(bytes(1_000_001))
    with pytest.raises(Unavailable, match="has more than 1000000 bytes"):
        tls_guideline(TlsPolicy(guideline_file=str(large)))


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)))
@settings(max_examples=300, deadline=None)
def test_any_values(value):
    keys = OWN["configurations"]["house"]
    for key in keys:
        broken = {**keys, key: value}
        try:
            read_guideline(json.dumps({"configurations": {"house": broken}}), "house", "x")
        except Unavailable:
            continue
