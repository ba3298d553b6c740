from __future__ import annotations

from checks.cors.localhost_matched_exactly import localhost_matched_exactly
from tests.checks.cors.made import APP, judged, letting, matching


def test_fails():
    answering = matching(lambda origin: origin == APP or origin.startswith("http://localhost"))
    said = "lets what begins like localhost in, such as http://localhost.a1b2c3d4.invalid, with credentials"
    assert judged(localhost_matched_exactly, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(localhost_matched_exactly, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(localhost_matched_exactly, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
