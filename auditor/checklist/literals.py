"""Refuses a checklist that holds a secret: the file is committed, and everyone with the repository can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from auditor.checklist.lines import Key
from auditor.checklist.problems import Problems
from auditor.redact import secret_shape

LONGEST = 5000
"""Characters of one text; the search for secrets is not made for more."""

_REFERENCE = re.compile(r"(?<!\$)\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_ONLY_REFERENCES = re.compile(r"(?:\$\{[A-Za-z_][A-Za-z0-9_]*\})+")
_URL_USERINFO = re.compile(r"(?<=://)(?P<user>[^\s:/?#@]*):(?P<password>[^\s/?#]*)@")
_CONNECTION_PASSWORD = re.compile(r"(?:^|[\s?&])(?:ssl)?password\s*=\s*'?(?P<password>[^\s&']*)", re.IGNORECASE)
_PROSE = frozenset({"reason", "owner", "title", "en", "fr"})
_PROSE_KINDS = frozenset({"bearer token", "basic credentials", "named secret"})
"""Shapes that ordinary words have too, such as "Basic authentication"."""
_MUST_REFER = {"service_key": "service key", "access_token": "access token"}
_REMEDY = "put it in an environment variable and write ${NAME} here; if the file was shared, replace the secret"


def refuse(data: dict[str, Any], problems: Problems) -> None:
    """Note every secret that stands in the file itself, in whatever environment.

    Args:
        data: the file as read, with its references in place.
        problems: takes what is found; the keys are muted, so that no other message speaks of their values.
    """
    for key, text in strings(data):
        if len(text) > LONGEST:
            problems.add(key, "the text is too long for a checklist", f"the most is {LONGEST} characters")
            problems.mute(key)
        elif kind := kind_of(key, text):
            problems.add(key, f"the file itself holds a secret here: {kind}", _REMEDY)
            problems.mute(key)


def strings(value: Any, key: Key = ()) -> Iterator[tuple[Key, str]]:
    """Every text in the data, with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, (*key, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from strings(inner, (*key, position))


def kind_of(key: Key, text: str) -> str:
    """The kind of secret that a text of the file holds; empty when none."""
    if (kind := _credential_key(key)) and text and not _ONLY_REFERENCES.fullmatch(text):
        return secret_shape(text) or kind
    if _holds_password(key, text):
        return "password"
    # a password that is a reference, and the reference's name, must not look like secrets to the shapes
    harmless = _REFERENCE.sub("x", _URL_USERINFO.sub(r"\g<user>@", text))
    return _prose_kind(harmless) if key[-1] in _PROSE else secret_shape(harmless)


def _credential_key(key: Key) -> str:
    if key == ("policy", "cors", "token"):
        return "bearer token"
    if len(key) == 4 and key[0] == "env" and key[2] == "supabase":
        return _MUST_REFER.get(str(key[3]), "")
    return ""


def _holds_password(key: Key, text: str) -> bool:
    found = [m["password"] for m in _URL_USERINFO.finditer(text)]
    if key[0] == "env" and key[-1] in ("database", "auditor_database"):
        found += [m["password"] for m in _CONNECTION_PASSWORD.finditer(text)]
    return any(password and not _ONLY_REFERENCES.fullmatch(password) for password in found)


def _prose_kind(text: str) -> str:
    """Prose is judged word by word where a shape spans words."""
    kind = secret_shape(text)
    if kind not in _PROSE_KINDS:
        return kind
    if "PRIVATE KEY-----" in text:
        return "private key"
    return next(filter(None, map(secret_shape, text.split())), "")
