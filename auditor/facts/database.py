"""How the database lets clients in, and how SQL writes its names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from auditor.model import Gap

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")
_RESERVED = frozenset({
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "binary",
    "both", "case", "cast", "check", "collate", "collation", "column", "concurrently", "constraint", "create",
    "cross", "current_catalog", "current_date", "current_role", "current_schema", "current_time",
    "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end",
    "except", "false", "fetch", "for", "foreign", "freeze", "from", "full", "grant", "group", "having", "ilike",
    "in", "initially", "inner", "intersect", "into", "is", "isnull", "join", "lateral", "leading", "left",
    "like", "limit", "localtime", "localtimestamp", "natural", "not", "notnull", "null", "offset", "on", "only",
    "or", "order", "outer", "overlaps", "placing", "primary", "references", "returning", "right", "select",
    "session_user", "similar", "some", "symmetric", "system_user", "table", "tablesample", "then", "to",
    "trailing", "true", "union", "unique", "user", "using", "variadic", "verbose", "when", "where", "window",
    "with",
})  # fmt: skip
"""Words that cannot name a table or column bare (``pg_get_keywords()`` of PostgreSQL 18, categories R and T)."""


@lru_cache(maxsize=65_536)
def quoted(name: str) -> str:
    """An identifier as SQL wants it: bare when it can be, else in double quotes."""
    bare = _PLAIN.fullmatch(name) and name not in _RESERVED
    return name if bare else '"' + name.replace('"', '""') + '"'


def qualified(name: str) -> str:
    """``schema.name`` or ``schema.name(arguments)``, quoted, from parts with chr(1) between them."""
    schema, rest, *arguments = name.split("\x01")
    return f"{quoted(schema)}.{quoted(rest)}" + (f"({arguments[0]})" if arguments else "")


@dataclass(frozen=True, slots=True)
class PlaintextAnswer:
    """What the database server answers to a connection that does not ask for TLS."""

    server: str
    """``host:port``."""
    accepted: bool
    """It went on to authentication in the clear."""
    message: str
    """The server's refusal, or the authentication that it asked for."""


@dataclass(frozen=True, slots=True)
class DatabaseTransport:
    """Whether the database insists on TLS."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`database` and `auditor_database`: host, port and role names",
        "a TCP connection to the server; no password is sent",
    )

    answers: tuple[PlaintextAnswer, ...]
    gaps: tuple[Gap, ...] = ()
