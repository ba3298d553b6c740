"""Recognises in logs what the scanner of secrets has no reason to: bearer tokens, and passwords in statements."""

from __future__ import annotations

import base64
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
_API_KEY = re.compile(
    rb"\b(x-api-key|api-key|x-auth-token|x-access-token)[\\\"']{0,4}\s{0,3}[:=,]\s{0,3}[\\\"'(b\[]{0,6}([A-Za-z0-9._~+/=-]{16,8192})",
    re.IGNORECASE,
)
_COOKIES = re.compile(rb"(?<![a-z-])(?:set-)?cookie[\\\"']{0,4}\s{0,3}[:=,]\s{0,3}([^\r\n]{8,4000})", re.IGNORECASE)
_SESSION = re.compile(
    rb"(?<![\w.-])((?:__secure-|__host-)?(?:sb-[a-z0-9]{6,40}-auth-token[^=\s;]{0,4}|(?:next-auth\.|authjs\.)session-token"
    rb"|session(?:_?id)?|sid|connect\.sid|jsessionid|phpsessid|access_token|refresh_token|auth_token|jwt))"
    rb"=([A-Za-z0-9%._+/-]{16})",
    re.IGNORECASE,
)
"""A cookie that logs its bearer in; the first characters of its value."""
_QUERY = re.compile(
    rb"[?&](access_token|refresh_token|id_token|token|auth_token|reset_token|api_?key|client_secret|secret|jwt"
    rb"|passw(?:or)?d|pwd)=([^\s&\"'#;<>\\]{6,8192})",
    re.IGNORECASE,
)
"""A parameter of a URL (CWE-598): access logs keep it, and so does every proxy."""
_CONNECTION = re.compile(rb"(?<![?&\w])password=([^\s'\"&;,()\\]{4,200})", re.IGNORECASE)
_OF_CONNECTION = re.compile(rb"\b(?:host|hostaddr|dbname|user)=\S")
"""Other words of a connection string of libpq, as statements of dblink and of subscriptions have it."""
_ROLE = re.compile(rb"\b(?:create|alter)\s{1,9}(?:role|user|group)\s", re.IGNORECASE)
_CLAUSE = re.compile(
    rb"(?:\b|\\[nrt])password\s{1,9}(?:E?'((?:[^'\n]|''){1,200})'|\$\w{0,20}\$([^\n$]{1,200})\$)", re.IGNORECASE
)
"""PostgreSQL logs CREATE ROLE as it came, lines of its own included; pgaudit takes the password out."""
_STATEMENT = 600
"""Bytes of a statement in which its password stands."""
_STATEMENT_ENDS = re.compile(rb";|\n(?=[0-9\[<{])|\b(?:create|alter)\s{1,9}(?:role|user|group)\s", re.IGNORECASE)
"""A line that begins with a time or a bracket is one of its own."""
_CRYPT = re.compile(rb"\bcrypt\(\s{0,9}E?'((?:[^'\n]|''){1,200})'\s{0,9},", re.IGNORECASE)
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
    for one in _own(data, place):
        if one.line not in known:
            known.add(one.line)
            found.append(one)
    return found


def _is_session(one: Sighting) -> bool:
    """Whether it is a token that somebody has signed in with: elsewhere unclear, in a log whoever reads it has it."""
    return one.rule.startswith("jwt") and one.nature is Nature.UNCLEAR


def _own(data: bytes, place: str) -> Iterator[Sighting]:
    for match in islice(_HEADER.finditer(data), _MOST):
        kind, value = match[1].decode().lower(), match[2]
        if (_DIGIT.search(value) or _is_basic(kind, value)) and not _MASKED.search(value):
            yield _sighting(data, match.start(2), place, "authorization", f"{kind} credential of a request", value)
    for match in islice(_API_KEY.finditer(data), _MOST):
        if _is_key(match[2]):
            yield _sighting(data, match.start(2), place, "api-key", "API key in a header of a request", match[2])
    for match in islice(_COOKIES.finditer(data), _MOST):
        cookie = _SESSION.search(match[1])
        if cookie and not _MASKED.search(cookie[2]):
            whose = "session cookie of Supabase Auth" if cookie[1][:3].lower() == b"sb-" else "session cookie"
            yield _sighting(data, match.start(1) + cookie.start(1), place, "cookie", whose, cookie[1])
    yield from _of_urls(data, place)
    yield from _of_statements(data, place)


def _of_urls(data: bytes, place: str) -> Iterator[Sighting]:
    for match in islice(_QUERY.finditer(data), _MOST):
        name, value = match[1].decode().lower(), match[2]
        password = name.startswith("p")
        if _is_password(value) if password else _is_key(value):
            yield _sighting(data, match.start(2), place, "url-parameter", f"{name} in the URL of a request", value)


def _of_statements(data: bytes, place: str) -> Iterator[Sighting]:
    yield from islice(_of_roles(data, place), _MOST)
    for match in islice(_CONNECTION.finditer(data), _MOST):
        begin, end = data.rfind(b"\n", 0, match.start()) + 1, data.find(b"\n", match.end())
        around = data[max(begin, match.start() - 500) : min(end if end >= 0 else len(data), match.end() + 500)]
        if _is_password(match[1]) and _OF_CONNECTION.search(around):
            yield _sighting(data, match.start(1), place, "connection", "password in a connection string", match[1])
    for match in islice(_CRYPT.finditer(data), _MOST):
        if not _MASKED.search(match[1]):
            yield _sighting(data, match.start(1), place, "crypt", "password in a call of crypt()", match[1])


def _of_roles(data: bytes, place: str) -> Iterator[Sighting]:
    for start in _ROLE.finditer(data):
        until = start.end() + _STATEMENT
        ends = _STATEMENT_ENDS.search(data, start.end(), until)
        match = _CLAUSE.search(data, start.end(), ends.start() if ends else until)
        if match is None:
            continue
        group = 1 if match[1] is not None else 2
        if not _VERIFIER.match(match[group]) and not _MASKED.search(match[group]):
            kind = "password in CREATE or ALTER ROLE"
            yield _sighting(data, match.start(group), place, "password-clause", kind, match[group])


def _is_basic(kind: str, value: bytes) -> bool:
    """Whether it is a name and a password (RFC 7617), which need no digit."""
    if kind != "basic":
        return False
    try:
        return b":" in base64.b64decode(value, validate=True)
    except ValueError:
        return False


def _is_key(value: bytes) -> bool:
    """Whether it looks made by a machine. Tokens whose text tells what they are the scanner judges."""
    known = value.startswith((b"eyJ", b"sb_publishable_"))
    return len(value) >= 16 and not known and bool(_DIGIT.search(value)) and not _MASKED.search(value)


def _is_password(value: bytes) -> bool:
    """Whether it is no word, such as ``required``, and no placeholder."""
    plain = value.isalpha() and value.islower()
    return (
        not plain and not value.startswith((b"$", b"%s", b"%(", b"{", b"[", b"<", b"%5B")) and not _MASKED.search(value)
    )


def _sighting(data: bytes, at: int, place: str, rule: str, kind: str, value: bytes) -> Sighting:
    begin = data.rfind(b"\n", 0, at) + 1
    column = len(data[begin:at].decode("utf-8", "replace")) + 1
    return Sighting(
        place, data.count(b"\n", 0, at) + 1, column, rule, kind, len(value.decode("utf-8", "replace")), Severity.HIGH
    )
