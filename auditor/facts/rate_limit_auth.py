"""What Supabase Auth limits, by its own settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.facts.policy import Rate
from auditor.model import Gap

DEFAULTS = {
    "anonymous_users": Rate(30, 3600.0),
    "email_sent": Rate(30, 3600.0),
    "sms_sent": Rate(30, 3600.0),
    "verify": Rate(30, 300.0),
    "token_refresh": Rate(150, 300.0),
    "otp": Rate(30, 300.0),
    "web3": Rate(30, 300.0),
}
"""What ``rate_limit_*`` is unless it is changed: https://supabase.com/docs/guides/auth/rate-limits."""


@dataclass(frozen=True, slots=True)
class AuthLimit:
    """One limit."""

    name: str
    """As in ``rate_limit_NAME``."""
    count: int
    """Requests in the period of its default."""


@dataclass(frozen=True, slots=True)
class AuthLimits:
    """The limits of Supabase Auth: read, not tried, because attempts to log in pollute its audit log."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`supabase.project_ref` and `supabase.access_token` of the environment",
        "one GET request to the Management API; without a token, nothing is asked",
    )

    asked: bool
    """False: the checklist holds no token."""
    limits: tuple[AuthLimit, ...] = ()
    captcha: bool | None = None
    """Whether signing in takes a captcha; None: not told."""
    gaps: tuple[Gap, ...] = ()
