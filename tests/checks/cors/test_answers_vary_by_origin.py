from __future__ import annotations

from checks.cors.answers_vary_by_origin import answers_vary_by_origin
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    answering = letting(APP, vary=())
    said = "answers origins differently, and does not say so with Vary: Origin"
    assert judged(answers_vary_by_origin, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(answers_vary_by_origin, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(answers_vary_by_origin, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
