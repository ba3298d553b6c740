from __future__ import annotations

from checks.cors.subdomains_not_all_trusted import subdomains_not_all_trusted
from tests.checks.cors.made import APP, judged, letting, matching


def test_fails():
    answering = matching(lambda origin: origin.startswith("https://") and origin.endswith(".example.com"))
    said = "lets every subdomain in, such as https://a1b2c3d4.example.com, with credentials"
    assert judged(subdomains_not_all_trusted, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(subdomains_not_all_trusted, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(subdomains_not_all_trusted, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
