"""The eighteen ways in which live pages write a value, and eight kinds of secrets: what is found, and what is not."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import pytest

from auditor.facts.sightings import Nature
from auditor.model import Severity
from auditor.probes.secrets.rules import Rule
from auditor.probes.secrets.scanner import Scanner
from tests.probes.secrets import made


def row(id_: str, literal: str, shape: str) -> Rule:
    return Rule(
        id_, id_, "", (literal.encode(),), shape, Severity.CRITICAL, Nature.SECRET, literal, example=literal + "{9:w}"
    )


RULES = (
    row("supabase-secret-key", "sb_secret_", "sb_secret_[A-Za-z0-9_-]{20,}"),
    row("github-pat", "ghp_", "ghp_[A-Za-z0-9]{36}"),
    row("stripe-secret-key", "sk_live_", "sk_live_[A-Za-z0-9]{16,}"),
    row("sendgrid-key", "SG.", r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    row("openai-key", "sk-proj-", "sk-proj-[A-Za-z0-9_-]{40,}"),
)
SECRETS = {
    "jwt": made.SERVICE,
    "supabase-secret-key": made.SECRET_KEY,
    "github-pat": made.GITHUB,
    "stripe-secret-key": "sk_" + "live_" + made.text(24),
    "sendgrid-key": "SG" + "." + made.text(22) + "." + made.text(43),
    "openai-key": "sk-" + "proj-" + made.text(64, made.WORD + "_-") + "a",
    "url-credentials": made.DATABASE_URL,
    "private-key": made.PEM,
}


def in_json(value: str, depth: int) -> str:
    text = json.dumps({"key": value})
    for _ in range(depth):
        text = json.dumps(text)
    return f"self.__next_f.push([1,{text}])"


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def base64_map(value: str) -> str:
    source_map = json.dumps({"version": 3, "sources": ["a.js"], "sourcesContent": [f'const k = "{value}";']})
    return "//# sourceMappingURL=data:application/json;base64," + in_base64(source_map)


def quoted(value: str) -> str:
    return json.dumps(value)[1:-1]


CONTEXTS = {
    "plain": lambda v: f'const a="{quoted(v)}",b=2;',
    "JSON": lambda v: json.dumps({"a": 1, "key": v, "z": 2}),
    "template": lambda v: f"k=`{v}`;",
    "end of line": lambda v: f"KEY={v}\n",
    "JSON in a string": lambda v: in_json(v, 1),
    "nested twice": lambda v: in_json(v, 2),
    "nested thrice": lambda v: in_json(v, 3),
    "HTML attribute": lambda v: f'<div data-props="{html.escape(json.dumps({"k": v}))}">',
    "unicode escapes": lambda v: "{" + rf"\u0022key\u0022:\u0022{quoted(v)}\u0022" + "}",
    "query": lambda v: f"https://x.io/?apikey={quote(v, safe=':/@')}&x=1",
    "URL-encoded": lambda v: f"state=%7B%22key%22%3A%22{quote(v, safe='')}%22%7D",
    "content=": lambda v: f"<meta name=key content={quoted(v)}>",
    "before ${": lambda v: f"`{quoted(v)}${{x}}`",
    "argument": lambda v: f"createClient(url, {quoted(v)}, {{}})",
    "base64 configuration": lambda v: (
        f'atob("{base64.b64encode(json.dumps({"url": "u", "key": v}).encode()).decode()}")'
    ),
    "base64 source map": lambda v: base64_map(quoted(v)),
    "put together": lambda v: f'"{quoted(v[: len(v) // 2])}"+"{quoted(v[len(v) // 2 :])}"',
    "hexadecimal escapes": lambda v: '"' + "".join(f"\\x{c:02x}" for c in v.encode()) + '"',
}
NOT_FOUND: set[tuple[str, str]] = set()
"""What no engine of ours finds, by secret and context."""


@pytest.mark.parametrize("plain", [False, True])
def test_the_matrix(plain: bool):
    scanner = Scanner(rules=RULES, plain=plain)
    missed = {
        (name, context)
        for name, value in SECRETS.items()
        for context, write in CONTEXTS.items()
        if name not in {one.rule for one in scanner.scan(("var a=1;\n" + write(value)).encode(), "p")}
    }
    assert missed == NOT_FOUND


@pytest.mark.parametrize("context", CONTEXTS)
def test_where_it_stands_and_how(context: str):
    """One value is one sighting, with its own length, on its own line, wherever it is written."""
    scanner = Scanner(rules=RULES)
    for name, value in SECRETS.items():
        found = scanner.scan(("var a=1;\n" + CONTEXTS[context](value)).encode(), "p")
        if (name, context) in NOT_FOUND:
            continue
        assert [one.rule for one in found] == [name], (name, context)
        assert found[0].line == 2
        if name not in ("private-key", "url-credentials"):
            assert found[0].length == len(value), (name, context)
