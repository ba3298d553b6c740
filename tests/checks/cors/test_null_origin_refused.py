from __future__ import annotations

from checks.cors.null_origin_refused import null_origin_refused
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    answering = letting(APP, "null")
    said = "lets the origin null in, with credentials"
    assert judged(null_origin_refused, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(null_origin_refused, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(null_origin_refused, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
