from __future__ import annotations

from auditor.facts.trace import TraceAnswer, TraceAnswers
from auditor.model import Confidence, failed, passed
from checks.app_exposure.trace_refused import trace_refused

APP = "https://app.example.com"


def test_refused():
    found = TraceAnswers((TraceAnswer(APP, "TRACE", 405, False), TraceAnswer(APP, "TRACK", 0, False)))
    seen = {"TRACE": 405, "TRACK": 0}
    assert list(trace_refused(found)) == [
        passed(APP, "sends no request back", confidence=Confidence.PROVEN, statuses=seen)
    ]


def test_an_echo():
    found = TraceAnswers((TraceAnswer(APP, "TRACE", 200, True), TraceAnswer(APP, "TRACK", 501, False)))
    assert list(trace_refused(found)) == [
        failed(
            APP,
            "sends a TRACE request back with its headers",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -X TRACE -H 'X-Test: 1' {APP}/",
            aspect="TRACE",
            statuses={"TRACE": 200, "TRACK": 501},
        )
    ]
