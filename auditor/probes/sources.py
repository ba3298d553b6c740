"""Reads the source of functions and expressions as far as an audit must: what they call, name and ask for.

No parser: too much is seen rather than too little. What only looks like a call counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n]*+ | /\* )
    | (?P<literal> [eE]'(?:[^'\\]|\\.|'')*+(?:'|\Z) | '(?:[^']|'')*+(?:'|\Z)
        | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z) )
    | (?P<quoted> "(?:[^"]|"")*+(?:"|\Z) )
    | (?P<word> [^\W\d][\w$]*+ )
    | (?P<symbol> [-+*/<>=~!@\#%^&|`?]++ )
    | (?P<other> \S )
    """,
    re.DOTALL | re.VERBOSE,
)
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
_CALLER = re.compile(
    r"(?:\bauth\.(?:uid|jwt|role|email)\b|request\.jwt|\bcurrent_(?:user|role|setting)\b|\bsession_user\b)"
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


def read_source(text: str) -> Source:
    """Look through a text of SQL or PL/pgSQL, once from its start to its end.

    Args:
        text: a function's body, a policy's expression or a view's definition.
    """
    called, words, symbols, said = set(), set(), set(), []
    statement = session = before = name = ""
    for kind, token in _tokens(text):
        said.append(token)
        if token == "(" and name:
            called.add(name)
        name = ""
        if kind == "word":
            word = name = token.lower()
            session = session or (word if word in _SESSION else "")
            dynamic = word == "execute" or (before in _STARTS and word in _STATEMENTS)
            statement = statement or (word if dynamic else "")
        elif kind == "quoted":
            name = token[1:-1].replace('""', '"')
        elif kind == "symbol":
            symbols.add(token)
        words.add(name)
        before = token.lower()
    whole = " ".join(said).replace(" . ", ".")
    return Source(
        frozenset(called),
        frozenset(words - {""}),
        frozenset(symbols),
        statement,
        session,
        bool(_METADATA.search(whole)),
        bool(_FACTORS.search(whole)),
        bool(_CALLER.search(whole)),
    )


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
