from __future__ import annotations

from auditor.facts.tls import Session
from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.renegotiation_secure import renegotiation_secure

from .tls_servers import GCM13, NAME, judged, nothing_to_judge, server


def test_bound():
    assert judged(renegotiation_secure, server()) == [
        passed(
            NAME,
            "binds renegotiation to the connection",
            confidence=Confidence.PROVEN,
            extended_master_secret=True,
        )
    ]


def test_without_the_master_secret():
    [found] = judged(renegotiation_secure, server(session=Session(False, True, False)))
    assert found.message == "binds renegotiation to the connection, but not the master secret (RFC 7627)"


def test_not_bound():
    assert judged(renegotiation_secure, server(session=Session(False, False, False))) == [
        failed(NAME, "does not bind renegotiation to the connection", confidence=Confidence.PROVEN)
    ]


def test_tls13_has_none():
    assert judged(renegotiation_secure, server({"TLSv1.3": GCM13}, session=Session())) == [
        not_applicable("it speaks TLS 1.3 only, which has no renegotiation", NAME)
    ]


def test_unknown():
    doubtful = [server(session=Session()), server({"TLSv1.3": GCM13}, {"TLSv1.2": "silence"}, session=Session())]
    assert (
        judged(renegotiation_secure, *doubtful)
        == [unproven(NAME, "whether it binds renegotiation cannot be told", "audit again")] * 2
    )


def test_nothing():
    assert nothing_to_judge(renegotiation_secure) == ([not_applicable("the checklist names no https origin")], [])
