"""Reads the URLs that pages and style sheets write, the way a browser would (URL, HTML and CSS standards)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

_LONGEST_PATH = 2_000
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
_PLAIN = re.compile(r"[A-Za-z0-9/%:@+,~=._-]*")
_SIMPLE = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/")
_HOST = re.compile(r"[\w.:-]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_EDGES = "".join(map(chr, range(0x21)))
_DROPPED = str.maketrans("", "", "\t\n\r")
_CANDIDATE = re.compile(r"[ \t\n\f\r,]*+([^ \t\n\f\r]++)")
_DESCRIPTORS = re.compile(r"(?:[^,(]++|\([^)]*+\)?)*+,?")
"""Commas in parentheses end nothing."""

_CSS = re.compile(
    r"/\*.*?(?:\*/|\Z)"
    r"|(?P<at>@(?:import|namespace|font-face|charset))(?![\w-])"
    r"|url\(\s*+(?:\"(?P<double>(?:[^\"\\\n]|\\.)*+)\"|'(?P<single>(?:[^'\\\n]|\\.)*+)'"
    r"|(?P<bare>(?:[^\"'()\\\s]++|\\(?:[0-9a-f]{1,6}+\s?|.))*+))\s*+\)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?)"
    r"|(?P<end>[;{}])",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(\n)|(.))", re.DOTALL)


def absolute(base: str, reference: str) -> str:
    """Where a reference of a page leads, without user, query and fragment.

    Args:
        base: the base URL of the page.
        reference: as it is written, character references resolved.

    Returns:
        Empty when a browser would ask no server for it: nothing, a fragment, ``data:``, ``javascript:``, no URL at all.
    """
    written = reference.strip(_EDGES).translate(_DROPPED)
    if not written or written.startswith("#"):
        return ""
    written = written.partition("#")[0].partition("?")[0].replace("\\", "/")
    if "/." not in written and _PLAIN.fullmatch(written):  # as most are: quick
        if written.startswith("/") and not written.startswith("//"):
            return _start(base) + written[:_LONGEST_PATH] if _start(base) else ""
        if _SIMPLE.match(written) and len(written) < _LONGEST_PATH:
            return written
    scheme = _SCHEME.match(written)
    if scheme:
        if scheme[1].lower() not in _PORTS:
            return ""
        rest = written[scheme.end() :]
        same = scheme[1].lower() == base.partition(":")[0].lower()
        written = rest if same and not rest.startswith("//") else f"{scheme[0]}//{rest.lstrip('/')}"
    elif written.startswith("//"):
        written = "//" + written.lstrip("/")
    try:
        return _tidy(urlsplit(urljoin(base, written)))
    except ValueError:  # a page may call anything a URL
        return ""


@lru_cache(maxsize=64)
def _start(base: str) -> str:
    """Scheme, host and port of a base."""
    try:
        return _tidy(urlsplit(base)._replace(path="")).removesuffix("/")
    except ValueError:
        return ""


def _tidy(parts: SplitResult) -> str:
    scheme, host, port = parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.port
    if scheme not in _PORTS or not _HOST.fullmatch(host):
        return ""
    shown = f"[{host}]" if ":" in host else host
    where = shown if port in (None, _PORTS[scheme]) else f"{shown}:{port}"
    return f"{scheme}://{where}{_encoded(parts.path[:_LONGEST_PATH]) or '/'}"


def _encoded(path: str) -> str:
    """A path in characters that mean nothing to a shell: people copy addresses out of reports."""
    return path if _PLAIN.fullmatch(path) else quote(path, safe="/%:@!*+,~=-._", errors="replace")


def srcset(text: str) -> Iterator[str]:
    """The URLs of a ``srcset`` (HTML standard, section 4.8.4.3.10). A comma may be a part of a URL."""
    position = 0
    while found := _CANDIDATE.match(text, position):
        url = found[1]
        yield url.rstrip(",")
        position = found.end()
        if not url.endswith(","):
            position = _DESCRIPTORS.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing, too


def refresh(content: str) -> str:
    """The URL of a ``meta http-equiv=refresh``; empty when the page only loads itself again."""
    found = re.match(r"\s*+(?:\d++(?:\.[\d.]*+)?+|\.[\d.]*+)\s*+(?:[;,]\s*+|(?<=\s))(.*)", content, re.DOTALL)
    if found is None:
        return ""
    rest = re.sub(r"^url\s*+=\s*+", "", found[1].strip(), count=1, flags=re.IGNORECASE)
    return rest[1:].partition(rest[0])[0] if rest[:1] in ('"', "'") else rest


def css_urls(text: str) -> Iterator[tuple[str, str]]:
    """The URLs that a style sheet loads: each with ``style`` (imported), ``font`` or ``image`` before it.

    Args:
        text: a style sheet, or the declarations of a ``style`` attribute.
    """
    rule = ""
    for found in _CSS.finditer(text):
        if found["at"]:
            rule = found["at"].lower()
        elif found["end"]:
            ends = ";" if rule in ("@import", "@namespace", "@charset") else "}"
            rule = "" if found["end"] == ends or found["end"] == "}" else rule
        elif found["text"] is not None:
            if rule == "@import":
                yield "style", _unescaped(found["text"].strip(found["text"][0]))
                rule = ""
        elif not found[0].startswith("/*") and rule not in ("@namespace", "@charset"):
            yield _loads(rule), _unescaped(found["double"] or found["single"] or found["bare"] or "")
            rule = "" if rule == "@import" else rule


def _loads(rule: str) -> str:
    return {"@import": "style", "@font-face": "font"}.get(rule, "image")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    if escape[1]:
        code = int(escape[1], 16)
        return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return escape[3] or ""
