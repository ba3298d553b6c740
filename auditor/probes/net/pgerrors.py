"""Words for what PostgreSQL and libpq refuse. libpq names errors of the connection in English, without a code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import psycopg
from psycopg import errors

from auditor.errors import Unavailable
from auditor.facts.database import quoted
from auditor.probes.net.failures import Failure, Unreachable
from auditor.text import clip

_PREFIX = re.compile(r"^.*?connection to server [^\n]*? failed: ", re.DOTALL)
_SEVERITY = re.compile(r"^(?:[A-Z]+|[^\s:]+):\s+")
_LONGEST_QUOTE = 300

TIMED_OUT = "57014"
"""The SQLSTATE of a statement that took longer than statement_timeout."""
LOCKED = "55P03"
"""The SQLSTATE of a statement that waited for a lock longer than lock_timeout."""


class Limits(NamedTuple):
    """How long the server lets a statement run, in milliseconds."""

    statement_ms: int
    lock_ms: int


class QueryFailed(Unavailable):
    """A statement failed.

    Args:
        sqlstate: PostgreSQL's five characters, such as ``42P01``; empty when the server did not say.
        reason: what happened.
        hint: what would help.
        refused: whether a function of the database refused by itself, with RAISE, for want of a privilege.
    """

    def __init__(self, sqlstate: str, reason: str, hint: str = "", *, refused: bool = False) -> None:
        self.sqlstate, self.refused = sqlstate, refused
        super().__init__(reason, hint)


_NETWORK: tuple[tuple[str, Failure, str, str], ...] = (
    # libpq says, kind, sentence, hint
    ("connection refused", Failure.REFUSED, "connection refused by {where}", "check the port and the server"),
    ("timeout expired", Failure.TIMEOUT, "no answer from {where} within {seconds:g} s",
     "check that no firewall drops what this machine sends"),
    ("network is unreachable", Failure.UNREACHABLE, "network unreachable: there is no route to {where}", ""),
    ("no route to host", Failure.UNREACHABLE, "network unreachable: there is no route to {where}", ""),
    ("no such file or directory", Failure.REFUSED, "there is no socket of a server for {where}", "check host and port"),
    ("server does not support ssl", Failure.TLS, "{where} does not speak TLS, and sslmode asks for it",
     "turn ssl on in the server; until then the password and all data travel readable"),
    ("does not match host name", Failure.TLS, "the certificate of {where} is for another name", ""),
    ("certificate verify failed", Failure.TLS, "the certificate of {where} does not verify: {said}",
     "name the CA that signed it: [env.*.tls] ca_file, or sslrootcert in the URL"),
    ("root certificate", Failure.TLS, "the certificate of {where} cannot be verified: there is no root certificate",
     "name the CA that signed it: [env.*.tls] ca_file, or sslrootcert in the URL"),
    ("ssl error", Failure.TLS, "TLS with {where} failed: {said}", ""),
    ("received invalid response", Failure.PROTOCOL, "{where} does not answer as PostgreSQL does", "check the port"),
    ("expected authentication", Failure.PROTOCOL, "{where} does not answer as PostgreSQL does", "check the port"),
    ("closed the connection", Failure.RESET, "{where} closed the connection during the login", ""),
    ("connection reset", Failure.RESET, "{where} cut the connection during the login", ""),
)  # fmt: skip

_NETWORK_HINT = "allow the audit's address, in pg_hba.conf or in the provider's network restrictions"
_ONE_AT_A_TIME = "the audit opens a few at once; concurrency = 1 in [env.*.network] makes it one"
_LOGIN: tuple[tuple[str, str, str], ...] = (
    # the server says, sentence, hint
    ("password authentication failed", "password authentication failed for user {user} at {where}",
     "check user and password in {label}"),
    ("no password supplied", "{where} asks user {user} for a password, and {label} has none", "put it into {label}"),
    # with sslmode=prefer libpq tries with and without TLS, and tells both refusals
    ("ssl encryption", "{where} does not let user {user} in from here: {said}", _NETWORK_HINT),
    ("no encryption", "{where} does not let user {user} in without TLS: {said}",
     "add sslmode=verify-full to {label}; if that changes nothing, " + _NETWORK_HINT),
    ("pg_hba.conf", "{where} does not let user {user} in from here: {said}", _NETWORK_HINT),
    ("too many", "{where} has no connection left: {said}", _ONE_AT_A_TIME),
    ("remaining connection slots", "{where} has no connection left: {said}", _ONE_AT_A_TIME),
    ("no more connections", "{where} has no connection left: {said}", _ONE_AT_A_TIME),
    ("unsupported startup parameter", "a pooler at {where} refuses what {label} asks for: {said}",
     "take `options` out of {label}; poolers such as PgBouncer know no such parameter"),
)  # fmt: skip

_POOLER: tuple[tuple[str, str], ...] = (
    # PgBouncer says before it hangs up, hint
    ("query_wait_timeout", "the pooler had no connection to the server free: try again later, or give it more"),
    ("statement pooling mode",
     "the audit needs transactions: give it a pool in transaction mode, or a direct connection"),
)  # fmt: skip


def login_failed(
    error: psycopg.Error, where: str, user: str, label: str, seconds: float, hide: Callable[[str], str]
) -> Unavailable:
    """Why there is no session.

    Args:
        error: as psycopg raised it.
        where: host, port and database.
        user: the role.
        label: where the URL comes from.
        seconds: how long the audit waited at most.
        hide: takes the password out of what a server said; libpq itself never tells it.
    """
    said = hide(last_words(error))
    words = {"where": where, "user": user, "label": label, "said": said, "seconds": seconds}
    lowered = str(error).lower()
    if found := re.search(r'permission denied for database "(.+)"', said):
        grant = f"GRANT CONNECT ON DATABASE {_quoted(found[1])} TO {_quoted(user)}"
        return Unavailable(f"{where} does not let user {user} in: {said}", grant)
    for part, sentence, hint in _LOGIN:
        if part in lowered:
            return Unavailable(sentence.format(**words), hint.format(**words))
    for part, kind, sentence, hint in _NETWORK:
        if part in lowered:
            return Unreachable(kind, sentence.format(**words), hint)
    return Unavailable(f"cannot log in at {where} as {user}: {said}", f"check {label}")


def query_failed(error: psycopg.Error | UnicodeError, where: str, user: str, limits: Limits) -> Unavailable:
    """Why a statement gave no rows.

    Args:
        error: as psycopg raised it.
        where: host, port and database.
        user: the role that it ran as.
        limits: of the transaction.
    """
    said = last_words(error)
    state = getattr(error, "sqlstate", None) or ""
    if isinstance(error, errors.InsufficientPrivilege):
        refused = error.diag.source_function == "exec_stmt_raise"
        return QueryFailed(state, f"{said} (as {user})", _grant(said, user), refused=refused)
    if isinstance(error, errors.QueryCanceled):
        return QueryFailed(
            state, f"the query took longer than {limits.statement_ms} ms at {where}", "the server may be under load"
        )
    if isinstance(error, errors.LockNotAvailable):
        return QueryFailed(
            state, f"another session holds a lock for longer than {limits.lock_ms} ms", "try again later"
        )
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return QueryFailed(state, f"the audit does not write: {said}")
    if isinstance(error, psycopg.OperationalError) and (not state or state.startswith(("08", "57P"))):
        hint = next((hint for part, hint in _POOLER if part in said), "")
        return Unreachable(Failure.RESET, f"lost the connection to {where}: {said}", hint)
    return QueryFailed(state, f"the query failed at {where}: {said}")


def last_words(error: BaseException) -> str:
    """What was said at the end, without what libpq writes around it, on one line."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    text = primary or _SEVERITY.sub("", _PREFIX.sub("", str(error)).strip())
    return clip(" ".join(text.split()), _LONGEST_QUOTE)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _grant(said: str, user: str) -> str:
    """The right that is missing. The server names things bare and without a schema: quoted, the name can be used."""
    grantee = _quoted(user)
    if found := re.search(r'permission denied to set role "(.+)"', said):
        return f"GRANT {_quoted(found[1])} TO {grantee}"
    found = re.search(
        r"permission denied for (?:foreign )?(table|view|materialized view|schema|function|sequence) (.+)", said
    )
    if not found:
        return f"grant the role {user} what it needs for this"
    kind, name = found[1], quoted(found[2])
    if kind == "schema":
        return f"GRANT USAGE ON SCHEMA {name} TO {grantee}"
    if kind in ("function", "sequence"):
        return f"GRANT {'EXECUTE' if kind == 'function' else 'SELECT'} ON {kind.upper()} {name} TO {grantee}"
    return f"GRANT SELECT ON {name} TO {grantee}"
