from __future__ import annotations

from checks.cors.localhost_origin_refused import localhost_origin_refused
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    answering = letting(APP, "http://localhost:3000")
    said = "lets http://localhost:3000 in, with credentials"
    assert judged(localhost_origin_refused, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(localhost_origin_refused, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(localhost_origin_refused, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
