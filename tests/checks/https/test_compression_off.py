from __future__ import annotations

from auditor.facts.tls import Session
from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.compression_off import compression_off

from .tls_servers import NAME, judged, nothing_to_judge, server


def test_off():
    assert judged(compression_off, server()) == [
        passed(NAME, "does not compress inside of TLS", confidence=Confidence.PROVEN)
    ]


def test_on():
    assert judged(compression_off, server(session=Session(compression=True))) == [
        failed(NAME, "compresses inside of TLS (CRIME)", confidence=Confidence.PROVEN)
    ]


def test_unknown():
    assert judged(compression_off, server(session=Session())) == [
        unproven(NAME, "whether it compresses cannot be told: it gave no clear answer", "audit again")
    ]


def test_nothing():
    assert nothing_to_judge(compression_off) == ([not_applicable("the checklist names no https origin")], [])
