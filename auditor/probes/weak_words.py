"""Says whether a value protects nothing: published defaults, words that everybody tries, patterns, signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from itertools import pairwise
from typing import Any

from auditor.facts.weak_values import Weakness

Verdict = tuple[Weakness, str]
FINE: Verdict = (Weakness.NONE, "")

_PUBLISHED_WORDS = (
    ("Supabase's default JWT secret", "super-secret-jwt-token-with-at-least-32-characters-long"),
    ("Supabase's self-hosting example", "your-super-secret-jwt-token-with-at-least-32-characters-long"),
    ("Supabase's self-hosting example", "your-super-secret-and-long-postgres-password"),
    ("Supabase's self-hosting example", "this_password_is_insecure_and_should_be_updated"),
    ("Supabase's self-hosting example", "your-super-secret-and-long-logflare-key"),
    ("Supabase's self-hosting example", "your-super-secret-and-long-logflare-key-public"),
    ("Supabase's self-hosting example", "your-super-secret-and-long-logflare-key-private"),
    ("Supabase's self-hosting example", "your-encryption-key-32-chars-min"),
    ("PostgREST's tutorial", "reallyreallyreallyreallyverysafe"),
    ("jwt.io's sample", "your-256-bit-secret"),
    ("jwt.io's sample", "your-384-bit-secret"),
    ("jwt.io's sample", "your-512-bit-secret"),
    ("jwt.io's sample", "a-string-secret-at-least-256-bits-long"),
    ("MinIO's default", "minioadmin"),
    ("MinIO's default", "minio123"),
    ("RabbitMQ's default", "guest"),
    ("the FastAPI template's default", "changethis"),
    ("Strapi's example", "tobemodified"),
    (
        "the key of Azure's storage emulator",
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6t" + "q/K1SZFPTOtr/KBHBeksoGMGw==",
    ),
    ("the PostgreSQL image's documentation", "mysecretpassword"),
    ("the MySQL image's documentation", "my-secret-pw"),
    ("Hasura's example", "myadminsecretkey"),
    ("express-session's example", "keyboard cat"),
)
_HALVES = (
    # in two parts, so that no scanner takes this file for a leak
    ("FastAPI's tutorial", "09d25e094faa6ca2556c818166b7a956" + "3b93f7099f6f0f4caa6cf63b88e8d3e7"),
    ("Supabase's self-hosting example", "UpNVntn3cDxHJpq99YMc1T1AQgQpc8kf" + "YTuRgBiYa15BLrx8etQoXz3gZv1/u2oq"),
    ("Supabase's self-hosting example", "850181e4652dd023b7a98c58ae0d2d34" + "bd487ee0cc3254aed6eda37307425907"),
    ("Supabase's self-hosting example", "625729a08b95bf1b" + "7ff351a663f3a23c"),
)
_DEFAULTS = {word: whose for whose, word in (*_PUBLISHED_WORDS, *_HALVES)}
_DEFAULT_STARTS = (
    ("Django's generated key for development", "django-insecure-"),
    ("the Supabase CLI's key, equal in every installation", "sb_" + "secret_N7UND0Ug"),
)
_COMMON = frozenset({
    "admin", "administrator", "root", "user", "test", "testing", "tester", "demo", "default", "dev",
    "development", "local", "localhost", "prod", "production", "password", "passwd", "passw0rd", "pass", "pwd",
    "secret", "secrets", "mysecret", "supersecret", "topsecret", "verysecret", "secretkey", "mysecretkey",
    "jwtsecret", "jwtsecretkey", "myjwtsecret", "nextauthsecret", "authsecret", "sessionsecret", "cookiesecret",
    "appsecret", "apisecret", "token", "key", "postgres", "postgresql", "pgpassword", "mysql", "mariadb", "mongo",
    "mongodb", "redis", "rabbitmq", "guest", "grafana", "prometheus", "minio", "minioadmin", "supabase",
    "fastapi", "nextjs", "django", "flask", "letmein", "welcome", "qwerty", "qwertyuiop", "abc", "abcd", "abcdef",
    "iloveyou", "monkey", "dragon", "foo", "bar", "foobar", "hello", "helloworld", "example", "sample", "temp",
    "temporary", "none", "null", "undefined", "empty", "private", "insecure", "unsafe", "dummy", "thisisasecret",
    "thisismysecret", "mypassword", "mydbpassword", "dbpassword", "databasepassword", "docker", "app", "appuser",
    "myapp", "service",
})  # fmt: skip
_SAMPLE = re.compile(
    r"change[-_ ]?(?:me|this|it)|please[-_ ]?change|(?:^|[-_ ])replace[-_ ]?(?:me|this|with)|^(?:your|my|some|an?)[-_ ].*"  # noqa: E501
    r"(?:secret|key|password|token)|(?:secret|key|password|token)[-_ ]?here$|^insert[-_ ]|to[-_ ]?be[-_ ]?(?:changed|modified)"  # noqa: E501
    r"|super[-_ ]?secret|do[-_ ]?not[-_ ]?use|not[-_ ]?for[-_ ]?production|for[-_ ]?development[-_ ]?only|insecure",
    re.IGNORECASE,
)
_SIGNING = re.compile(
    r"JWT_?(?:SECRET|SIGNING|PRIVATE|KEY)|^(?:(?:DJANGO|FLASK|FASTAPI|APP|APPLICATION|AUTH|SESSION|API|BACKEND|SERVER|ACCESS|REFRESH|RESET|PASSWORD|VERIFICATION|TOKEN|RAILS|LIVE)_)*SECRET_?KEY(?:_BASE)?$|(?:NEXT)?AUTH_?SECRET|SESSION_?(?:SECRET|KEY)|SIGNING_?(?:KEY|SECRET)"
    r"|COOKIE_?SECRET|^APP_?SECRET$|^SECRET$",
    re.IGNORECASE,
)
_OTHERS_KEYS = re.compile(
    r"STRIPE|AWS|GOOGLE|GITHUB|GITLAB|TWILIO|S3_|CAPTCHA|TURNSTILE|OAUTH|CLIENT|WEBHOOK", re.IGNORECASE
)
_SIGNING_SECRETS = (
    *(word for word in _DEFAULTS if len(word) > 5),
    "secret", "changeme", "changethis", "password", "supersecret", "secretkey", "secret_key", "mysecret", "my-secret",
    "jwt_secret", "jwt-secret", "test", "your-secret-key", "your_secret_key", "shhhhh",
     "12345678901234567890123456789012",
)  # fmt: skip
_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_KEYBOARD = "01234567890123456789 abcdefghijklmnopqrstuvwxyz qwertyuiopasdfghjklzxcvbnm 9876543210"
SHORTEST_SIGNING, SHORTEST_PASSWORD = 32, 8
"""Bytes for HS256 (RFC 7518, section 3.2), and characters of a password (NIST SP 800-63B, section 3.1.1.2)."""


def judge(name: str, value: str, user: str = "") -> Verdict:
    """Whether a value protects nothing, and why.

    Args:
        name: the variable that holds it: signing secrets have to be longer than passwords.
        value: as it is used.
        user: whose password it is, where that is known.
    """
    value = value.strip()[:4096]
    if claims := jwt(value):
        return _token(*claims)
    if whose := _DEFAULTS.get(value) or next((who for who, start in _DEFAULT_STARTS if value.startswith(start)), ""):
        return Weakness.DEFAULT, whose
    if user and value.lower() == user.lower():
        return Weakness.USER, ""
    if _is_common(value):
        return Weakness.COMMON, ""
    if _SAMPLE.search(value[:200]):
        return Weakness.SAMPLE, ""
    if _is_pattern(value):
        return Weakness.REPEATED, ""
    return _length(name, value)


def _length(name: str, value: str) -> Verdict:
    if _SIGNING.search(name) and not _OTHERS_KEYS.search(name):
        size = len(value.encode("utf-8", "surrogateescape"))
        if size < SHORTEST_SIGNING:
            return Weakness.SHORT, f"{size} bytes; HS256 wants {SHORTEST_SIGNING} (RFC 7518, section 3.2)"
    elif re.search(r"PASS|PWD", name, re.IGNORECASE) and len(value) < SHORTEST_PASSWORD:
        return Weakness.SHORT, f"{len(value)} characters; {SHORTEST_PASSWORD} are the least (NIST SP 800-63B)"
    return FINE


def _is_common(value: str) -> bool:
    word = re.sub(r"[\W_]", "", value.lower())
    return word in _COMMON or word.rstrip("0123456789") in _COMMON or (len(word) <= 10 and word.isdigit())


def _is_pattern(value: str) -> bool:
    """One to four characters over and over, or a stretch of the alphabet or of the keyboard."""
    if len(value) < 4:
        return False
    if any(value == (value[:size] * len(value))[: len(value)] for size in range(1, min(4, len(value) // 2) + 1)):
        return True
    lower = value.lower()
    # `abcdefghijklmnopqrstuvwxyz123456` is three stretches, and no secret
    steps = sum(ord(b) - ord(a) in (0, 1, -1) for a, b in pairwise(lower))
    return lower in _KEYBOARD or steps >= 0.8 * (len(lower) - 1)


def jwt(value: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes] | None:
    """Header, claims, signed part and signature of a token; None when the value is none."""
    parts = value.split(".")
    if len(parts) != 3 or not value.startswith("ey") or len(value) > 8192:
        return None
    try:
        header, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        decoded = [json.loads(part) for part in (header, claims)]
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(part, dict) for part in decoded):
        return None
    return decoded[0], decoded[1], ".".join(parts[:2]).encode(), signature


def _token(header: dict[str, Any], claims: dict[str, Any], signed: bytes, signature: bytes) -> Verdict:
    algorithm = str(header.get("alg"))
    if algorithm.lower() == "none" or not signature:
        return Weakness.FORGEABLE, "it is not signed at all"
    if claims.get("iss") == "supabase-demo":
        return Weakness.DEFAULT, "Supabase's demo key"
    digest = _DIGESTS.get(algorithm)
    for secret in _SIGNING_SECRETS if digest else ():
        if hmac.compare_digest(hmac.digest(secret.encode(), signed, digest), signature):  # type: ignore[arg-type]
            return Weakness.FORGEABLE, _DEFAULTS.get(secret, "a common word")
    return FINE
