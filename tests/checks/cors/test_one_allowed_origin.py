from __future__ import annotations

from checks.cors.one_allowed_origin import one_allowed_origin
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    def answering(question):
        return {"allow_origin": (APP, "*")}

    said = "answers with several values of Access-Control-Allow-Origin: browsers refuse them all"
    assert judged(one_allowed_origin, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(one_allowed_origin, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(one_allowed_origin, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
