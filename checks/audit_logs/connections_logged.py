"""The database logs who connects."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogSettings
from auditor.facts.log_rules import attributable, silence
from auditor.model import Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_OFF = ("off", "", "none", "false", "no", "0")
_YES = {"on", "true", "yes", "1", "all"}
_NAMING = {"authentication", "authorization"}


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

    Lines of csvlog and jsonlog carry all of it without a prefix. Behind a pooler the address is the pooler's.
    """
    reason = silence(settings)
    for name in ("log_connections", "log_disconnections"):
        one = settings.setting(name)
        evidence: Evidence = {"value": one.value, "source": one.source}
        if one.hidden:
            yield unproven(name, one.hidden, f"reset {name} of the audit's own role")
        elif not _says_who(one.value):
            yield failed(name, f"{name} is {one.value or 'empty'}", **evidence)
        elif reason:
            yield failed(name, f"{name} is {one.value}, and {reason}", **evidence)
        else:
            yield passed(name, f"{name} is {one.value}", **evidence)
    prefix = settings.setting("log_line_prefix")
    complete, missing = attributable(settings)
    shown: Evidence = {"value": prefix.value, "log_destination": settings.setting("log_destination").value}
    if complete:
        yield passed("log_line_prefix", "each line says when, who and from where", **shown)
    else:
        yield failed("log_line_prefix", f"lines lack {', '.join(missing)}", missing=missing, **shown)


def _says_who(value: str) -> bool:
    words = {word.strip().lower() for word in value.split(",")}
    # PostgreSQL 18 takes a list of stages: only these two name the user (documentation, log_connections)
    stages = words - _YES
    return value.lower() not in _OFF and (not stages or bool(stages & _NAMING) or "all" in words)
