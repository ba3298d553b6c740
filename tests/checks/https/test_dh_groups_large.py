from __future__ import annotations

from dataclasses import replace

from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.dh_groups_large import dh_groups_large

from .tls_servers import GUIDELINE, NAME, judged, nothing_to_judge, server

DHE, OTHER = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DH_anon_WITH_AES_128_CBC_SHA"


def test_none():
    assert judged(dh_groups_large, server(), guideline=GUIDELINE) == [
        passed(NAME, "no finite field in TLS 1.2 and older", confidence=Confidence.PROVEN, least_bits=2048)
    ]


def test_large():
    assert judged(dh_groups_large, server(dh_bits=((DHE, 2048), (OTHER, 3072))), guideline=GUIDELINE) == [
        passed(NAME, "finite fields of 2048, 3072 bits", confidence=Confidence.PROVEN, least_bits=2048)
    ]


def test_small():
    assert judged(dh_groups_large, server(dh_bits=((DHE, 1024), (OTHER, 3072))), guideline=GUIDELINE) == [
        failed(
            NAME,
            "exchanges keys in a finite field of 1024 bits (1 suites)",
            confidence=Confidence.PROVEN,
            bits={DHE: 1024},
            least_bits=2048,
        )
    ]


def test_a_guideline_without_finite_fields_still_has_a_least():
    [found] = judged(dh_groups_large, server(dh_bits=((DHE, 1024),)), guideline=replace(GUIDELINE, dh_bits=0))
    assert found.outcome == "fail"


def test_a_doubt():
    assert judged(dh_groups_large, server(unknown={"TLSv1": "silence"}), guideline=GUIDELINE) == [
        unproven(
            NAME,
            "what else it accepts in TLSv1 cannot be told: silence",
            "audit again, from where nothing limits the audit's connections",
        )
    ]


def test_nothing():
    assert nothing_to_judge(dh_groups_large, GUIDELINE) == ([not_applicable("the checklist names no https origin")], [])


def test_a_size_that_was_not_seen():
    """The server has picked the suite, and the rest of its answer was lost."""
    [found] = judged(dh_groups_large, server({"TLSv1.2": (DHE, OTHER)}, dh_bits=((OTHER, 2048),)), guideline=GUIDELINE)
    assert (found.outcome, found.message) == ("error", f"the size of the finite field of {DHE} cannot be told")
