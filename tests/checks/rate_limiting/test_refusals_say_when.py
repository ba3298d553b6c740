from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.rate_limit_headers import Advertised
from checks.rate_limiting.refusals_say_when import refusals_say_when
from tests.checks.rate_limiting.samples import (
    LIMITED,
    UNLIMITED,
    bursts,
    outcomes,
)


@pytest.mark.parametrize(
    ("burst", "outcome"),
    [
        (LIMITED, "pass"),
        (replace(LIMITED, retry_after="", retry_after_s=None), "fail"),
        (replace(LIMITED, retry_after="soon", retry_after_s=None), "fail"),
        (
            replace(
                LIMITED, retry_after="", retry_after_s=None, advertised=(Advertised("RateLimit", 100, 0, None, 60.0),)
            ),
            "pass",
        ),
        (replace(LIMITED, refused_status=0), "not-applicable"),
        (UNLIMITED, "not-applicable"),
    ],
)
def test_refusals_say_when(burst, outcome):
    assert outcomes(refusals_say_when(bursts(burst))) == outcome
