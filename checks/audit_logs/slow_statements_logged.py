"""The database logs what is slow."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogSettings, RoleLogging
from auditor.facts.log_rules import is_on, milliseconds
from auditor.model import Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_MOST_MS = 60_000.0
"""Whoever waits longer has gone."""


@check("LOG007", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-778",))
def slow_statements_logged(settings: LogSettings) -> Iterator[Finding]:
    """Statements of the application that take long, and waits for locks, are logged.

    ## Why it matters
    An outage begins with statements that take longer, or wait for each other. Without these lines nobody can say which.

    ## How to fix it
        alter system set log_min_duration_statement = '1s';
        alter system set log_lock_waits = on;
        select pg_reload_conf();
    """
    role = settings.own
    yield _durations(role)
    waits = role.setting("log_lock_waits")
    if waits.hidden:
        yield unproven("log_lock_waits", waits.hidden, "reset log_lock_waits of the audit's own role")
    else:
        judge = passed if is_on(waits.value) else failed
        yield judge("log_lock_waits", f"log_lock_waits is {waits.value}", value=waits.value, source=waits.source)


def _durations(role: RoleLogging) -> Finding:
    least, explain = role.setting("log_min_duration_statement"), role.setting("auto_explain.log_min_duration")
    if least.hidden:
        return unproven(least.name, least.hidden, f"reset {least.name} of the audit's own role")
    evidence: Evidence = {"value": least.value, "source": least.source, "auto_explain": explain.value}
    for one in (least, explain):
        threshold = milliseconds(one.value)
        if threshold is not None and 0 <= threshold <= _MOST_MS:
            return passed(least.name, f"{one.name} is {_shown(threshold)}", threshold_ms=threshold, **evidence)
    threshold = milliseconds(least.value)
    if threshold is None or threshold < 0:
        return failed(least.name, "no duration is logged", **evidence)
    return failed(least.name, f"a statement is logged after {_shown(threshold)}", threshold_ms=threshold, **evidence)


def _shown(threshold: float) -> str:
    return "0: every statement is logged" if threshold == 0 else f"{threshold:g} ms"
