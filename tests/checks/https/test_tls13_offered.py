from __future__ import annotations

from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.tls13_offered import tls13_offered

from .tls_servers import GCM12, NAME, judged, nothing_to_judge, server


def test_offered():
    assert judged(tls13_offered, server()) == [passed(NAME, "negotiates TLSv1.3", confidence=Confidence.PROVEN)]


def test_not_offered():
    assert judged(tls13_offered, server({"TLSv1.2": GCM12})) == [
        failed(NAME, "does not negotiate TLSv1.3 (alert protocol_version)", confidence=Confidence.PROVEN)
    ]


def test_unknown():
    assert judged(tls13_offered, server({"TLSv1.2": GCM12}, {"TLSv1.3": "silence"})) == [
        unproven(NAME, "whether it negotiates TLSv1.3 cannot be told: silence")
    ]


def test_nothing():
    assert nothing_to_judge(tls13_offered) == ([not_applicable("the checklist names no https origin")], [])
