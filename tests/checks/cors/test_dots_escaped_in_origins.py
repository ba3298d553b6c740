from __future__ import annotations

from checks.cors.dots_escaped_in_origins import dots_escaped_in_origins
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    answering = letting(APP, "https://appxexample.com")
    said = "takes any letter for a dot: lets https://appxexample.com in, with credentials"
    assert judged(dots_escaped_in_origins, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(dots_escaped_in_origins, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(dots_escaped_in_origins, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
