from __future__ import annotations

from checks.cors.only_declared_origins import only_declared_origins
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    answering = letting(APP, "https://www.example.com")
    said = "lets https://www.example.com in, which nobody has declared, with credentials"
    assert judged(only_declared_origins, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(only_declared_origins, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(only_declared_origins, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
