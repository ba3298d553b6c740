"""Keeps secrets out of everything that leaves the audit.

Two ways, together: the *values* that the audit holds (passwords of its URLs, keys, tokens, secret-looking environment
variables) in every encoding they may come back in, and the *shapes* that a secret of others may have.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus, unquote, urlsplit

from auditor.text import encodable

T = TypeVar("T")

SHORTEST_SECRET = 6
"""Values shorter than this are no secret worth the name, and replacing them would garble the report."""

NOT_SECRET = frozenset({
    "postgres", "password", "secret", "public", "service", "localhost", "anonymous", "example", "changeme",
    "supabase", "production", "development", "prefer", "require", "disable",
})  # fmt: skip
"""Words that stand in reports for other reasons. As passwords they are findings, not secrets."""

_ENCODED = r"(?=\S*[0-9=]|\S[a-z]*[A-Z]|\S{16})"
"""What an encoded value has and a word of prose after ``Basic`` or ``Bearer`` has not."""

_PEM = r"[A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}"

_SHAPES: tuple[tuple[str, str, str], ...] = (
    # kind, prefix that is public and kept, the rest
    ("private key", "", rf"-----BEGIN {_PEM}-----(?:[^-]|-(?!----))*(?:-----END {_PEM}-----)?"),
    ("JWT", "", r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"),
    ("Supabase secret key", "sb_secret_", r"[A-Za-z0-9_-]{8,}"),
    ("Supabase access token", "sbp_", r"[A-Za-z0-9]{20,}"),
    ("Stripe secret key", "sk_live_", r"[A-Za-z0-9]{10,}"),
    ("Stripe secret key", "sk_test_", r"[A-Za-z0-9]{10,}"),
    ("Stripe restricted key", "rk_live_", r"[A-Za-z0-9]{10,}"),
    ("Stripe webhook secret", "whsec_", r"[A-Za-z0-9]{16,}"),
    ("GitHub token", "ghp_", r"[A-Za-z0-9]{20,}"),
    ("GitHub token", "gho_", r"[A-Za-z0-9]{20,}"),
    ("GitHub token", "ghs_", r"[A-Za-z0-9]{20,}"),
    ("GitHub token", "github_pat_", r"[A-Za-z0-9_]{20,}"),
    ("GitLab token", "glpat-", r"[A-Za-z0-9_-]{16,}"),
    ("npm token", "npm_", r"[A-Za-z0-9]{30,}"),
    ("Slack token", "xox", r"[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("AWS access key id", "AKIA", r"[A-Z0-9]{16}\b"),
    ("Anthropic key", "sk-ant-", r"[A-Za-z0-9_-]{16,}"),
    ("OpenAI key", "sk-proj-", r"[A-Za-z0-9_-]{16,}"),
    ("SendGrid key", "SG.", r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("Resend key", "re_", r"[A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}"),
    ("bearer token", "Bearer ", _ENCODED + r"[A-Za-z0-9._~+/=-]{12,}"),
    ("basic credentials", "Basic ", _ENCODED + r"[A-Za-z0-9+/=]{8,}"),
)  # fmt: skip

# The lookbehind keeps a long run of letters from being tried as a scheme at each of them.
_URL_PASSWORD = (
    r"(?<![A-Za-z0-9+.-])(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s:/@'\"<>\[\]]*:)"
    r"(?P<password>[^\s/@'\"<>]+)(?=@)"
)
_WORD = r"(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)"
_QUERY = r"[?&][\w.-]*(?:token|key|secret|signature|sig|passw(?:or)?d|pwd|code)="
_NAMED = (
    # name=value and "name": "value"; without quotes a colon is prose more often than not, so a digit must show
    rf"(?P<name>(?:(?<![A-Za-z]){_WORD}(?:[\"']?\s*=\s*[\"']?|[\"']\s*:\s*[\"']|\s*:\s*(?=[^\s]*[0-9]))|{_QUERY}))"
    r"(?P<value>(?!\[redacted)[^\s\"'&,;}<>\[\]]{6,})"
)
_ANY_SHAPE = re.compile(
    "|".join(f"(?:{re.escape(prefix)}{rest})" for _, prefix, rest in _SHAPES) + f"|{_URL_PASSWORD}|(?i:{_NAMED})"
)
_KINDS = [(kind, prefix, re.compile(re.escape(prefix) + rest)) for kind, prefix, rest in _SHAPES]


class Secret:
    """A value that must not be shown. Only :meth:`reveal` gives it out."""

    __slots__ = ("_value", "kind")

    def __init__(self, value: str, kind: str) -> None:
        self._value = value
        self.kind = kind

    def reveal(self) -> str:
        """The value, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.kind})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def mask(kind: str, value: str, prefix: str = "") -> str:
    """What stands where a secret stood: its public prefix, kind and length."""
    return f"{prefix}[redacted {kind}, {len(value)} characters]"


def secret_shape(text: str) -> str:
    """The kind of secret that the text holds by its shape, such as ``JWT``; empty when none."""
    found = _ANY_SHAPE.search(text)
    if not found:
        return ""
    if found["password"] is not None:
        return "" if found["password"].startswith("[redacted") else "password in a URL"
    if found["value"] is not None:
        return "named secret"
    return next(kind for kind, _, pattern in _KINDS if pattern.match(found[0]))


