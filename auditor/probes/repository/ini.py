"""Reads what stands on lines of their own: ini files, .npmrc, .netrc, properties, nginx."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.probes.repository.values import Value

_PAIR = re.compile(r"[ \t]*(?P<key>[^\s=:#;\[][^=\n#;]{0,200}?)[ \t]*(?:=|(?<=\w):(?=[ \t]))[ \t]*(?P<value>[^\n]*)")
_NPMRC = re.compile(r"[ \t]*(?:\"?//[^\s=]{1,300}:)?(?P<key>\w[\w-]{0,80})[ \t]*=[ \t]*(?P<value>[^\n]*)")
_NETRC = re.compile(r"(?<!\S)(?P<key>password|account)[ \t\r\n]{1,20}(?P<value>[^\s\"]{1,400}|\"[^\"\n]{1,400}\")")
_HEADER = re.compile(
    r"(?P<key>authorization|x-api-key|apikey|api-key|x-auth-token)[\"']?[ \t]{1,8}"
    r"(?P<value>\"[^\"\n]{1,800}|'[^'\n]{1,800}|[^\s;\"']{1,800})",
    re.IGNORECASE,
)
_SET = re.compile(r"^[ \t]*set[ \t]+\$(?P<key>\w{1,80})[ \t]+[\"']?(?P<value>[^\s;\"']{1,800})", re.MULTILINE)


def ini_values(text: str) -> Iterator[Value]:
    """``key = value`` and ``key: value``, comments by ``#`` and ``;``."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.lstrip().startswith(("#", ";", "!", "[")) and (found := _PAIR.match(line)):
            bare = re.split(r"[ \t][#;]", found["value"], maxsplit=1)[0].strip()
            yield Value(number, found["key"].strip("\"' "), bare.strip("\"'"), True, found.start("value") + 1)


def npmrc_values(text: str) -> Iterator[Value]:
    """``//registry.example/:_authToken=…`` of .npmrc, where ``#`` and ``;`` begin comments on lines of their own."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.lstrip().startswith(("#", ";")) and (found := _NPMRC.match(line)):
            key = "auth_token" if found["key"].startswith("_auth") else found["key"]
            yield Value(number, key, found["value"].strip().strip("\"'"), True, found.start("value") + 1)


def netrc_values(text: str) -> Iterator[Value]:
    """Passwords of .netrc, that stand after their word and maybe on the next line."""
    yield from _found(_NETRC, text)


def nginx_values(text: str) -> Iterator[Value]:
    """Credentials that a proxy adds: ``proxy_set_header Authorization "…"``, and variables that are set."""
    plain = re.sub(r"^[ \t]*#[^\n]*", lambda found: " " * len(found[0]), text, flags=re.MULTILINE)
    yield from _found(_HEADER, plain)
    yield from _found(_SET, plain)


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Value]:
    line, seen = 1, 0
    for found in pattern.finditer(text):
        line += text.count("\n", seen, found.start("value"))
        seen = found.start("value")
        yield Value(line, found["key"], found["value"].strip("\"'"), True, seen - text.rfind("\n", 0, seen))
