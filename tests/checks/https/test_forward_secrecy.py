from __future__ import annotations

import pytest

from auditor.model import Confidence, failed, not_applicable, passed, unproven
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


@pytest.mark.parametrize("accepted", [(), FIXED])
def test_a_doubt(accepted):
    """What was not answered may be all that has forward secrecy, or a version without any."""
    doubtful = server({"TLSv1.2": accepted, "TLSv1.3": GCM13}, {"TLSv1.2": "silence"})
    assert judged(forward_secrecy, doubtful) == [
        unproven(
            NAME,
            "what else it accepts in TLSv1.2 cannot be told: silence",
            "audit again, from where nothing limits the audit's connections",
        )
    ]


def test_a_doubt_beside_forward_secrecy_is_none():
    [found] = judged(forward_secrecy, server({"TLSv1.2": GCM12, "TLSv1.3": GCM13}, {"TLSv1.2": "silence"}))
    assert found.outcome == "pass"


def test_nothing():
    assert nothing_to_judge(forward_secrecy) == ([not_applicable("the checklist names no https origin")], [])


def test_where_more_may_be_accepted_nothing_is_said():
    doubt = server({"TLSv1.2": FIXED}, unknown={"TLSv1.2": "silence"})
    also = server(unknown={"TLSv1": "silence"})
    for one, version in ((doubt, "TLSv1.2"), (also, "TLSv1")):
        [found] = judged(forward_secrecy, one)
        assert (found.outcome, found.message) == (
            "error",
            f"what else it accepts in {version} cannot be told: silence",
        )
