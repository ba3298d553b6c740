from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.https.certificate_signatures_strong import certificate_signatures_strong
from tests.checks.chains import API, GOOD, LEAF, PLAIN, R11, RSA_SHA256, X1, chain, seen

SHA1 = {"signature": "sha1WithRSAEncryption", "signature_hash": "sha1"}


def judge(*chains, **options):
    return list(certificate_signatures_strong(seen(*chains, **options)))


def test_strong():
    message = f"signed with {RSA_SHA256}"
    assert judge(GOOD) == [passed(API, message, confidence=Confidence.PROVEN, signatures=[RSA_SHA256, RSA_SHA256])]


def test_which_one_is_weak_is_told():
    found = judge(chain(replace(LEAF, **SHA1), replace(R11, **SHA1)))
    assert found == [
        failed(
            API,
            f"{which} is signed with sha1WithRSAEncryption",
            confidence=Confidence.PROVEN,
            aspect=aspect,
            signature="sha1WithRSAEncryption",
        )
        for which, aspect in (("the certificate", ""), ('certificate 1 "R11" of the chain', "certificate 1"))
    ]


def test_the_roots_signature_on_itself_proves_nothing():
    root = replace(X1, **SHA1)
    assert [f.outcome for f in judge(replace(GOOD, certificates=(LEAF, R11, root), path=(0, 1, 2), anchor=root))] == [
        "pass"
    ]


def test_a_leaf_that_is_its_own_authority_is_judged():
    leaf = replace(LEAF, **SHA1)
    assert [f.outcome for f in judge(replace(GOOD, certificates=(leaf,), path=(0,), anchor=leaf))] == ["fail"]


@pytest.mark.parametrize(
    ("signature", "digest", "outcome"),
    [
        ("md5WithRSAEncryption", "md5", "fail"),
        ("md2", "md2", "fail"),
        ("ecdsa-with-SHA1", "sha1", "fail"),
        ("ecdsa-with-SHA224", "sha224", "pass"),
        ("RSASSA-PSS", "sha512", "pass"),
        ("ed25519", "", "pass"),
        ("Ed448", "", "pass"),
        ("ML-DSA-65", "", "pass"),
        ("1.2.3.4", "", "error"),
    ],
)
def test_each_algorithm(signature, digest, outcome):
    [finding] = judge(chain(replace(LEAF, signature=signature, signature_hash=digest)))
    assert finding.outcome == outcome


def test_an_algorithm_that_nobody_knows():
    message = "the certificate is signed in a way that this release does not know (1.2.3)"
    assert judge(chain(replace(LEAF, signature="1.2.3", signature_hash=""))) == [unproven(API, message)]


def test_without_encryption_there_is_none():
    assert judge(PLAIN) == [not_applicable("there is no certificate", PLAIN.subject)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
