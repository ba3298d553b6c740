"""Which statements the audit sends at all.

PostgreSQL itself refuses to write in a read-only transaction. This list comes before that, for what reads and still
has effects: COPY ... TO PROGRAM, CALL, DO, LOCK, NOTIFY.
"""

from __future__ import annotations

import re

from auditor.errors import Unavailable

READING = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN", "SHOW"})

_SKIPPED = re.compile(r"(?:\s+|\(|--[^\n]*(?:\n|\Z))*")
_WORD = re.compile(r"[A-Za-z]+")
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def refuse_unless_reading(sql: str) -> None:
    """Let a statement pass whose first word says that it reads.

    Raises:
        Unavailable: another statement.
    """
    word = first_word(sql)
    if word not in READING:
        raise Unavailable(f"the audit only sends statements that read, and this one is {word or 'empty'}")


def first_word(sql: str) -> str:
    """The first word of a statement in capitals, past blanks, comments and parentheses."""
    at = 0
    while True:
        skipped = _SKIPPED.match(sql, at)
        at = skipped.end() if skipped else at
        if not sql.startswith("/*", at):
            found = _WORD.match(sql, at)
            return found[0].upper() if found else ""
        at = _past_comment(sql, at)


def _past_comment(sql: str, start: int) -> int:
    """Comments of PostgreSQL nest."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, start):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(sql)
