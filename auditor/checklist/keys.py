"""Keys and tokens: the mistakes that would send a secret where only a public key belongs."""

from __future__ import annotations

import base64
import json
import re

from auditor.checklist.values import Wrong

_UNFIT = re.compile(r"[^\x21-\x7e]")


def token(value: str) -> str:
    """A token that can stand in an HTTP header."""
    if re.match(r"bearer\s", value, re.IGNORECASE):
        raise Wrong('begins with "Bearer"', "give the token alone; the audit writes the header")
    if not value:
        raise Wrong("is empty", "give the token, or leave the key out")
    if _UNFIT.search(value):
        raise Wrong("holds white space or a character outside ASCII", "give the token alone, without a line end")
    return value


def anon_key(value: str) -> str:
    """The public key, which the audit sends as a browser would."""
    if value.startswith("sb_secret_") or _role(value) == "service_role":
        raise Wrong("is a service key, and the audit would send it", "give the anon (publishable) key here")
    return token(value)


def service_key(value: str) -> str:
    """The secret key, which the audit only looks for."""
    if value.startswith("sb_publishable_") or _role(value) == "anon":
        raise Wrong("is the public key, which is no leak in a browser", "give the service_role (secret) key here")
    return token(value)


def _role(value: str) -> object:
    """The role that a JWT claims; None when it is no JWT."""
    parts = value.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return claims.get("role") if isinstance(claims, dict) else None
