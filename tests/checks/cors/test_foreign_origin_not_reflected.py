from __future__ import annotations

from checks.cors.foreign_origin_not_reflected import foreign_origin_not_reflected
from tests.checks.cors.made import APP, judged, letting, matching


def test_fails():
    answering = matching(lambda origin: True, credentials=False)
    said = "reflects any origin, such as https://a1b2c3d4.invalid, without credentials"
    assert judged(foreign_origin_not_reflected, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(foreign_origin_not_reflected, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(foreign_origin_not_reflected, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
