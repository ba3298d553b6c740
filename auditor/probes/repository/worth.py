"""Which programs are worth taking apart: most give nothing to a name of a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMES = (
    *(
        "passw",
        "passphrase",
        "pwd",
        "pass",
        "secret",
        "token",
        "credential",
        "private",
        "auth",
        "salt",
        "pepper",
        "dsn",
    ),
    *("_pat", "mongo", "connection", "apikey", "_key", "-key", "accesskey", "rolekey", "servicekey", "signingkey"),
    *("encryptionkey", "masterkey", "adminkey", "accountkey", "sharedkey", "sessionkey", "cookiekey", "jwtkey", "_url"),
)
_GIVEN = re.compile(r"\w{0,40}[\"']?\]?(?:\sas\s\w{1,20})?\s{0,20}[:=,|?)!][^\"'`;{}]{0,80}[\"'`]")
_USER = re.compile(r"://[^\s/@\"'`]{0,100}:[^\s/@\"'`]{1,100}@")


def worth_parsing(text: str) -> bool:
    """Whether a program may give something in quotes to a name of a secret."""
    lower = text.lower()
    named = any(_GIVEN.match(lower, at + len(name)) for name in _NAMES for at in _places(lower, name))
    return named or any(_USER.match(lower, at) for at in _places(lower, "://"))


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)
