from __future__ import annotations

from auditor.facts.tls import Session
from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.early_data_off import early_data_off

from .tls_servers import GCM12, NAME, judged, nothing_to_judge, server


def test_off():
    assert judged(early_data_off, server()) == [
        passed(NAME, "its session tickets allow no early data", confidence=Confidence.PROVEN)
    ]


def test_on():
    assert judged(early_data_off, server(session=Session(early_data=True, early_data_bytes=16384))) == [
        failed(
            NAME,
            "takes 16384 bytes of early data, which can be replayed",
            confidence=Confidence.PROVEN,
            early_data_bytes=16384,
        )
    ]


def test_unknown():
    assert judged(early_data_off, server(session=Session())) == [
        unproven(NAME, "whether it takes early data cannot be told: no handshake came to its end")
    ]


def test_nothing():
    assert nothing_to_judge(early_data_off) == ([not_applicable("the checklist names no https origin")], [])


def test_no_answer_in_tls13():
    silent = server({"TLSv1.2": GCM12}, unknown={"TLSv1.3": "silence"}, session=Session())
    [found] = judged(early_data_off, silent)
    assert (found.outcome, found.message) == (
        "error",
        "whether it takes early data cannot be told: what else it accepts in TLSv1.3 cannot be told: silence",
    )
