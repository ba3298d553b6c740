"""What settings of PostgreSQL and pgaudit come to: which statements reach the log, and what keeps them out."""

from __future__ import annotations

import re

from auditor.facts.audit_logs import LogSettings, RoleLogging, Setting

CLASSES = frozenset({"ddl", "function", "misc", "misc_set", "read", "role", "write"})
"""Of ``pgaudit.log`` (its documentation, Session Audit Logging)."""

_LEVELS = (
    *("debug5", "debug4", "debug3", "debug2", "debug1"),
    *("info", "notice", "warning", "error", "log", "fatal", "panic"),
)
"""Of ``log_min_messages``, in its own order: LOG stands between ERROR and FATAL there."""

_UNITS = {"": 1.0, "us": 0.001, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}
_TIME = re.compile(r"(-?[0-9]{1,18}(?:\.[0-9]{1,18})?) *(us|ms|s|min|h|d)?")


def is_on(value: str) -> bool:
    """A boolean as PostgreSQL reads it: any unambiguous beginning of true, yes and on, or 1."""
    word = value.strip().lower()
    return word in ("1", "on") or (bool(word) and ("true".startswith(word) or "yes".startswith(word)))


def milliseconds(value: str) -> float | None:
    """A length of time whose unit, when it has none, is the millisecond; None when it is no such thing."""
    found = _TIME.fullmatch(value.strip())
    return float(found[1]) * _UNITS[found[2] or ""] if found else None


def pgaudit_classes(value: str) -> set[str] | None:
    """What ``pgaudit.log`` comes to: words are added from left to right, and with a minus in front taken away.

    Returns:
        None when a word is none of its own: the server refuses such a value, and keeps what it had.
    """
    classes: set[str] = set()
    if not value.strip():
        return classes
    for part in value.lower().split(","):
        word = part.strip()
        if len(word) > 1 and word[0] == word[-1] == '"':  # a list of identifiers, which may be quoted
            word = word[1:-1]
        name = word.removeprefix("-")
        if name not in CLASSES and name not in ("all", "none"):
            return None
        named = CLASSES if name == "all" else {name} & CLASSES
        classes = classes - named if word.startswith("-") else classes | named
    return classes


def main_level(value: str) -> str:
    """``log_min_messages`` as it holds for sessions: newer servers take a list with levels of their own by process."""
    level = ""
    for part in value.lower().split(","):
        kind, colon, own = part.strip().rpartition(":")
        if colon and kind.strip() == "backend":
            return own.strip()
        if not colon:
            level = own.strip()
    return level


def lets_through(threshold: str, level: str) -> bool:
    """Whether a message of a level reaches the log (PostgreSQL, ``is_log_level_output``).

    Args:
        threshold: ``log_min_messages``.
        level: of the message.
    """
    least = main_level(threshold) or "warning"
    if least not in _LEVELS:
        return True  # a word that no version so far knows, and that the server took
    return _LEVELS.index(level) >= _LEVELS.index(least)


def silence(settings: LogSettings, role: RoleLogging | None = None) -> str:
    """What keeps LOG lines, statements and AUDIT among them, out of the log; empty when nothing does.

    Args:
        settings: of the server.
        role: whose statements; None for connections, which are told before a role's own settings count.
    """
    destination = settings.setting("log_destination")
    if not destination.hidden and not destination.value.strip():
        return "log_destination is empty: no line goes anywhere"
    level = role.setting("log_min_messages") if role else settings.setting("log_min_messages")
    if not level.hidden and level.value and not lets_through(level.value, "log"):
        return f"log_min_messages is {level.value}: it keeps out all that is less than {main_level(level.value)}"
    return ""


def audit_silence(role: RoleLogging) -> str:
    """What keeps pgaudit's lines, and no others, out of the log; empty when nothing does.

    ``pgaudit.log_level`` counts only where ``pgaudit.log_client`` is on (its documentation).
    """
    level, least = role.setting("pgaudit.log_level"), role.setting("log_min_messages")
    client = is_on(role.setting("pgaudit.log_client").value)
    word = level.value.strip().lower()
    word = "debug2" if word == "debug" else word
    if client and word in _LEVELS and not lets_through(least.value, word):
        return f"pgaudit.log_level is {word}, and log_min_messages ({least.value}) keeps that out of the log"
    return ""


def recorded_by(role: RoleLogging, classes: frozenset[str], statements: frozenset[str]) -> str:
    """The setting by which such statements of a role are logged; empty when none does.

    Args:
        role: whose.
        classes: of pgaudit, all of which are needed.
        statements: values of ``log_statement``, any of which is enough.
    """
    audited = pgaudit_classes(role.setting("pgaudit.log").value)
    if audited is not None and classes <= audited and not audit_silence(role):
        return "pgaudit.log"
    if role.setting("log_statement").value.strip().lower() in statements:
        return "log_statement"
    duration = milliseconds(role.setting("log_min_duration_statement").value)
    return "log_min_duration_statement" if duration is not None and round(duration) == 0 else ""


CHANGES = (frozenset({"ddl", "role"}), frozenset({"ddl", "mod", "all"}))
"""For :func:`recorded_by`: changes to tables, roles and grants."""

WRITES = (frozenset({"write"}), frozenset({"mod", "all"}))
"""For :func:`recorded_by`: INSERT, UPDATE, DELETE, TRUNCATE, COPY FROM."""

DECIDING = ("pgaudit.log", "log_statement", "log_min_duration_statement", "log_min_messages")


def unknown(role: RoleLogging, by: str = "") -> Setting | None:
    """The first setting that could change the answer and whose value for a role is not known.

    Args:
        role: whose.
        by: what logs its statements, from :func:`recorded_by`: then only what could keep them out counts.
    """
    names = ("log_min_messages",) if by else DECIDING
    return next((one for one in map(role.setting, names) if one.hidden), None)


def attributable(settings: LogSettings) -> tuple[bool, list[str]]:
    """Whether each line says when, who and from where, and what it lacks.

    Lines of csvlog and jsonlog carry all of it, whatever the prefix is; they are written by the collector alone. The
    prefix of syslog's own lines needs no time.
    """
    words = {word.strip().lower() for word in settings.setting("log_destination").value.split(",")}
    collected = is_on(settings.setting("logging_collector").value)
    if collected and words & {"csvlog", "jsonlog"}:
        return True, []
    needed = dict(_NEEDED)
    if words == {"syslog"}:
        del needed["%m or %t or %n (time)"]
    escapes = {found[1] for found in _ESCAPE.finditer(settings.setting("log_line_prefix").value)}
    missing = [what for what, any_of in needed.items() if not escapes & set(any_of)]
    return not missing, missing


_NEEDED = {
    "%m or %t or %n (time)": "mtn",
    "%u (user)": "u",
    "%d (database)": "d",
    "%h or %r (client address)": "hr",
}
_ESCAPE = re.compile(r"%(?:%|-?[0-9]*([A-Za-z]))")
"""An escape of log_line_prefix, padded or not; ``%%`` is a percent sign."""
