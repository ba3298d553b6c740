from __future__ import annotations

from checks.cors.everyone_without_credentials import everyone_without_credentials
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    def answering(question):
        return {"allow_origin": ("*",), "allow_credentials": ("true",)}

    said = "answers * together with credentials, which browsers refuse"
    assert judged(everyone_without_credentials, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(everyone_without_credentials, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(everyone_without_credentials, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
