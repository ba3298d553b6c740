from __future__ import annotations

import pytest

from auditor.facts.rate_limit_auth import AuthLimit, AuthLimits
from checks.rate_limiting.auth_limits_kept import auth_limits_kept
from tests.checks.rate_limiting.samples import (
    outcomes,
)


class TestAuth:
    def test_without_a_token(self):
        assert outcomes(auth_limits_kept(AuthLimits(False))) == "not-applicable"

    def test_none(self):
        assert outcomes(auth_limits_kept(AuthLimits(True))) == "not-applicable"

    @pytest.mark.parametrize(("count", "outcome"), [(30, "pass"), (299, "pass"), (300, "fail"), (0, "error")])
    def test_each(self, count, outcome):
        [found] = auth_limits_kept(AuthLimits(True, (AuthLimit("verify", count),), True))
        assert (found.outcome, found.subject, found.evidence["captcha"]) == (outcome, "rate_limit_verify", True)
