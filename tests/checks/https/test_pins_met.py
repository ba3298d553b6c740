from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.https.pins_met import pins_met
from tests.checks.chains import API, GOOD, LEAF, PLAIN, R11, seen

PIN = "e" * 64
APP = replace(GOOD, subject="https://app.example.com")


def judge(*chains, **options):
    return list(pins_met(seen(*chains, **options)))


@pytest.mark.parametrize("one", [LEAF, R11], ids=lambda one: one.subject)
@pytest.mark.parametrize("form", ["sha256", "spki_sha256"])
def test_met(one, form):
    pin = getattr(one, form)
    text = f'it is of "{one.subject}", served by {API}'
    expected = passed(pin, text, confidence=Confidence.PROVEN, origins=[API, "https://app.example.com"])
    assert judge(GOOD, APP, pins=(pin,)) == [expected]


def test_not_met():
    text = "no origin serves a certificate that it is of"
    expected = failed(PIN, text, confidence=Confidence.PROVEN, served_sha256=["1" * 64])
    assert judge(GOOD, APP, PLAIN, pins=(PIN,)) == [expected]


def test_each_pin_is_told():
    assert [f.outcome for f in judge(GOOD, pins=(PIN, LEAF.sha256))] == ["fail", "pass"]


def test_somebody_could_not_be_looked_at():
    gaps = (Gap("https://app.example.com", "connection refused"), Gap("frontend", "absent", absent=True))
    text = "not met, and https://app.example.com could not be looked at"
    assert judge(GOOD, pins=(PIN,), gaps=gaps) == [unproven(PIN, text)]


def test_a_surface_that_is_absent_excuses_nothing():
    assert [f.outcome for f in judge(GOOD, pins=(PIN,), gaps=(Gap("frontend", "absent", absent=True),))] == ["fail"]


def test_nothing_pinned():
    assert judge(GOOD) == [not_applicable("the checklist pins no certificate")]
