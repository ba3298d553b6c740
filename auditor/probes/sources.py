"""Reads the source of functions and expressions as far as an audit must: what they call, name and ask for.

No parser: too much is seen rather than too little. What only looks like a call counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n\r]*+ | /\* )
    | (?P<literal> [eE]'(?:[^'\\]|\\.|'')*+(?:'|\Z) | '(?:[^']|'')*+(?:'|\Z)
        | \$(?P<tag>(?:[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*)?)\$.*?(?:\$(?P=tag)\$|\Z) )
    | (?P<quoted> "(?:[^"]|"")*+(?:"|\Z) )
    | (?P<word> [A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*+ )
    | (?P<symbol> (?:(?!--|/\*)[-+*/<>=~!@\#%^&|`?])++ )
    | (?P<other> \S )
    """,
    re.DOTALL | re.VERBOSE,
)
_ASCII = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_EDGE = re.compile(r"/\*|\*/")
_STARTS = frozenset({"", ";", "begin", "then", "else", "loop", "atomic"})
"""What stands before a statement."""
_STATEMENTS = frozenset({
    "call", "checkpoint", "copy", "discard", "do", "import", "listen", "load", "lock", "notify", "prepare", "reset",
    "set", "unlisten",
})  # fmt: skip
"""Statements that leave traces, or change the session, in a transaction that only reads."""
_SESSION = frozenset({"session_user", "system_user", "inet_client_addr", "inet_client_port", "pg_backend_pid"})
_METADATA = re.compile(r"user_metadata|raw_user_meta_data", re.IGNORECASE)
_FACTORS = re.compile(r"\b(?:aal|amr|is_anonymous|session_id)\b", re.IGNORECASE)
_TAKEN = re.compile(r"->>? '([^',]+)'")
_CALLER = re.compile(
    r"(?:\bauth\.(?:uid|jwt|role|email)\b|\bcurrent_(?:user|role|setting)\b|\bsession_user\b)"
    # but not whether somebody is signed in at all
    r"(?! \( \)(?: (?:as \w+ )?\)){0,4} (?:is (?:not )?null\b|(?:=|<>|!=) '(?:anon|authenticated)'))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a text of SQL or PL/pgSQL does, by its words."""

    called: frozenset[str] = frozenset()
    """Names, without their schema, that an opening bracket follows."""
    words: frozenset[str] = frozenset()
    """Every name, called or not."""
    symbols: frozenset[str] = frozenset()
    """Every operator."""
    statement: str = ""
    """A statement that runs something the words do not show, or changes the session; empty when there is none."""
    session: str = ""
    """A word that asks for the connection itself; empty when there is none."""
    metadata: bool = False
    """It reads what users write about themselves."""
    factors: bool = False
    """It asks how the caller signed in."""
    caller: bool = False
    """It asks who calls."""
    headers: str = ""
    """Where it reads the headers of the request, which the client writes: what it takes out of them, with commas."""


def read_source(text: str) -> Source:
    """Look through a text of SQL or PL/pgSQL, once from its start to its end.

    Args:
        text: a function's body, a policy's expression or a view's definition.
    """
    called, words, symbols, said, code = set(), set(), set(), [], []
    statement = session = before = earlier = ""
    names: set[str] = set()
    for kind, token in _tokens(text):
        said.append(token)
        code.append(_name(token) if kind == "quoted" else "''" if _hides(kind, token) else token)
        if token == "(":
            called |= names
        names = set()
        if kind == "word":
            names, word = _spellings(token, quoted=False), token.lower()
            session = session or (word if word in _SESSION else "")
            dynamic = word == "execute" or (before in _STARTS and word in _STATEMENTS)
            statement = statement or (word if dynamic else "")
        elif kind == "quoted":
            names = _spellings(_name(token), quoted=True)
            # what its escapes spell is not worked out
            statement = statement or ("u&" if (earlier, before) == ("u", "&") else "")
        elif kind == "symbol":
            symbols.add(token)
        words |= names
        if before == ".":
            called |= names  # a function of a row may be written as its column: notes.is_mine
        earlier, before = before, token.lower()
    whole = " ".join(said)
    asked = " ".join(code).replace(" . ", ".")
    return Source(
        frozenset(called - {""}),
        frozenset(words),
        frozenset(symbols),
        statement,
        session,
        bool(_METADATA.search(whole)),
        bool(_FACTORS.search(whole)),
        bool(_CALLER.search(asked)) or ("current_setting" in called and "request.jwt" in whole),
        ",".join(["request.headers", *sorted({*_TAKEN.findall(whole)})]) if "request.headers" in whole else "",
    )


def _name(token: str) -> str:
    return token[1:-1].replace('""', '"')


def _hides(kind: str, token: str) -> bool:
    """Whether a literal is no word for who calls."""
    return kind == "literal" and token not in ("'anon'", "'authenticated'")


def _spellings(name: str, *, quoted: bool) -> set[str]:
    """A name as PostgreSQL may know it: cut at 63 bytes, and where it is bare folded, by ASCII or by the locale."""
    forms = {name} if quoted else {name.translate(_ASCII), name.lower()}
    return {form.encode()[:63].decode(errors="ignore") for form in forms}


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of everything but space and comments."""
    position = 0
    while found := _TOKEN.search(text, position):
        kind, position = found.lastgroup or "", found.end()
        if kind == "comment":
            position = _comment_end(text, found.start()) if found[0] == "/*" else position
            continue
        yield ("literal" if kind == "tag" else kind), found[0]


def _comment_end(text: str, start: int) -> int:
    """Where a comment ends: in PostgreSQL, comments hold comments."""
    depth = 0
    for edge in _EDGE.finditer(text, start):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return len(text)
