"""Reads when keys were issued and when they end, from the keys themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from auditor.checklist.model import Environment
from auditor.facts.key_ages import KeyAge, KeyAges
from auditor.probes.weak_words import jwt
from auditor.redact import Secret
from auditor.registry import probe


@probe(deadline=5.0)
async def key_ages(environment: Environment) -> KeyAges:
    """The ages of the keys of the checklist. They are sent nowhere."""
    supabase = environment.supabase
    held: list[tuple[str, Secret | None]] = [("policy.cors.token", environment.cors_token)]
    if supabase:
        held += [("supabase.service_key", supabase.service_key), ("supabase.anon_key", supabase.anon_key)]
        held += [("supabase.access_token", supabase.access_token)]
    return KeyAges(datetime.now(UTC), tuple(_ages(held)))


def _ages(held: list[tuple[str, Secret | None]]) -> Iterator[KeyAge]:
    for place, secret in held:
        if secret:
            yield described(place, secret.reveal())


def described(place: str, value: str) -> KeyAge:
    """What a key says about its age."""
    if found := jwt(value):
        claims = found[1]
        legacy = claims.get("iss") in ("supabase", "supabase-demo") and "role" in claims and "sub" not in claims
        kind = f"Supabase {claims['role']} key"[:60] if legacy else "JWT"
        return KeyAge(place, kind, _moment(claims.get("iat")), _moment(claims.get("exp")), legacy)
    kinds = (("sb_" + "secret_", "Supabase secret key"), ("sb_publishable_", "Supabase publishable key"))
    return KeyAge(place, next((kind for start, kind in kinds if value.startswith(start)), "opaque token"))


def _moment(seconds: object) -> datetime | None:
    """RFC 7519, section 2: seconds since 1970, perhaps with a fraction."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
