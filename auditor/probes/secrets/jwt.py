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

LONGEST = 24_000
RULES = frozenset({"jwt", "jwt-unsigned", "jwt-untried"})
"""What a token is before anybody tried to verify it."""
HASHED = {"HS256": 43, "HS384": 64, "HS512": 86}
"""Algorithms with a shared secret (RFC 7518, section 3.2), and how many characters their signatures have."""
_ASYMMETRIC = {
    name.upper(): name
    for name in (
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519",
        "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87",
    )
}  # fmt: skip
_UNKNOWN = "unknown"
_STARTS = (b"eyJ", b"eyAi", b"eyAg", b"ewog", b"ewoi", b"ewoJ", b"ew0K")
"""Base64 of ``{"``, and of a brace with the blanks and line ends that JSON may have behind it."""
_SHORTEST = 16
"""Characters of a header at least: ``{"alg":"none"}`` has 19."""
_TAIL = rb"[A-Za-z0-9_+\/\-]{%d}"
_START = re.compile(b"|".join(_STARTS))
_ASCII = rb"[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+\/_\-]"
"""Base64 of three bytes without their highest bit. Most of what looks like a beginning is none."""
_BEGINS = re.compile(rb"(?:%b){3}" % _ASCII)
_LONGEST_HEADER = 8_200
_TOKEN = re.compile(
    rb"(e[wy][A-Za-z0-9_+/-]{9,8190}+={0,2})\.(e[wy3][A-Za-z0-9_+/-]{1,12000}+={0,2})\.([A-Za-z0-9_-]{0,8192}+)"
)
_WIDE = re.compile(rb"[A-Za-z0-9_+/-]{0,8192}+")
"""A signature in base64 as it was before URLs. Only by its length is it told from a path behind it."""
_RUN = re.compile(rb"[A-Za-z0-9_.+/=-]{1,20000}+")
_ESCAPE = re.compile(rb"[\\%&]")
_PRIVILEGED = ("service_role", "supabase_admin")
_ROTATE = "https://supabase.com/dashboard/project/_/settings/jwt"


