from __future__ import annotations

from checks.cors.origin_not_searched_in import origin_not_searched_in
from tests.checks.cors.made import APP, judged, letting, matching


def test_fails():
    answering = matching(lambda origin: "example.com" in origin)
    said = (
        "looks for its domain anywhere in an origin: lets https://a1b2c3d4example.com.a1b2c3d4.invalid in"
        ", with credentials"
    )
    assert judged(origin_not_searched_in, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(origin_not_searched_in, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(origin_not_searched_in, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
