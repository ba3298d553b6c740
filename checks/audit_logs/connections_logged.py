"""The database logs who connects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.database import LogSettings
from auditor.model import Finding, Level, Severity, failed, passed
from auditor.registry import check

_OFF = ("off", "", "none", "false", "no", "0")
_YES = {"on", "true", "yes", "1", "all"}
_NAMING = {"authentication", "authorization"}
_NEEDED = {
    "%m or %t or %n (time)": "mtn",
    "%u (user)": "u",
    "%d (database)": "d",
    "%h or %r (client address)": "hr",
}
_ESCAPE = re.compile(r"%(?:%|-?[0-9]*([A-Za-z]))")
"""An escape of log_line_prefix, padded or not; ``%%`` is a percent sign."""


@check(
    "LOG001",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-778", "CIS-PostgreSQL-17-3.1.20", "ASVS-5.0-16.2.1"),
)
def connections_logged(settings: LogSettings) -> Iterator[Finding]:
    """The database logs connections and disconnections, and each line says who, where and when.

    ## Why it matters
    After an incident the first question is who was connected, from where and when. Lines without user, database or
    address cannot answer it.

    ## How to fix it
        alter system set log_connections = on;
        alter system set log_disconnections = on;
        alter system set log_line_prefix = '%m [%p] user=%u,db=%d,app=%a,client=%h ';
        select pg_reload_conf();
    """
    for name, value in (("log_connections", settings.connections), ("log_disconnections", settings.disconnections)):
        words = {word.strip().lower() for word in value.split(",")}
        # PostgreSQL 18 takes a list of stages: only these two name the user (documentation, log_connections)
        stages = words - _YES
        judge = failed if value.lower() in _OFF or (stages and not stages & _NAMING) else passed
        yield judge(name, f"{name} is {value or 'empty'} for the role {settings.role}", value=value, role=settings.role)
    escapes = {found[1] for found in _ESCAPE.finditer(settings.line_prefix)}
    missing = [what for what, any_of in _NEEDED.items() if not escapes & set(any_of)]
    if missing:
        yield failed(
            "log_line_prefix", f"lines lack {', '.join(missing)}", value=settings.line_prefix, missing=list(missing)
        )
    else:
        yield passed("log_line_prefix", "each line says when, who and from where", value=settings.line_prefix)
