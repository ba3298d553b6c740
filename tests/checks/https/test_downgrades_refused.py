from __future__ import annotations

from auditor.facts.tls import Session
from auditor.model import Confidence, failed, not_applicable, passed, unproven
from checks.https.downgrades_refused import downgrades_refused

from .tls_servers import GCM12, GCM13, NAME, judged, nothing_to_judge, server

OLD = {"TLSv1.1": ("TLS_RSA_WITH_AES_128_CBC_SHA",), "TLSv1.2": GCM12, "TLSv1.3": GCM13}


def test_refused():
    assert judged(downgrades_refused, server(OLD, session=Session(fallback_refused=True))) == [
        passed(NAME, "refuses needless downgrades", confidence=Confidence.PROVEN)
    ]


def test_accepted():
    assert judged(downgrades_refused, server(OLD, session=Session(fallback_refused=False))) == [
        failed(NAME, "accepts a client that was talked down to an older version", confidence=Confidence.PROVEN)
    ]


def test_nothing_to_fall_back_to():
    assert judged(downgrades_refused, server(session=Session(fallback_refused=False))) == [
        not_applicable("there is no version older than TLS 1.2 to fall back to", NAME)
    ]


def test_one_version():
    assert judged(downgrades_refused, server({"TLSv1": OLD["TLSv1.1"]}, session=Session())) == [
        not_applicable("it speaks one version only", NAME)
    ]


def test_no_clear_answer():
    assert judged(downgrades_refused, server(OLD, session=Session())) == [
        unproven(NAME, "whether it refuses a needless downgrade cannot be told: it gave no clear answer", "audit again")
    ]


def test_unknown():
    assert judged(downgrades_refused, server(unknown={"TLSv1": "silence"})) == [
        unproven(NAME, "whether there is an old version to fall back to cannot be told", "audit again")
    ]


def test_nothing():
    assert nothing_to_judge(downgrades_refused) == ([not_applicable("the checklist names no https origin")], [])


def test_an_old_version_beside_one_that_got_no_answer():
    [found] = judged(downgrades_refused, server({"TLSv1": GCM12}, unknown={"TLSv1.2": "silence"}, session=Session()))
    assert found.outcome == "error"
