"""Keys are not older than the policy allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from auditor.facts.key_ages import KeyAge, KeyAges
from auditor.facts.policy import SecretsPolicy
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_LEGACY = (
    "a key of Supabase's first kind, which is retired by the end of 2026: change to sb_secret_ and sb_publishable_ keys"
)
_AHEAD = timedelta(minutes=5)


@check(
    "ENV015",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-324", "ASVS-5.0-13.3.4", "https://supabase.com/docs/guides/api/api-keys"),
)
def keys_rotated(ages: KeyAges, policy: SecretsPolicy) -> Iterator[Finding]:
    """No key that says how old it is has expired, or is older than `[policy.secrets] max_age`.

    Tokens say when they were issued (`iat`) and when they end (`exp`); opaque keys and passwords say nothing, and only
    their managers know. Supabase's first keys, tokens that live ten years, are retired by the end of 2026.

    ## Why it matters
    The older a key, the more people, logs and backups have seen it. One that has never been rotated cannot be rotated
    in an emergency: nobody knows what breaks.

    ## How to fix it
    1. Make a new key beside the old one (Supabase: Settings, API keys, a new secret key).
    2. Deploy it from the secrets manager, watch that the old one is no longer used, and revoke it.
    3. Write the day of the next rotation down where somebody sees it.
    """
    told = False
    for key in ages.keys:
        if key.issued_at or key.expires_at:
            told = True
            yield _judged(key, ages, policy)
    if not told:
        named = ", ".join(key.place for key in ages.keys)
        why = f"{named}: opaque, they do not say how old they are" if named else "the audit holds no key"
        yield not_applicable(f"{why}; ask the secrets manager for the day of the last rotation")


def _judged(key: KeyAge, ages: KeyAges, policy: SecretsPolicy) -> Finding:
    seen: Evidence = {
        "kind": key.kind,
        "issued_at": key.issued_at.isoformat() if key.issued_at else None,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "max_age_days": policy.max_age.days,
        "note": _LEGACY if key.legacy else "",
    }
    if key.expires_at and key.expires_at <= ages.looked_at:
        return failed(
            key.place, f"the {key.kind} expired on {key.expires_at:%Y-%m-%d}", confidence=Confidence.PROVEN, **seen
        )
    if key.issued_at is None:
        return not_applicable(f"the {key.kind} does not say when it was issued", key.place, **seen)
    age = ages.looked_at - key.issued_at
    if age < -_AHEAD:
        return failed(key.place, f"the {key.kind} says that it was issued in the future", **seen)
    days = max(0, age.days)
    if age > policy.max_age:
        message = f"the {key.kind} is {days} days old; the policy allows {policy.max_age.days}"
        return failed(key.place, message, confidence=Confidence.PROVEN, age_days=days, **seen)
    return passed(key.place, f"the {key.kind} is {days} days old", confidence=Confidence.PROVEN, age_days=days, **seen)
