"""Which values of variables are secrets that prove something wherever they are found."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from auditor.checklist.dsn import connection_secrets
from auditor.checklist.values import Wrong
from auditor.redact import NOT_SECRET, Secret, url_secrets

SHORTEST = 8
_PUBLIC_NAME = re.compile(
    r"^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|PUBLIC|EXPO_PUBLIC|GATSBY|VUE_APP|NG_APP|STORYBOOK)_"
    r"|ANON|PUBLISHABLE|PUBLIC_?KEY|SITE_?KEY|CLIENT_?ID|SENTRY_DSN|_(?:FILE|PATH|NAME|HOST|PORT|USER(?:NAME)?|REGION|ID|EMAIL)$",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(
    r"PASS(?:W|PHRASE|$)|PWD|SECRET|TOKEN|PRIVATE|CREDENTIAL|_KEY$|KEY_|APIKEY|SALT$|_AUTH$|_DSN$|CONNECTION_?STRING",
    re.IGNORECASE,
)
_ORDINARY = re.compile(
    r"[A-Za-z]+(?:[-_ .][A-Za-z]+)*\d{0,2}|\d{1,11}|(?:\.{0,2}/)[\w./-]+|[\w.-]+\.(?:com|org|net|io|dev|app|local)"
)
_LONGEST_WORDS = 24
_PUBLIC_VALUE = re.compile(
    r"sb_publishable_|pk_(?:live|test)_|phc_|G-[A-Z0-9]{6,}$|UA-\d|pk\.eyJ|https?://[0-9a-f]{32}@"
)


def variable_secrets(variables: Mapping[str, str]) -> list[Secret]:
    """The secrets among variables: by their names, and passwords of URLs. What is public by name is none."""
    found: list[Secret] = []
    for name, value in variables.items():
        if _PUBLIC_NAME.search(name) or not value:
            continue
        if "://" in value:
            found += _url_secrets(value, f"password in {name}")
        elif _SECRET_NAME.search(name):
            found.append(Secret(value, f"value of {name}"))
    public = {value for name, value in variables.items() if _PUBLIC_NAME.search(name)}
    return [secret for secret in found if secret.reveal() not in public and tells(secret.reveal())]


def _url_secrets(value: str, kind: str) -> list[Secret]:
    try:
        return connection_secrets(value, kind)
    except (Wrong, ValueError):
        return [secret for secret in url_secrets(value, kind) if secret.reveal() != value]


def tells(value: str) -> bool:
    """Whether a value proves anything where it is found: words of everybody's scripts do not."""
    if len(value) < SHORTEST or value.lower() in NOT_SECRET or _PUBLIC_VALUE.match(value):
        return False
    if len(set(value)) < 4 or "${" in value:
        return False
    return not (_is_anon_key(value) or (len(value) < _LONGEST_WORDS and _ORDINARY.fullmatch(value)))


def _is_anon_key(value: str) -> bool:
    parts = value.split(".")
    if len(parts) != 3 or not value.startswith("eyJ"):
        return False
    try:
        return b'"anon"' in base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except (ValueError, binascii.Error):
        return False
