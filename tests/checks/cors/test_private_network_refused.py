from __future__ import annotations

from checks.cors.private_network_refused import private_network_refused
from tests.checks.cors.made import APP, judged, letting


def test_fails():
    def answering(question):
        return letting(APP, **({"allow_private_network": ("true",)} if question.private_network else {}))(question)

    said = "lets pages of the internet into a private network"
    assert judged(private_network_refused, answering) == [("fail", "GET /api/me", said)]


def test_passes():
    ((outcome, subject, _),) = judged(private_network_refused, letting(APP))
    assert (outcome, subject) == ("pass", "GET /api/me")


def test_could_not_tell():
    ((outcome, _, message),) = judged(private_network_refused, lambda _: {"status": 503})
    assert (outcome, message) == (
        "error",
        "answers 503: what it would say to a foreign origin when it works, nobody can tell",
    )
