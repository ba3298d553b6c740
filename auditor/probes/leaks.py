"""Recognises server secrets in text that everybody can read."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from auditor.facts.bundle import Leak
from auditor.redact import Secret

_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.(eyJ[A-Za-z0-9_-]{8,})\.[A-Za-z0-9_-]*")
_PRIVILEGED = ("service_role", "supabase_admin")
_TOKENS: tuple[tuple[str, str, str], ...] = (
    ("Supabase secret key", "sb_secret_", r"[A-Za-z0-9_-]{20,}"),
    ("Supabase access token", "sbp_", r"[a-f0-9]{40}"),
    ("Stripe secret key", "sk_live_", r"[A-Za-z0-9]{16,}"),
    ("Stripe restricted key", "rk_live_", r"[A-Za-z0-9]{16,}"),
    ("Stripe webhook secret", "whsec_", r"[A-Za-z0-9+/=]{24,}"),
    ("GitHub token", "ghp_", r"[A-Za-z0-9]{36}"),
    ("GitHub token", "github_pat_", r"[A-Za-z0-9_]{40,}"),
    ("Anthropic key", "sk-ant-", r"[A-Za-z0-9_-]{20,}"),
    ("OpenAI key", "sk-proj-", r"[A-Za-z0-9_-]{20,}"),
    ("SendGrid key", "SG.", r"[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{40,45}"),
    ("private key", "-----BEGIN ", r"(?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----[\s\S]{64,}?-----END"),
)
_TOKEN = re.compile("|".join(rf"(?<![A-Za-z0-9_-]){re.escape(prefix)}{rest}" for _, prefix, rest in _TOKENS))
_DATABASE_URL = re.compile(
    r"(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?)://[^\s:/@'\"<>]+:([^\s/@'\"<>$]{4,})@[\w.-]+"
)


def find_leaks(url: str, text: str, secrets: Iterable[Secret] = ()) -> list[Leak]:
    """Every server secret in a served text.

    Args:
        url: where the text was served.
        text: all of it.
        secrets: values that must not be there, whatever their shape.
    """
    found: dict[int, Leak] = {}
    for leak, at in (*_exact(url, text, secrets), *_jwts(url, text), *_tokens(url, text), *_urls(url, text)):
        found.setdefault(at, leak)
    return [found[at] for at in sorted(found)]


def _leak(url: str, text: str, at: int, kind: str, length: int, prefix: str = "", *, exact: bool = False) -> Leak:
    line_start = text.rfind("\n", 0, at) + 1
    return Leak(url, text.count("\n", 0, at) + 1, at - line_start + 1, kind, length, prefix, exact)


def _exact(url: str, text: str, secrets: Iterable[Secret]) -> Iterator[tuple[Leak, int]]:
    for secret in secrets:
        value = secret.reveal()
        for form in {value, quote(value, safe=""), json.dumps(value)[1:-1]}:
            at = text.find(form)
            while at >= 0:
                yield _leak(url, text, at, secret.kind, len(value), exact=True), at
                at = text.find(form, at + len(form))


def _jwts(url: str, text: str) -> Iterator[tuple[Leak, int]]:
    for match in _JWT.finditer(text):
        role = jwt_role(match[1])
        if role in _PRIVILEGED:
            yield _leak(url, text, match.start(), f"Supabase {role} key", len(match[0])), match.start()


def jwt_role(payload: str) -> str:
    """The ``role`` claim of a JWT's middle part; empty when there is none."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return ""
    role = claims.get("role") if isinstance(claims, dict) else None
    return role if isinstance(role, str) else ""


def _tokens(url: str, text: str) -> Iterator[tuple[Leak, int]]:
    for match in _TOKEN.finditer(text):
        kind, prefix = next((kind, prefix) for kind, prefix, _ in _TOKENS if match[0].startswith(prefix))
        shown = "" if kind == "private key" else prefix
        yield _leak(url, text, match.start(), kind, len(match[0]), shown), match.start()


def _urls(url: str, text: str) -> Iterator[tuple[Leak, int]]:
    for match in _DATABASE_URL.finditer(text):
        yield _leak(url, text, match.start(1), "database password in a URL", len(match[1])), match.start(1)
