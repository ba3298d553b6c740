from __future__ import annotations

from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.suites_in_guideline import suites_in_guideline

from .tls_servers import GCM12, GCM13, GUIDELINE, NAME, judged, nothing_to_judge, server

CBC, FIXED = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256"


def test_within():
    assert judged(suites_in_guideline, server(), guideline=GUIDELINE) == [
        passed(
            NAME,
            "accepts no other suites than those of Mozilla 6.0 intermediate",
            confidence=Confidence.PROVEN,
            suites=sorted((*GCM12, *GCM13)),
        )
    ]


def test_outside():
    """What is broken is told by another check."""
    suites = (*GCM12, CBC, FIXED, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", "TLS_RSA_WITH_NULL_SHA")
    assert judged(suites_in_guideline, server({"TLSv1.2": suites}), guideline=GUIDELINE) == [
        failed(
            NAME,
            "accepts 3 cipher suites outside of Mozilla 6.0 intermediate: 1 other, 1 CBC, 1 without forward secrecy",
            confidence=Confidence.PROVEN,
            suites={
                "other": ["TLS_ECDHE_ECDSA_WITH_AES_128_CCM"],
                "CBC": [CBC],
                "without forward secrecy": [FIXED],
            },
        )
    ]


def test_a_doubt():
    assert judged(suites_in_guideline, server(unknown={"TLSv1": "silence"}), guideline=GUIDELINE) == [
        unproven(
            NAME,
            "what else it accepts in TLSv1 cannot be told: silence",
            "audit again, from where nothing limits the audit's connections",
        )
    ]


def test_nothing():
    assert nothing_to_judge(suites_in_guideline, GUIDELINE) == (
        [not_applicable("the checklist names no https origin")],
        [],
    )


def test_what_is_broken_is_not_denied():
    [found] = judged(suites_in_guideline, server({"TLSv1.2": (*GCM12, "TLS_RSA_WITH_NULL_SHA")}), guideline=GUIDELINE)
    assert found.message == "accepts no other suites than those of Mozilla 6.0 intermediate, but for 1 broken ones"