def jwts(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each JWT starts, its length and its middle part."""
    data = text.encode("latin-1", "replace")  # one byte a character: places stay what they are
    end = 0
    for start in (match.start() for match in _START.finditer(data)):
        if start >= end and (match := _TOKEN.match(data, start)):
            yield start, len(match[0]), match[2].decode("ascii")
            end = match.end()


def jwt_role(payload: str) -> str:
    """The ``role`` claim of a JWT's middle part; empty when there is none."""
    role = (_decoded(payload.encode("ascii", "replace")) or {}).get("role")
    return role if isinstance(role, str) else ""


def detector() -> Detector:
    """What finds them."""
    looks = (Look(start, start + _TAIL % (_SHORTEST - len(start)), _SHORTEST, within=_SHORTEST) for start in _STARTS)
    return Detector(tuple(looks), _confirm)


def _confirm(data: bytes, at: int) -> Iterator[Found]:
    if not _BEGINS.match(data, at) or not _may_be_one(data, at):
        return
    match = _TOKEN.match(data, at, at + LONGEST)
    token = _token(match) if match else None
    if not (token and token.whole):
        run = _RUN.match(data, at)
        if run and _ESCAPE.match(data, run.end()):
            plain, origin = unescaped(data[at : at + LONGEST])
            match = _TOKEN.match(plain)
            if match and (other := _token(match)) and (not token or other.end > token.end):
                yield _found(other, at, at + origin(other.end), "escaped")
                return
    if token:
        yield _found(token, at, token.end, "")


def _may_be_one(data: bytes, at: int) -> bool:
    """Whether the header ends where one may: of beginnings there may be millions, in runs that have no end."""
    return any(data.find(character, at, at + _LONGEST_HEADER) >= 0 for character in (b".", b"\\", b"%", b"&"))


@dataclass(frozen=True, slots=True)
class _Token:
    value: bytes
    end: int
    algorithm: str
    claims: dict[str, Any]
    whole: bool
    """Its signature is as long as the algorithm makes it."""


def _token(match: re.Match[bytes]) -> _Token | None:
    header, claims = _decoded(match[1]), _decoded(match[2])
    if header is None or claims is None or not isinstance(header.get("alg"), str):
        return None
    algorithm, end = _algorithm(header["alg"]), match.end()
    size = HASHED.get(algorithm, 0)
    if len(match[3]) < size and (wide := _WIDE.match(match.string, match.start(3))) and len(wide[0]) >= size:
        end = match.start(3) + size
    if algorithm != "none" and end == match.start(3):
        return None
    whole = not size or end - match.start(3) == size
    return _Token(match.string[match.start() : end], end, algorithm, claims, whole)


def _algorithm(said: str) -> str:
    """As the RFC writes it: some libraries do not look at capitals."""
    upper = said.upper()
    return "none" if upper == "NONE" else upper if upper in HASHED else _ASYMMETRIC.get(upper, _UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Verdict:
    kind: str
    severity: Severity
    nature: Nature
    why: str = ""


def _found(token: _Token, start: int, end: int, written: str) -> Found:
    verdict, sample = _verdict(token.claims), _is_sample(token.claims)
    one = Found(
        start, end, token.value, "jwt", verdict.kind, verdict.severity, verdict.nature,
        written=written, why=verdict.why, rotate=_ROTATE if verdict.kind.startswith("Supabase") else "", rank=5,
        algorithm="" if sample else token.algorithm,
    )  # fmt: skip
    if sample:
        return one
    if token.algorithm == "none":
        kind = "JWT without a signature" if one.kind == "JWT" else one.kind
        why = "its algorithm is none: where a server takes it, anybody can write another"
        return replace(one, rule="jwt-unsigned", kind=kind, why=why)
    return one if token.whole else as_untried(one, "its signature is not as long as its algorithm makes it")


def verifies(token: bytes) -> bool:
    """Whether a secret that everybody knows signed a token. Takes a millisecond: there are hundreds of them.

    Args:
        token: of a finding of the rule ``jwt``, or any other text.
    """
    match = _TOKEN.match(token)
    found = _token(match) if match else None
    if found is None or found.end != len(token) or _is_sample(found.claims):
        return False
    signed, _, signature = token.rpartition(b".")
    return signing_secret_is_known(signed, _bytes(signature) or b"", found.algorithm)


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


def as_untried(one: Found, why: str) -> Found:
    """The finding of a token whose signature could not be tried with the secrets that everybody knows."""
    return replace(one, rule="jwt-untried", why=f"{one.why}; {why}" if one.why else why)


def _verdict(claims: dict[str, Any]) -> _Verdict:
    role = claims.get("role")
    if _is_sample(claims):
        return _Verdict("sample JWT", Severity.INFO, Nature.PUBLIC, "stands in documentation")
    if role in _PRIVILEGED:
        return _Verdict(f"Supabase {role} key", Severity.CRITICAL, Nature.SECRET, "its role passes row level security")
    if role == "anon":
        return _Verdict("Supabase anon key", Severity.INFO, Nature.PUBLIC, "made to be public")
    return _Verdict("JWT", Severity.MEDIUM, Nature.UNCLEAR, "what it allows, its issuer knows")


def _is_sample(claims: dict[str, Any]) -> bool:
    """Whether it is the one of jwt.io, or of RFC 7519 (section 3.1): as it is there, without what a server asks for.

    A user whose number happens to be 1234567890 has an issuer, a role or an expiry besides.
    """
    if claims.get("sub") == "1234567890":
        return claims.keys() <= {"sub", "name", "iat", "admin"}
    return claims.get("iss") == "joe" and "http://example.com/is_root" in claims


def _bytes(part: bytes) -> bytes | None:
    part = part.rstrip(b"=")
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
