"""JSON Web Tokens (RFC 7519): whose they are, and whether everybody can sign another."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from auditor.facts.sightings import Nature
from auditor.model import Severity
from auditor.probes.secrets.escapes import unescaped
from auditor.probes.secrets.found import Detector, Found, Look
from auditor.probes.secrets.weak import signing_secret_is_known

LONGEST = 16_000
_TOKEN = re.compile(rb"(eyJ[A-Za-z0-9_-]{13,1024})\.(eyJ[A-Za-z0-9_-]{4,12000}|e30)\.([A-Za-z0-9_-]{0,2048})")
_ESCAPED_DOT = re.compile(rb"[\\%&]")
_PRIVILEGED = ("service_role", "supabase_admin")
_ROTATE = "https://supabase.com/dashboard/project/_/settings/jwt"


def jwts(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each JWT starts, its length and its middle part."""
    data = text.encode("latin-1", "replace")  # one byte a character: places stay what they are
    end = 0
    for start in (match.start() for match in re.finditer(rb"eyJ", data)):
        if start >= end and (match := _TOKEN.match(data, start)):
            yield start, len(match[0]), match[2].decode("ascii")
            end = match.end()


def jwt_role(payload: str) -> str:
    """The ``role`` claim of a JWT's middle part; empty when there is none."""
    role = (_decoded(payload.encode("ascii", "replace")) or {}).get("role")
    return role if isinstance(role, str) else ""


def detector() -> Detector:
    """What finds them."""
    return Detector((Look(b"eyJ", rb"eyJ[A-Za-z0-9_-]{13}", 16, within=16),), _confirm)


def _confirm(data: bytes, at: int) -> Iterator[Found]:
    match = _TOKEN.match(data, at, at + LONGEST)
    if match:
        yield from _judged(match, at, match.end(), "")
        return
    header = _BASE64URL.match(data, at)
    if header and _ESCAPED_DOT.match(data, header.end()):
        plain, origin = unescaped(data[at : at + LONGEST])
        if match := _TOKEN.match(plain):
            yield from _judged(match, at, at + origin(match.end()), "escaped")


_BASE64URL = re.compile(rb"[A-Za-z0-9_-]{1,1024}")


@dataclass(frozen=True, slots=True)
class _Verdict:
    kind: str
    severity: Severity
    nature: Nature
    why: str = ""


def _judged(match: re.Match[bytes], start: int, end: int, written: str) -> Iterator[Found]:
    header, claims = _decoded(match[1]), _decoded(match[2])
    if header is None or claims is None or not isinstance(header.get("alg"), str):
        return
    algorithm, signature = str(header["alg"]), match[3]
    if algorithm.lower() != "none" and not signature:
        return
    verdict = _verdict(claims, algorithm)
    supabase = verdict.kind.startswith("Supabase")
    yield Found(
        start, end, match[0], "jwt", verdict.kind, verdict.severity, verdict.nature,
        written=written, why=verdict.why, rotate=_ROTATE if supabase else "", rank=5,
    )  # fmt: skip


def is_forgeable(token: bytes) -> bool:
    """Whether a secret that everybody knows signed a token. Takes a millisecond: there are hundreds of them."""
    signed, _, signature = token.rpartition(b".")
    header, _, payload = signed.partition(b".")
    algorithm = (_decoded(header) or {}).get("alg")
    if not isinstance(algorithm, str) or _is_sample(_decoded(payload) or {}):
        return False
    return signing_secret_is_known(signed, _bytes(signature) or b"", algorithm)


def as_forgeable(one: Found) -> Found:
    """The finding of a token that anybody can make."""
    return replace(
        one,
        rule="jwt-forgeable",
        kind="JWT that anybody can sign" if one.kind == "JWT" else one.kind,
        severity=Severity.CRITICAL,
        nature=Nature.SECRET,
        why="signed with a secret that everybody knows: anybody can make such a token for any role",
        rotate=_ROTATE,
    )


def _verdict(claims: dict[str, Any], algorithm: str) -> _Verdict:
    role = claims.get("role")
    if _is_sample(claims):
        return _Verdict("sample JWT of jwt.io", Severity.INFO, Nature.PUBLIC, "stands in documentation")
    if role in _PRIVILEGED:
        return _Verdict(f"Supabase {role} key", Severity.CRITICAL, Nature.SECRET, "its role passes row level security")
    if role == "anon":
        return _Verdict("Supabase anon key", Severity.INFO, Nature.PUBLIC, "made to be public")
    if algorithm.lower() == "none":
        return _Verdict("JWT without a signature", Severity.MEDIUM, Nature.UNCLEAR, "its algorithm is none")
    return _Verdict("JWT", Severity.MEDIUM, Nature.UNCLEAR, "what it allows, its issuer knows")


def _is_sample(claims: dict[str, Any]) -> bool:
    return claims.get("sub") == "1234567890" and "role" not in claims


def _bytes(part: bytes) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (ValueError, binascii.Error):
        return None


def _decoded(part: bytes) -> dict[str, Any] | None:
    raw = _bytes(part)
    if raw is None:
        return None
    try:
        decoded = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None
