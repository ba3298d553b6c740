"""Recognises in logs what the scanner of secrets has no reason to: bearer tokens, and passwords in statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from auditor.facts.sightings import Nature, Sighting
from auditor.model import Severity
from auditor.probes.secrets.scanner import Scanner

_HEADER = re.compile(
    rb"authorization[\\\"']{0,4}\s{0,3}[:=,]\s{0,3}[\\\"'(b\[]{0,6}(bearer|basic|token)\s{1,3}([A-Za-z0-9._~+/=-]{12,8192})",
    re.IGNORECASE,
)
"""A header of a request, as dumps of headers write it (RFC 6750, RFC 7617)."""
_COOKIE = re.compile(
    rb"(?:^|[^a-z-])(?:set-)?cookie[\"']?\s{0,3}[:=]\s{0,3}[\"'b]{0,3}(sb-[a-z0-9]{6,40}-auth-token[^=\n]{0,4})=[A-Za-z0-9%._+/-]{16}",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    rb"\b(?:create|alter)\s{1,9}(?:role|user|group)\s[^\n;]{0,400}?\bpassword\s{1,9}E?'((?:[^'\n]|''){1,200})'",
    re.IGNORECASE,
)
"""PostgreSQL logs CREATE ROLE as it came; pgaudit takes the password out, log_statement does not."""
_VERIFIER = re.compile(rb"SCRAM-SHA-256\$|<REDACTED>$", re.IGNORECASE)
_MASKED = re.compile(rb"^[*x.-]+$|redact|filter|mask|hidden|example", re.IGNORECASE)
_MOST = 100
"""Of each kind, in one file."""
_DIGIT = re.compile(rb"[0-9]")


def sightings(scanner: Scanner, data: bytes, place: str) -> list[Sighting]:
    """Every secret in bytes of a log, and every token or password that a request or statement brought.

    Args:
        scanner: of secrets.
        data: whole lines.
        place: the file or command.
    """
    found = [one for one in scanner.scan(data, place) if one.nature is Nature.SECRET or _is_session(one)]
    known = {one.line for one in found}
    return found + [one for one in _own(data, place) if one.line not in known]


def _is_session(one: Sighting) -> bool:
    """Whether it is a token that somebody has signed in with: elsewhere unclear, in a log whoever reads it has it."""
    return one.rule.startswith("jwt") and one.nature is Nature.UNCLEAR


def _own(data: bytes, place: str) -> Iterator[Sighting]:
    for match in islice(_HEADER.finditer(data), _MOST):
        kind, value = match[1].decode().lower(), match[2]
        if _DIGIT.search(value) and not _MASKED.search(value):
            yield _sighting(data, match.start(2), place, "authorization", f"{kind} credential of a request", value)
    for match in islice(_COOKIE.finditer(data), _MOST):
        yield _sighting(data, match.start(1), place, "cookie", "session cookie of Supabase Auth", match[1])
    for match in islice(_CLAUSE.finditer(data), _MOST):
        value = match[1]
        if not _VERIFIER.match(value) and not _MASKED.search(value):
            yield _sighting(data, match.start(1), place, "password-clause", "password in CREATE or ALTER ROLE", value)


def _sighting(data: bytes, at: int, place: str, rule: str, kind: str, value: bytes) -> Sighting:
    begin = data.rfind(b"\n", 0, at) + 1
    column = len(data[begin:at].decode("utf-8", "replace")) + 1
    return Sighting(
        place, data.count(b"\n", 0, at) + 1, column, rule, kind, len(value.decode("utf-8", "replace")), Severity.HIGH
    )
