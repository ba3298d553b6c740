"""Settings, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auditor.facts.audit_logs import LogSettings, RoleLogging, Setting
from auditor.facts.log_files import LogFiles, LogSource, RequestLines

PREFIX = "%m [%p] user=%u,db=%d,app=%a,client=%h "
SERVER = {
    "log_connections": "on",
    "log_disconnections": "on",
    "log_line_prefix": PREFIX,
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "error",
}


def setting(name: str, value: str | Setting) -> Setting:
    return value if isinstance(value, Setting) else Setting(name, value)


def role(*names: str, why="", application=False, managed=False, unaudited=(), **values) -> RoleLogging:
    """Underscores behind ``pgaudit`` stand for its dot."""
    named = {
        name.replace("pgaudit_", "pgaudit.", 1).replace("explain_", "explain.", 1): v for name, v in values.items()
    }
    settings = tuple(setting(name, value) for name, value in named.items())
    return RoleLogging(names or ("app",), settings, why, application or not names, managed, tuple(unaudited))


def hidden(name: str) -> Setting:
    return Setting(name, hidden=f"a setting of the audit's own role auditor hides the server's {name}")


def settings(*roles: RoleLogging, loaded=False, created="", set_for=(), provider="", **server) -> LogSettings:
    values = {**SERVER, **server}
    return LogSettings(
        "app",
        roles or (role(),),
        tuple(setting(name, value) for name, value in values.items()),
        loaded,
        created,
        tuple(set_for),
        provider,
    )


NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def ago(**length) -> datetime:
    return NOW - timedelta(**length)


def source(kind="application", name="app.log", *, command=False, lines=10, files=(), problem="", **values) -> LogSource:
    """A log; what requests it tells of by ``total``, ``timed``, ..."""
    times = {key: values.pop(key) for key in ("oldest", "newest") if key in values}
    if "requests_newest" in values:
        values["newest"] = values.pop("requests_newest")
    requests = RequestLines(**values)
    return LogSource(kind, name, command, tuple(files), lines, requests=requests, problem=problem, **times)


def logs(*sources: LogSource, **values) -> LogFiles:
    return LogFiles(NOW, sources, **values)


def outcomes(findings) -> list[str]:
    return [finding.outcome.value for finding in findings]
