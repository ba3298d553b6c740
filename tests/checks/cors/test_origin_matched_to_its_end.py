from __future__ import annotations

from checks.cors.origin_matched_to_its_end import origin_matched_to_its_end
from tests.checks.cors.made import APP, judged, letting, matching


def test_fails():
    answering = matching(lambda origin: origin.startswith(APP))
    said = "compares the beginning of origins only: lets https://app.example.com.a1b2c3d4.invalid in, with credentials"
    assert judged(origin_matched_to_its_end, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(origin_matched_to_its_end, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(origin_matched_to_its_end, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
