from __future__ import annotations

from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.groups_strong import groups_strong

from .tls_servers import GUIDELINE, NAME, judged, nothing_to_judge, server


def good(message, groups, beyond):
    return passed(NAME, message, confidence=Confidence.PROVEN, groups=groups, beyond_guideline=beyond, all_known=True)


def test_strong():
    assert judged(groups_strong, server(), guideline=GUIDELINE) == [
        good("exchanges keys in secp256r1, x25519; none that resists quantum computers", ["secp256r1", "x25519"], [])
    ]


def test_more_than_the_guideline_is_told_and_no_fault():
    groups = ("X25519MLKEM768", "ffdhe2048", "x448")
    assert judged(groups_strong, server(groups=groups), guideline=GUIDELINE) == [
        good(
            "exchanges keys in X25519MLKEM768, ffdhe2048, x448; one that resists quantum computers (X25519MLKEM768)",
            list(groups),
            list(groups),
        )
    ]


def test_given_up():
    assert judged(groups_strong, server(old_curves=("secp192r1",)), guideline=GUIDELINE) == [
        failed(
            NAME,
            "exchanges keys with curves that were given up: secp192r1",
            confidence=Confidence.PROVEN,
            old_curves=["secp192r1"],
            groups=["secp256r1", "x25519"],
        )
    ]


def test_unknown():
    assert judged(groups_strong, server(groups=(), groups_complete=False), guideline=GUIDELINE) == [
        unproven(NAME, "which groups it exchanges keys in cannot be told", "audit again")
    ]


def test_nothing():
    assert nothing_to_judge(groups_strong, GUIDELINE) == ([not_applicable("the checklist names no https origin")], [])


def test_old_curves_that_got_no_answer():
    assert judged(groups_strong, server(old_curves_complete=False), guideline=GUIDELINE) == [
        unproven(NAME, "whether it takes curves that were given up cannot be told", "audit again")
    ]
