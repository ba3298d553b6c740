from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.rate_limit_headers import Advertised
from checks.rate_limiting.announced_limits_enforced import announced_limits_enforced
from tests.checks.rate_limiting.samples import (
    LIMITED,
    UNLIMITED,
    bursts,
    outcomes,
)


@pytest.mark.parametrize(
    ("burst", "said", "outcome"),
    [
        (LIMITED, (), "not-applicable"),
        (LIMITED, (Advertised("RateLimit", None, 3),), "not-applicable"),
        (LIMITED, (Advertised("RateLimit", 100, 99, 60.0),), "pass"),
        (UNLIMITED, (Advertised("RateLimit", 100, 99, 60.0),), "fail"),
        (replace(UNLIMITED, accepted=150), (Advertised("RateLimit", 100, 99, 60.0),), "fail"),
        (UNLIMITED, (Advertised("RateLimit", 100, 99, 1.0),), "error"),
        (UNLIMITED, (Advertised("RateLimit", 1000, 999),), "error"),
        (UNLIMITED, (Advertised("RateLimit", 0, 0, 0.0),), "fail"),
    ],
)
def test_announced_limits_enforced(burst, said, outcome):
    assert outcomes(announced_limits_enforced(bursts(replace(burst, advertised=said)))) == outcome
