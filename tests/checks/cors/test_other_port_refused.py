from __future__ import annotations

from checks.cors.other_port_refused import other_port_refused
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    answering = letting(APP, "https://app.example.com:8443")
    said = "lets https://app.example.com:8443 in, with credentials"
    assert judged(other_port_refused, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(other_port_refused, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(other_port_refused, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
