from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.certificates import Key
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.https.certificate_keys_strong import certificate_keys_strong
from tests.checks.chains import API, GOOD, LEAF, PLAIN, R11, X1, chain, seen


def judge(*chains, **options):
    return list(certificate_keys_strong(seen(*chains, **options)))


def test_strong():
    keys = ["EC secp256r1", "RSA 2048", "RSA 4096"]
    assert judge(GOOD) == [
        passed(
            API,
            "the keys are strong (EC secp256r1, RSA 2048, RSA 4096)",
            confidence=Confidence.PROVEN,
            keys=keys,
            rsa_below_3072_bits=True,
        )
    ]


@pytest.mark.parametrize(
    ("key", "outcome"),
    [
        (Key("RSA", 1024), "fail"),
        (Key("RSA", 2047), "fail"),
        (Key("RSA", 2048), "pass"),
        (Key("RSA-PSS", 1024), "fail"),
        (Key("RSA-PSS", 2048), "pass"),
        (Key("EC", 224, "secp224r1"), "fail"),
        (Key("EC", 255, "x"), "fail"),
        (Key("EC", 256, "secp256r1"), "pass"),
        (Key("EC", 521, "secp521r1"), "pass"),
        (Key("Ed25519"), "pass"),
        (Key("Ed448"), "pass"),
        (Key("DSA", 3072), "fail"),
        (Key("1.2.3.4"), "error"),
    ],
    ids=str,
)
def test_each_kind(key, outcome):
    assert [f.outcome for f in judge(chain(replace(LEAF, key=key)))] == [outcome]


def test_whose_key_is_weak_is_told():
    weak = Key("RSA", 1024)
    found = judge(chain(replace(LEAF, key=weak), replace(R11, key=weak), replace(X1, key=weak)))
    assert found == [
        failed(
            API,
            f"the key of {whose} is weak: RSA 1024",
            confidence=Confidence.PROVEN,
            aspect=aspect,
            key="RSA 1024",
            bits=1024,
        )
        for whose, aspect in (
            ("the certificate", ""),
            ('certificate 1 "R11" of the chain', "certificate 1"),
            ('the root "X1"', "root"),
        )
    ]


def test_a_kind_that_nobody_knows():
    message = "the key of the certificate is of a kind that this release does not know (1.2.3)"
    assert judge(chain(replace(LEAF, key=Key("1.2.3")))) == [unproven(API, message)]


@pytest.mark.parametrize(("bits", "short"), [(2048, True), (3071, True), (3072, False)])
def test_rsa_for_the_years_to_come(bits, short):
    rsa = Key("RSA", bits)
    [finding] = judge(chain(replace(LEAF, key=rsa), replace(R11, key=Key("RSA", 4096))))
    assert finding.evidence["rsa_below_3072_bits"] is short


def test_a_root_that_was_served_is_told_once():
    served = replace(GOOD, certificates=(LEAF, R11, X1), path=(0, 1, 2))
    assert judge(served)[0].evidence["keys"] == ["EC secp256r1", "RSA 2048", "RSA 4096"]


def test_without_encryption_there_is_none():
    assert judge(PLAIN) == [not_applicable("there is no certificate", PLAIN.subject)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
