"""What a case is: a database, what the audit must say of it, and what is true of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.facts.policy import RlsPolicy

from .bootstrap import A, B

_WORDS = {"u": "(select auth.uid())", "A": A, "B": B}
_WORD = re.compile(r"(?<!:):(u|A|B)\b")

DENIED = "42501"
"""The SQLSTATE of a missing privilege, and of a row that a WITH CHECK refuses."""
RAN = -1
"""What psycopg says of a statement that has no rows to count, such as TRUNCATE."""


def filled(sql: str) -> str:
    """SQL with ``:A`` (the stranger), ``:B`` (whose rows they are) and ``:u`` (``auth.uid()``, wrapped) written out."""
    return _WORD.sub(lambda word: _WORDS[word[1]], sql)


@dataclass(frozen=True)
class Truth:
    """What PostgreSQL really does: a statement, who sends it, and what comes of it."""

    who: str
    """``anon``; ``stranger`` (signed in as A); ``owner`` (signed in as B); else the role of a direct login."""
    sql: str
    expect: int | str
    """How many rows it returns or touches, or the SQLSTATE that it fails with."""
    claims: Mapping[str, Any] = field(default_factory=dict)
    """Added to the JWT's."""
    given: str = ""
    """What a superuser does before, in the same transaction."""


@dataclass(frozen=True)
class Case:
    """One database and the verdict about it."""

    id: str
    title: str
    sql: str
    """Run by a superuser, in a copy of the bootstrap."""
    fails: frozenset[tuple[str, str]] = frozenset()
    """Check id and subject of all that must fail."""
    safe: bool = False
    """Nothing mandatory may fail or be ``error``."""
    policy: RlsPolicy = field(default_factory=RlsPolicy)
    notes: str = ""
    truths: tuple[Truth, ...] = ()
    either: tuple[frozenset[tuple[str, str]], ...] = ()
    """Of each of these, at least one must fail: it is one hole, and it matters little which check tells of it."""
    also: frozenset[tuple[str, str]] = frozenset()
    """What may fail too: the same hole, told by a second check."""
    errors: tuple[frozenset[tuple[str, str]], ...] = ()
    """Of each of these, at least one must be an ``error``, and no pass; or a fail, where ``also`` allows it."""
    undo: str = ""
    """Takes back what outlives the database: roles and their settings."""

    def __str__(self) -> str:
        return self.id


def case(
    name: str,
    title: str,
    sql: str,
    *truths: Truth,
    fails: str = "",
    also: str = "",
    errors: str = "",
    safe: bool = False,
    public: tuple[str, ...] = (),
    exposed: tuple[str, ...] = (),
    notes: str = "",
    undo: str = "",
) -> Case:
    """A case, written short.

    Args:
        fails: a line a finding, ``RLS001 public.notes``, or several with ``|`` of which one is enough; likewise
            ``also`` and ``errors``.
        public: ``[policy.rls] public_tables``.
        exposed: ``[policy.rls] exposed_schemas``.
    """
    groups = _groups(fails)
    return Case(
        name,
        title,
        filled(sql),
        frozenset(finding for group in groups if len(group) == 1 for finding in group),
        safe,
        RlsPolicy(exposed, public),
        notes,
        truths,
        tuple(group for group in groups if len(group) > 1),
        _findings(also),
        tuple(_groups(errors)),
        filled(undo),
    )


def _groups(lines: str) -> list[frozenset[tuple[str, str]]]:
    return [group for line in lines.splitlines() if (group := _findings(line.replace(" | ", "\n")))]


def _findings(lines: str) -> frozenset[tuple[str, str]]:
    words = (line.strip().partition(" ") for line in lines.splitlines() if line.strip())
    return frozenset((check, subject) for check, _, subject in words)


def anon(sql: str, expect: int | str, given: str = "", **claims: Any) -> Truth:
    """Without a session."""
    return Truth("anon", filled(sql), expect, claims, filled(given))


def stranger(sql: str, expect: int | str, given: str = "", **claims: Any) -> Truth:
    """As A, signed in."""
    return Truth("stranger", filled(sql), expect, claims, filled(given))


def owner(sql: str, expect: int | str, given: str = "", **claims: Any) -> Truth:
    """As B, signed in."""
    return Truth("owner", filled(sql), expect, claims, filled(given))


def login(role: str, sql: str, expect: int | str) -> Truth:
    """As a role with a connection of its own, without a JWT."""
    return Truth(role, filled(sql), expect)


def notes(*policies: str, grants: str = "select", to: str = "authenticated", rows: bool = True) -> str:
    """``public.notes``: id, owner, body and org; RLS on, what policies read indexed, one row of B.

    Args:
        policies: what stands after ``create policy p1 on public.notes``.
        grants: privileges.
        to: roles that get them.
        rows: False: it is empty.
    """
    parts = [
        """
        create table public.notes (
            id bigint generated by default as identity primary key, owner uuid not null, body text, org uuid
        );
        create index on public.notes (owner);
        create index on public.notes (org);
        alter table public.notes enable row level security;
        """
    ]
    if grants:
        parts.append(f"grant {grants} on public.notes to {to};")
    if rows:
        parts.append("insert into public.notes (owner, body, org) values (':B', 'of B', ':B');")
    parts += [f"create policy p{number} on public.notes {text};" for number, text in enumerate(policies, 1)]
    return "\n".join(parts)


def serve(schemas: str) -> str:
    """Sets what the API serves, in this database alone."""
    return (
        "do $$ begin execute format('alter role authenticator in database %I set pgrst.db_schemas = %L',"
        f" current_database(), '{schemas}'); end $$;"
    )
