from __future__ import annotations

from checks.cors.origin_ends_with_its_host import origin_ends_with_its_host
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    answering = letting(APP, "https://app.example.com_.a1b2c3d4.invalid")
    said = "takes a sign for the end of the host: lets https://app.example.com_.a1b2c3d4.invalid in, with credentials"
    assert judged(origin_ends_with_its_host, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(origin_ends_with_its_host, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(origin_ends_with_its_host, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
