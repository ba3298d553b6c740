from __future__ import annotations

from checks.cors.shared_hosting_refused import shared_hosting_refused
from tests.checks.cors.made import APP, judged, letting, matching


def test_fails():
    answering = matching(lambda origin: origin == APP or origin.endswith(".vercel.app"))
    said = "lets anybody's origin on a shared host in, such as https://a1b2c3d4.vercel.app, with credentials"
    assert judged(shared_hosting_refused, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(shared_hosting_refused, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(shared_hosting_refused, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
