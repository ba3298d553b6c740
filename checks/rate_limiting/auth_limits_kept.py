"""Supabase Auth limits attempts."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.policy import Rate
from auditor.facts.rate_limit_auth import DEFAULTS, AuthLimit, AuthLimits
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_MUCH = 10
"""Times the default."""


@check("RATE004", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-307", "ASVS-5.0-6.3.1"))
def auth_limits_kept(auth: AuthLimits) -> Iterator[Finding]:
    """The limits of Supabase Auth are not raised far above what it starts with.

    They are read from the project's settings; attempts to log in would only fill its audit log. A limit ten times the
    default, or more, is far above it.

    ## Why it matters
    These limits are what stands between a stranger and guessing codes, filling the user table, and mail and SMS at your
    expense.

    ## How to fix it
    Dashboard, Authentication, Rate Limits: lower {subject}; for legitimate bulk work use the admin API instead.
    """
    if not auth.asked:
        yield not_applicable("the checklist holds no `supabase.access_token`: the limits of Auth were not read")
        return
    captcha: Evidence = {} if auth.captcha is None else {"captcha": auth.captcha}
    known = [one for one in auth.limits if one.name in DEFAULTS]
    for one in known:
        yield _judge(one, DEFAULTS[one.name], captcha)
    if not known:
        yield not_applicable("its settings name no limits")


def _judge(one: AuthLimit, default: Rate, captcha: Evidence) -> Finding:
    subject = f"rate_limit_{one.name}"
    limit = Rate(one.count, default.seconds)
    evidence: Evidence = {"limit": str(limit), "default": str(default), **captcha}
    if one.count <= 0:
        return unproven(subject, f"is {one.count}: whether that means none or no limit, is not documented", **evidence)
    if one.count >= default.count * _MUCH:
        return failed(subject, f"allows {limit}, the default is {default}", **evidence)
    return passed(subject, f"allows {limit}, the default is {default}", **evidence)
