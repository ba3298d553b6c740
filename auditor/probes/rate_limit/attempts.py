"""What is sent to endpoints that are not GET or HEAD: few attempts, by an account that cannot exist."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from auditor.errors import Unavailable
from auditor.facts.policy import Endpoint

BUDGET = 10
"""Requests in all: an attempt leaves traces, and may lock accounts (RFC 9110 section 9.2.1)."""
MISUNDERSTOOD = (400, 415, 422)
"""What an endpoint says that wants another shape."""
_LOGIN = re.compile(r"log-?in|sign-?in|token|auth|session|passw", re.IGNORECASE)
_SENDING = re.compile(
    r"sign-?up|regist|recover|reset|forgot|otp|magic|invite|verif|resend|subscri|newsletter|contact", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request's content."""

    headers: tuple[tuple[str, str], ...]
    content: bytes


def attempts(endpoint: Endpoint) -> tuple[Attempt, ...]:
    """The shapes to try, in order: JSON, then a form.

    Raises:
        Unavailable: the endpoint would make accounts or send mail.
    """
    if _SENDING.search(endpoint.path):
        raise Unavailable(
            "the audit sends nothing there: it could make accounts or send mail",
            "name the log-in, or a GET of the same limiter, in [policy.rate_limiting] endpoints",
        )
    if not _LOGIN.search(endpoint.path):
        return (Attempt((("Content-Type", "application/json"),), b"{}"),)
    account = f"audit-{secrets.token_hex(8)}@example.invalid"  # RFC 6761: nobody has it
    fields = {"email": account, "username": account, "password": secrets.token_urlsafe(12)}
    form = urlencode({"grant_type": "password", **fields}).encode()
    return (
        Attempt((("Content-Type", "application/json"),), json.dumps(fields).encode()),
        Attempt((("Content-Type", "application/x-www-form-urlencoded"),), form),
    )
