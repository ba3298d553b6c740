"""Eighteen ways in which a value stands in what a live site serves."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote


def _quoted(name: str, value: str, times: int) -> str:
    """An object as JSON in a string in a string: what flight data and source maps hold."""
    text = json.dumps({name: value}, separators=(",", ":"))
    for _ in range(times):
        text = json.dumps(text)
    return text


def _unicode(name: str, value: str) -> str:
    return "JSON.parse('" + json.dumps({name: value}, separators=(",", ":")).replace('"', "\\u0022") + "')"


def _map(name: str, value: str) -> str:
    source = json.dumps({"version": 3, "sourcesContent": [f'const {name} = "{value}";'], "mappings": "AAAA"})
    encoded = base64.b64encode(source.encode()).decode()
    return f"//# sourceMappingURL=data:application/json;base64,{encoded}"


def _settings(name: str, value: str) -> str:
    return 'atob("' + base64.b64encode(json.dumps({"v": 1, name: value}).encode()).decode() + '")'


def _hex(value: str) -> str:
    return "".join(f"\\x{ord(character):02x}" for character in value)


ENCODINGS: dict[str, Callable[[str, str], str]] = {
    "plain": lambda n, v: f'{n}="{v}"',
    "json": lambda n, v: _quoted(n, v, 0),
    "template": lambda n, v: f"let {n}=`{v}`",
    "end of line": lambda n, v: f"\n{n}={v}\n",
    "json in a string": lambda n, v: _quoted(n, v, 1),
    "nested twice": lambda n, v: _quoted(n, v, 2),
    "nested thrice": lambda n, v: _quoted(n, v, 3),
    "html attribute": lambda n, v: f'<i data-p="{html.escape(_quoted(n, v, 0))}">',
    "unicode escapes": _unicode,
    "query": lambda n, v: f'fetch("/api?{n}={quote(v, safe="")}&v=1")',
    "percent": lambda n, v: '"' + quote(_quoted(n, v, 0), safe="") + '"',
    "meta": lambda n, v: f"<meta name={n} content={v}>",
    "before an expression": lambda n, v: f"{n}:`{v}${{e}}`",
    "argument": lambda n, v: f"{n}({v}, e)",
    "base64": _settings,
    "inline source map": _map,
    "concatenated": lambda n, v: f'{n}="{v[: len(v) // 2]}"+"{v[len(v) // 2 :]}"',
    "hexadecimal escapes": lambda n, v: f'{n}="{_hex(v)}"',
}
"""Name of the encoding, and what makes the text of a variable's name and its value."""
