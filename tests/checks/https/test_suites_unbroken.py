from __future__ import annotations

from dataclasses import replace

from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.suites_unbroken import suites_unbroken

from .tls_servers import GCM12, GCM13, GUIDELINE, NAME, judged, nothing_to_judge, server

NULL, ANON, RC4 = "TLS_RSA_WITH_NULL_SHA256", "TLS_DH_anon_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_RC4_128_MD5"
TRIPLE = "TLS_RSA_WITH_3DES_EDE_CBC_SHA"


def test_good():
    assert judged(suites_unbroken, server(), guideline=GUIDELINE) == [
        passed(
            NAME,
            "accepts 4 cipher suites, none of them broken",
            confidence=Confidence.PROVEN,
            suites=sorted((*GCM12, *GCM13)),
        )
    ]


def test_broken():
    weak = server({"TLSv1": (RC4,), "TLSv1.2": (*GCM12, ANON, NULL, TRIPLE, RC4)})
    assert judged(suites_unbroken, weak, guideline=GUIDELINE) == [
        failed(
            NAME,
            "accepts broken cipher suites: 1 without authentication, 1 3DES, 1 without encryption, 1 RC4",
            confidence=Confidence.PROVEN,
            suites={"without authentication": [ANON], "3DES": [TRIPLE], "without encryption": [NULL], "RC4": [RC4]},
        )
    ]


def test_what_the_guideline_allows_is_not_broken():
    lenient = replace(GUIDELINE, suites=(TRIPLE, *GCM12))
    [found] = judged(suites_unbroken, server({"TLSv1.2": (TRIPLE, *GCM12)}), guideline=lenient)
    assert found.outcome == "pass"


def test_dated_is_not_broken():
    [found] = judged(suites_unbroken, server({"TLSv1.2": ("TLS_RSA_WITH_AES_128_CBC_SHA",)}), guideline=GUIDELINE)
    assert found.outcome == "pass"


def test_a_doubt():
    assert judged(suites_unbroken, server(unknown={"TLSv1": "silence"}), guideline=GUIDELINE) == [
        unproven(
            NAME,
            "what else it accepts in TLSv1 cannot be told: silence",
            "audit again, from where nothing limits the audit's connections",
        )
    ]
    [found] = judged(suites_unbroken, server({"TLSv1.2": (NULL,)}, {"TLSv1": "silence"}), guideline=GUIDELINE)
    assert found.outcome == "fail"


def test_nothing():
    assert nothing_to_judge(suites_unbroken, GUIDELINE) == ([not_applicable("the checklist names no https origin")], [])