def url_secrets(url: str, kind: str) -> list[Secret]:
    """The secrets that a URL holds: its password, raw and decoded, and secret query parameters."""
    try:
        parts = urlsplit(url)
        password = parts.password or ""
    except ValueError:
        return [Secret(url, kind)]
    query = [pair.partition("=") for pair in parts.query.split("&")]
    values = [password, *(v for k, _, v in query if re.search(r"pass|secret|token|key$", k, re.IGNORECASE))]
    return [Secret(form, kind) for value in values for form in {value, unquote(value)} if form]


def environment_secrets(environ: Mapping[str, str]) -> list[Secret]:
    """Values of environment variables whose names say that they are secret, and passwords in URLs among the rest."""
    found: list[Secret] = []
    for name, value in environ.items():
        if _SECRET_NAME.search(name) and not _names_something(value):
            found.append(Secret(value, f"value of {name}"))
        elif "://" in value:
            found += url_secrets(value, f"password in {name}")
    return found


def _names_something(value: str) -> bool:
    """Whether a value is a file, or a plain word: ``PRIVATE_ROLE=authenticated`` must not hide a role in a report."""
    if re.fullmatch(r"[A-Za-z][a-z_]{0,14}", value):
        return True
    return value.startswith("/") and os.path.exists(value)  # noqa: PTH110  never raises


_SECRET_NAME = re.compile(
    r"PASSW|PASSPHRASE|_PASS$|^PASS$|_PWD$|_AUTH$|_DSN$|SECRET|TOKEN|PRIVATE|CREDENTIAL|API_?KEY|SERVICE_KEY|ACCESS_KEY"
    r"|_KEY$",
    re.IGNORECASE,
)


class Redactor:
    """Replaces secrets in text and in whole facts and findings.

    Args:
        secrets: values to hide wherever they appear, raw, percent-encoded, JSON-escaped or base64-encoded.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._forms: dict[str, tuple[str, str]] = {}
        for secret in secrets:
            value = secret.reveal()
            if len(value) >= SHORTEST_SECRET and value.lower() not in NOT_SECRET:
                for form in _encodings(value):
                    self._forms.setdefault(form, (secret.kind, value))
        ordered = sorted(self._forms, key=len, reverse=True)
        self._values = re.compile("|".join(map(_as_token, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """The text without its secrets. Redacting twice changes nothing."""
        if self._values is not None:
            text = self._values.sub(lambda m: mask(*self._forms[m[0]]), text)
        return _ANY_SHAPE.sub(_masked, text)

    def suspects(self, text: str) -> bool:
        """Whether the text holds anything to redact."""
        return bool((self._values and self._values.search(text)) or _ANY_SHAPE.search(text))

    def apply(self, value: T) -> T:
        """A copy of a fact or finding without secrets; the same object when there is nothing to hide."""
        # One search over all text first: most facts hold nothing, and copying a large one is dear.
        text = "\n".join(_strings(value))
        if not self.suspects(text) and _is_encodable(text):
            return value
        redacted: T = _walk(value, lambda part: encodable(self.text(part)))
        return redacted


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _masked(found: re.Match[str]) -> str:
    if (password := found["password"]) is not None:
        return found["scheme"] + (password if password.startswith("[redacted") else mask("password", password))
    if (value := found["value"]) is not None:
        return found["name"] + mask("secret", value)
    whole = found[0]
    kind, prefix = next((kind, prefix) for kind, prefix, pattern in _KINDS if pattern.match(whole))
    return mask(kind, whole, prefix)


def _encodings(value: str) -> set[str]:
    raw = value.encode("utf-8", "surrogateescape")
    forms = {value, quote(value, safe=""), quote(value), quote_plus(value), json.dumps(value)[1:-1]}
    forms.add(json.dumps(value, ensure_ascii=False)[1:-1])
    if len(value) >= 8:
        # what stays the same of its base64 form wherever in a longer text it starts
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + raw).decode()
            start = (0, 2, 3)[shift]
            whole = (len(raw) + shift) // 3 * 4
            if len(core := encoded[start:whole]) >= SHORTEST_SECRET + 2:
                forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms


def _as_token(form: str) -> str:
    """Short values count only where they stand alone: ``app123`` must not hide half of ``app1234``."""
    if len(form) >= 10:
        return re.escape(form)
    return rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])"


def _strings(value: Any) -> list[str]:
    """All text in a value, in any order. Without recursion: it looks through hundreds of thousands of findings."""
    found: list[str] = []
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            found.append(part)
        elif part is None or isinstance(part, (bool, int, float)):
            continue
        elif isinstance(part, Mapping):
            left += part.keys()
            left += part.values()
        elif isinstance(part, (list, tuple, set, frozenset)):
            left += part
        elif isinstance(part, (bytes, bytearray)):
            found.append("password=unreadable")  # so that it is walked
        elif is_dataclass(part) and not isinstance(part, type):
            left += [getattr(part, name) for name in _names(type(part))]
    return found


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _walk(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, (bytes, bytearray)):
        # what they say cannot be looked through in every encoding, so they say nothing
        return type(value)(f"[redacted bytes, {len(value)} of them]".encode())
    if isinstance(value, Mapping):
        return {_walk(k, redact): _walk(v, redact) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(_walk(v, redact) for v in value))
        return type(value)(_walk(v, redact) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _walk(getattr(value, f.name), redact) for f in fields(value) if f.init}
        return replace(value, **changed)
    return value
