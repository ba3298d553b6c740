"""Secrets made at run time: none of them is, or ever was, one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import string

from auditor.probes.secrets.checksums import crc_base62

WORD = string.ascii_letters + string.digits
_RANDOM = random.Random(20251125)


def text(length: int, of: str = WORD) -> str:
    return "".join(_RANDOM.choice(of) for _ in range(length))


def part(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).rstrip(b"=").decode()


def jwt(claims: object, *, key: str | bytes | None = None, algorithm: str = "HS256") -> str:
    """Signed with the key; without one, with random bytes."""
    signed = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(
        algorithm.upper(), hashlib.sha256
    )
    secret = key if isinstance(key, bytes) else (text(40) if key is None else key).encode()
    raw = hmac.digest(secret, signed.encode(), digest)
    return f"{signed}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def supabase(role: str, **more: object) -> dict[str, object]:
    return {
        "iss": "supabase",
        "ref": "abcdefghijklmnopqrst",
        "role": role,
        "iat": 1700000000,
        "exp": 2015000000,
        **more,
    }


def github() -> str:
    body = text(30)
    return "gh" + "p_" + body + crc_base62(body.encode()).decode()


def aws_id() -> str:
    return "AK" + "IA" + text(16, string.ascii_uppercase + "234567")


def pem(kind: str = "") -> str:
    lines = "\n".join(text(64, WORD + "+/") for _ in range(6))
    return f"-----BEGIN {kind}PRIVATE" + f" KEY-----\n{lines}\n-----END {kind}PRIVATE" + " KEY-----\n"


SERVICE = jwt(supabase("service_role"))
ANON = jwt(supabase("anon"))
SECRET_KEY = "sb_" + "secret_" + text(22, WORD + "_-") + "x_" + text(8)
GITHUB = github()
DATABASE_PASSWORD = text(18)
DATABASE_URL = "postgres" + f"ql://app:{DATABASE_PASSWORD}@db.acme-prod.io:5432/app"
PEM = pem()
