from __future__ import annotations

from checks.cors.preflight_refuses_foreign_origins import preflight_refuses_foreign_origins
from tests.checks.cors.made import APP, judged, letting, matching


def test_fails():
    def answering(question):
        return matching(lambda origin: bool(question.method) or origin == APP)(question)

    said = (
        "lets any origin in by its preflights, such as https://a1b2c3d4.invalid, as its answers do not"
        ", with credentials"
    )
    assert judged(preflight_refuses_foreign_origins, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(preflight_refuses_foreign_origins, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(preflight_refuses_foreign_origins, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
