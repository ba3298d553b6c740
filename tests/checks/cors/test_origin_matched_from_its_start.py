from __future__ import annotations

from checks.cors.origin_matched_from_its_start import origin_matched_from_its_start
from tests.checks.cors.made import APP, judged, letting, matching


def test_fails():
    answering = matching(lambda origin: origin.endswith("example.com"))
    said = "compares the end of origins only: lets https://a1b2c3d4example.com in, with credentials"
    assert judged(origin_matched_from_its_start, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(origin_matched_from_its_start, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(origin_matched_from_its_start, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
