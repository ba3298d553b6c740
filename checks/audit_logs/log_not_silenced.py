"""No setting keeps lines out of the log."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogSettings, RoleLogging, Setting
from auditor.facts.log_rules import lets_through, silence
from auditor.model import ALL, Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "LOG006",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-778", "CIS-PostgreSQL-17-3.1.14", "CIS-PostgreSQL-17-3.1.15"),
)
def log_not_silenced(settings: LogSettings) -> Iterator[Finding]:
    """No setting of the server or of a role keeps errors, statements or connections out of the log.

    ## Why it matters
    `log_min_messages = fatal` keeps out every error and every line of pgaudit, while pgaudit and log_statement look as
    they should. `log_min_error_statement` above `error` leaves out which statement failed: probing shows there first.

    ## How to fix it
        alter system set log_min_messages = 'warning';
        alter system set log_min_error_statement = 'error';
        alter system set log_destination = 'stderr';
        alter role {subject} reset log_min_messages;
    """
    destination = settings.setting("log_destination")
    if destination.value.strip():
        yield passed("log_destination", f"lines go to {destination.value}", value=destination.value)
    else:
        yield failed("log_destination", silence(settings) or "log_destination is empty", value="")
    yield from _threshold(ALL, settings.setting("log_min_messages"), settings.setting("log_min_error_statement"))
    for role in settings.roles:
        if not role.managed and _own(role):
            messages, statements = (role.setting(name) for name in ("log_min_messages", "log_min_error_statement"))
            yield from _threshold(role.subject, messages, statements)


def _own(role: RoleLogging) -> bool:
    """Whether a role has thresholds that are not the server's."""
    return any(role.setting(name).source != "server" for name in ("log_min_messages", "log_min_error_statement"))


def _threshold(subject: str, messages: Setting, statements: Setting) -> Iterator[Finding]:
    for one, aspect in ((messages, "messages"), (statements, "statements")):
        evidence: Evidence = {"value": one.value, "source": one.source}
        if one.hidden:
            yield unproven(subject, one.hidden, f"reset {one.name} of the audit's own role", aspect=aspect)
        elif not one.value or lets_through(one.value, "error"):
            yield passed(subject, f"{one.name} is {one.value or 'as it comes'}", aspect=aspect, **evidence)
        else:
            lost = "errors" if one is messages else "the statements that failed"
            yield failed(subject, f"{one.name} is {one.value}: {lost} are left out", aspect=aspect, **evidence)
