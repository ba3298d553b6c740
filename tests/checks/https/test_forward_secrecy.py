from __future__ import annotations

from auditor.model import Confidence, failed, not_applicable, passed
from checks.https.forward_secrecy import forward_secrecy

from .tls_servers import GCM12, GCM13, NAME, judged, nothing_to_judge, server

FIXED = ("TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256")


def test_in_each_version():
    assert judged(forward_secrecy, server()) == [
        passed(NAME, "has suites with forward secrecy in each version", confidence=Confidence.PROVEN)
    ]


def test_beside_others():
    [found] = judged(forward_secrecy, server({"TLSv1.2": (*GCM12, *FIXED)}))
    assert (found.outcome, found.message) == (
        "pass",
        "has suites with forward secrecy in each version, beside 2 without it",
    )


def test_in_one_version_not():
    without = server({"TLSv1.2": FIXED, "TLSv1.3": GCM13})
    assert judged(forward_secrecy, without) == [
        failed(
            NAME,
            "gives no forward secrecy in TLSv1.2: no suite there has a fresh key for each connection",
            confidence=Confidence.PROVEN,
            versions=without.table(),
        )
    ]


def test_nothing():
    assert nothing_to_judge(forward_secrecy) == ([not_applicable("the checklist names no https origin")], [])
