"""Reads commands, in scripts, Makefiles and CI steps: assignments, flags and headers that hold credentials."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from auditor.probes.repository.values import Lines, Value

_WORD = r"(?:\\?\"(?P<double>(?:[^\"\\\n]|\\[^\n])*+)\"?|\\?'(?P<single>[^'\n]*+)'?|(?P<bare>[^\s;&|)<>\"'`,]*+))"
_ASSIGNED = re.compile(
    r"(?:^|(?<=[\s;&|(\"'`{,]))(?:\$env:)?(?P<key>[A-Za-z_]\w{1,80})(?:[ \t]{1,3}[:?+]?=[ \t]{1,3}|[:?+]?=)" + _WORD,
    re.MULTILINE,
)
_FLAG = re.compile(
    r"(?<![\w-])--?(?P<key>(?:[a-z][a-z-]{0,20}-)?(?:password|passwd|passphrase|pass|token|secret|api-?key|secret-key"
    r"|access-key|private-key|requirepass|masterauth))(?:=|[ \t]{1,3})(?![-=])" + _WORD,
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(?<![\w-])(?P<key>(?:proxy-)?authorization|x-api-key|api-key|apikey|private-token|x-auth-token|x-vault-token"
    r"|x-access-token)[ \t]{0,3}:[ \t]{0,3}(?P<bare>[^\"'\n\\]{4,400})",
    re.IGNORECASE,
)
_USER = re.compile(r"(?<![\w-])(?:-u|--user)(?:=|[ \t]{1,3}|(?=[\"']))[\"']?[\w.@+-]{1,80}:(?P<bare>[^\s\"'`/]{4,200})")
_ATTACHED = re.compile(
    r"\b(?:mysql\w{0,10}|mariadb\w{0,10}|sshpass|redis-cli)\b[^\n;|&]{0,200}?[ \t]-(?:p|a)[ \t]?" + _WORD
)
_SUBSTITUTED = re.compile(r"\$\([^()\n]{0,300}\)?|`[^`\n]{0,300}`?|\$[0-9@*#?!]")
_CALL = re.compile(r"[\w.]{1,80}\(")
"""What no shell takes: a program of another language stands there."""
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)


def shell_values(text: str) -> Iterator[Value]:
    """What the commands of a script give to names, flags and headers. Comments are left to the search by shape."""
    yield from command_values(text, Lines(text).place)


def command_values(text: str, place: Callable[[int], tuple[int, int]]) -> Iterator[Value]:
    """The same for commands that stand in another text.

    Args:
        text: the commands.
        place: from an offset in them to line and column.
    """
    # as long as it was, so that places stay what they are
    plain = _COMMENT.sub(lambda found: " " * len(found[0]), text).replace("\\\n", "  ")
    for found in _ASSIGNED.finditer(plain):
        if not _CALL.match(found["bare"] or ""):
            yield _given(place, found, found["key"])
    for found in _FLAG.finditer(plain):
        yield _given(place, found, found["key"].replace("-", "_"))
    for found in _HEADER.finditer(plain):
        yield _given(place, found, found["key"])
    for found in _USER.finditer(plain):
        yield _given(place, found, "user_password")
    for found in _ATTACHED.finditer(plain):
        yield _given(place, found, "command_password")


def _given(place: Callable[[int], tuple[int, int]], found: re.Match[str], key: str) -> Value:
    groups = found.groupdict()
    name = next(name for name in ("double", "single", "bare") if groups.get(name) is not None)
    line, column = place(found.start(name))
    text = found[name]
    # in single quotes everything means itself, unless the whole command is a text in them
    return Value(line, key, _SUBSTITUTED.sub("${_}", text), name != "single" or "$" in text, column)
