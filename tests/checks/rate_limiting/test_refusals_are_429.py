from __future__ import annotations

from dataclasses import replace

import pytest

from checks.rate_limiting.refusals_are_429 import refusals_are_429
from tests.checks.rate_limiting.samples import (
    HELD_BACK,
    LIMITED,
    SHARED,
    UNLIMITED,
    bursts,
    outcomes,
)


@pytest.mark.parametrize(
    ("burst", "outcome"),
    [
        (LIMITED, "pass"),
        (SHARED, "pass"),
        (replace(LIMITED, refused_status=423), "pass"),
        (replace(LIMITED, refused_status=503, signal="503"), "fail"),
        (replace(LIMITED, refused_status=200, signal="another body"), "fail"),
        (replace(LIMITED, refused_status=0, signal="closed connections"), "fail"),
        (UNLIMITED, "not-applicable"),
        (HELD_BACK, "not-applicable"),
    ],
)
def test_refusals_are_429(burst, outcome):
    assert outcomes(refusals_are_429(bursts(burst))) == outcome
