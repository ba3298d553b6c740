"""Values to plant, made at run time, and what of them must stand in no output."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from auditor.facts.sightings import Nature
from auditor.probes.secrets.rules import Rule, rules
from tests.probes.secrets.recipes import made

PART = 8
"""Characters in a row of a value that are a leak already."""


@dataclass(frozen=True)
class Planted:
    """A value."""

    kind: str
    text: str
    """As it is planted: with the name that it is given to, where its shape takes one."""
    value: str
    """The secret itself."""
    public: frozenset[str] = frozenset()
    """Parts of the value that every value of its kind has."""


@cache
def of_rules(seed: int = 1) -> tuple[Planted, ...]:
    """One for each row of the table that is not public."""
    return tuple(_of_rule(rule, seed) for rule in rules() if rule.nature is not Nature.PUBLIC)


def _of_rule(rule: Rule, seed: int) -> Planted:
    text, other = made(rule.example, seed), made(rule.example, f"not {seed}")
    # without a word that has to be near, nobody could know what it is
    named = f"{rule.near[0]} {text}" if rule.near else text
    return Planted(rule.id, named, _value(rule, text), frozenset(parts(_value(rule, other))))


def _value(rule: Rule, text: str) -> str:
    found = re.search(rule.shape, text)
    assert found, rule.id
    whole = found["value"] if "(?P<value>" in rule.shape and found["value"] else found[0]
    starts = [rule.prefix, *(literal.decode() for literal in rule.literals)]
    return whole[max((len(start) for start in starts if whole.startswith(start)), default=0) :]


EXACT = {
    "STRIPE_SECRET_KEY": made("{24:w}", "exact"),
    "AWS_SECRET_ACCESS_KEY": made("{10:w}+{10:w}/{10:w}=", "exact"),
    "SESSION_SECRET": f"planted {made('{9:z}', 'exact')} with words {made('{9:z}', 'words')}",
    "SMTP_PASSWORD": made("{4:w}\"{6:w}'{4:w}<{4:w}&{6:w}", "exact"),
    "JWT_SECRET": f"clé-{made('{9:w}', 'exact')}-ключ-{made('{9:w}', 'more')}",
    "ENCRYPTION_KEY": made("{30:h}", "exact").upper(),
    "REGEX_PASSWORD": made("{5:w}.*+?[{5:w}](^$)|{5:w}", "exact"),
    "PERCENT_PASSWORD": made("{5:w}%41%{5:w}", "exact"),
    "DASHED_TOKEN": made("{10:b}-{10:b}", "exact"),
}
"""Of the file of variables. By name, and without a shape of their own."""
DATABASE_PASSWORD = made("{12:w}@{6:w}", "database")
CHECKLIST_TOKEN = made("{30:w}", "checklist")


def of_exact() -> tuple[Planted, ...]:
    """Those of the file of variables, of the database and of the checklist."""
    given = {**EXACT, "DATABASE_PASSWORD": DATABASE_PASSWORD, "AUDIT_BEARER": CHECKLIST_TOKEN}
    return tuple(Planted(name, value, value) for name, value in given.items())


def parts(text: str, length: int = PART) -> Iterator[str]:
    """All stretches of a text of one length."""
    return (text[at : at + length] for at in range(len(text) - length + 1))


def forms(value: str) -> Iterator[str]:
    """The ways in which a value may come back."""
    raw = value.encode()
    yield value
    yield value[::-1]
    yield json.dumps(value)[1:-1]
    yield json.dumps(json.dumps(value))[3:-3]
    yield html.escape(value)
    yield quote(value, safe="")
    yield quote(quote(value, safe=""), safe="")
    yield raw.hex()
    yield raw.hex().upper()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw).decode()
        core = whole[(0, 2, 3)[shift] : (len(raw) + shift) * 8 // 6]
        yield core
        yield core.replace("+", "-").replace("/", "_")


_FINGERPRINT = re.compile(r'"fingerprint": ?"[0-9a-f]{16}"')
"""Thousands of hexadecimal digests: by chance, one in three reports has eight digits of a planted value in one."""


class Leaks:
    """Finds planted values in texts.

    Args:
        planted: the values.
    """

    def __init__(self, planted: Iterable[Planted]) -> None:
        self._parts: dict[str, str] = {}
        for one in planted:
            for form in forms(one.value):
                self._parts |= {part: one.kind for part in parts(form) if part not in one.public and _tells(part)}

    def of(self, text: str) -> dict[str, int]:
        """Kinds of values that the text repeats a part of, and how many parts."""
        found: dict[str, int] = {}
        text = _FINGERPRINT.sub("", text)
        text = re.sub(r"\s*\n\s*", "", text) + "\0" * PART + text  # what a narrow window has cut is put together
        # megabytes of windows: told in place, not by parts()
        for part in [part for at in range(len(text)) if (part := text[at : at + PART]) in self._parts]:
            found[self._parts[part]] = found.get(self._parts[part], 0) + 1
        return found


def _tells(part: str) -> bool:
    """Whether a part shows anything: words of the planted phrases and runs of one character do not."""
    return len(set(part)) > 3 and not re.fullmatch(r"[a-z ]*(?:planted|words|with)[a-z ]*|[\d]*", part)
