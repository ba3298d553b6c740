"""Tells what an answer is made of: names of keys and numbers, and never a value.

Keys may be values too (a list of users by their address): only what looks like a name that a programmer gave is kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from auditor.probes.net.response import Response

_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,39}[0-9]{0,2}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}\.[A-Za-z][A-Za-z0-9.-]{1,100}")
_TOKEN = re.compile(
    r"eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{0,1000}|\$(?:2[aby]|argon2(?:id|i|d))\$.{20,200}"
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PERSONAL = frozenset({
    "birth", "birthday", "birthdate", "cpf", "dob", "email", "emails", "firstname", "forename", "iban", "lastname",
    "mobile", "passport", "phone", "phones", "salary", "siret", "ssn", "surname", "telephone",
})  # fmt: skip
"""Words that hardly stand for anything but persons: addresses and places are those of shops too."""
_CREDENTIAL = frozenset({
    "apikey", "bearer", "credential", "credentials", "cvv", "jwt", "otp", "passwd", "password", "pwd", "secret",
    "secrets", "token", "tokens", "totp",
})  # fmt: skip
_OTHERWISE = frozenset({"continuation", "csrf", "cursor", "max", "next", "page", "previous", "sync", "xsrf"})
"""Words beside ``token`` that make it another one."""
_PAIRS = (("first", "name"), ("last", "name"), ("full", "name"), ("family", "name"), ("given", "name"), ("api", "key"),
          ("private", "key"), ("card", "number"))  # fmt: skip
_HARMLESS = frozenset({"token_type", "tokentype"})
_REFUSALS = re.compile(
    r"(?i)not authenticated|unauthori[sz]ed|forbidden|access denied|permission denied|(?:invalid|missing|no|required?) "
    r"(?:api.?key|token|credentials|authorization)|log ?in|sign ?in|authentication|\b40[13]\b"
)
_PASSWORD = re.compile(r"""(?i)\btype\s{0,9}=\s{0,9}["']?password""")
_MOST_KEYS, _MOST_NODES, _DEEPEST = 60, 5_000, 8


@dataclass(slots=True)
class Content:
    """What an answer is made of."""

    kind: str
    items: int | None = None
    keys: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)
    """Those with a text behind them: a number of tokens is none."""
    emails: int = 0
    tokens: int = 0

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of its keys, the first of many."""
        return tuple(sorted(self.keys))[:_MOST_KEYS]

    @property
    def personal(self) -> tuple[str, ...]:
        """Those that stand for persons or credentials."""
        return tuple(sorted(filter(is_personal, self.filled)))[:_MOST_KEYS]


def is_personal(key: str) -> bool:
    """Whether a key stands for data of a person, or for a credential, by the words in it."""
    if key.lower().replace("-", "_") in _HARMLESS:
        return False
    words = [word.lower() for word in _WORDS.findall(key)]
    known = _PERSONAL | _CREDENTIAL
    if _OTHERWISE & set(words):
        return False
    if any(word in known for word in words) or "".join(words) in known:
        return not (words and words[-1] in ("count", "enabled", "required", "verified", "type", "limit", "url"))
    return any(all(part in words for part in pair) for pair in _PAIRS)


def is_credential(key: str) -> bool:
    """Whether a key stands for a credential."""
    return is_personal(key) and any(
        word.lower() in _CREDENTIAL or word.lower() == "key" for word in _WORDS.findall(key)
    )


def read_content(text: str, *, whole: bool = True) -> Content:
    """What a body is made of.

    Args:
        text: the body; empty when it is no text.
        whole: whether nothing comes after it.
    """
    body = text.lstrip("\ufeff \t\r\n")
    if not body:
        return Content("bytes")
    if body.startswith("<"):
        return Content("a page")
    if whole and body[0] in '[{"' and (value := _json(body)) is not None:
        return _read(value)
    content = Content("the beginning of a long answer" if body[0] in "[{" else "text")
    content.emails, content.tokens = len(_EMAIL.findall(body)), len(_TOKEN.findall(body))
    if body[0] in "[{":
        content.filled = content.keys = {
            name for name in re.findall(r'"([A-Za-z_][A-Za-z0-9_-]{0,41})"\s{0,9}:', body) if is_name(name)
        }
    return content


def wants_password(text: str) -> bool:
    """Whether a page has a field for a password: it is what keeps strangers out."""
    return bool(_PASSWORD.search(text))


def unreadable(answer: Response) -> str:
    """Why nobody can tell what an answer holds, as a clause: a compression that was not asked for."""
    return answer.why_truncated if answer.truncated and not answer.body and answer.status < 300 else ""


def refuses(text: str) -> bool:
    """Whether a body says, with a 200, that its reader is nobody: a small object with an error in it."""
    value = _json(text.lstrip("\ufeff \t\r\n")[:2_000])
    if not isinstance(value, dict) or len(value) > 6:
        return False
    said = " ".join(str(value.get(key, "")) for key in ("error", "detail", "message", "msg", "code", "status"))
    return bool(_REFUSALS.search(said)) and not any(isinstance(one, list) and one for one in value.values())


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read(value: Any) -> Content:
    rows = value if isinstance(value, list) else _rows(value)
    kind = "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "a value"
    content = Content(kind, None if rows is None else len(rows))
    todo, seen = [(value, 0)], 0
    while todo and seen < _MOST_NODES:
        one, depth = todo.pop()
        seen += 1
        if isinstance(one, dict):
            content.keys |= {key for key in one if is_name(key)}
            content.filled |= {key for key, value in one.items() if is_name(key) and _is_filled(value)}
            # a key that is an address of mail is one
            content.emails += sum(bool(_EMAIL.fullmatch(key)) for key in one)
        elif isinstance(one, str):
            content.emails += bool(_EMAIL.fullmatch(one))
            content.tokens += bool(_TOKEN.fullmatch(one))
        if depth < _DEEPEST:
            inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
            todo += [(each, depth + 1) for each in list(inner)[: _MOST_NODES - seen]]
    return content


def _is_filled(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_filled, value[:20]))
    return (isinstance(value, str) and bool(value.strip())) or (isinstance(value, dict) and bool(value))


def _rows(value: Any) -> list[Any] | None:
    """The list in an object that wraps one: ``{"items": [...], "total": 3}``."""
    lists = [one for one in value.values() if isinstance(one, list)] if isinstance(value, dict) else []
    return lists[0] if len(lists) == 1 else None


def is_name(key: str) -> bool:
    """Whether a key looks like a name that a programmer gave: others may be values."""
    return bool(_NAME.fullmatch(key))
