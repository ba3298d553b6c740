"""Logs reach back as far as is promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from auditor.facts.log_files import LogFiles, LogSource
from auditor.facts.policy import AuditLogPolicy
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, manual, passed, unproven
from auditor.registry import check

_SLACK = timedelta(days=1)


@check("LOG009", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-779", "ASVS-5.0-16.2.1"))
def logs_retained(logs: LogFiles, policy: AuditLogPolicy) -> Iterator[Finding]:
    """The oldest line of each log is as old as `[policy.audit_logs] retention` promises, or as old as the database.

    ## Why it matters
    Break-ins are found weeks later. A log that reaches back three days tells nothing about them.

    ## How to fix it
    Let logrotate keep more (`rotate 30`, `daily`), or ship the lines to where they are kept, and name that in
    `[env.*.logs]`. Set `retention` to what you have promised. How long Docker, journald or Supabase keep lines cannot
    be seen from what they print: `max-size` and `max-file` of the json-file driver, `MaxRetentionSec=`, the plan.
    """
    for source in logs.sources:
        yield _judged(source, logs, policy.retention)


def _judged(source: LogSource, logs: LogFiles, promised: timedelta) -> Finding:
    evidence: Evidence = {
        "kind": source.kind,
        "oldest": source.oldest.isoformat() if source.oldest else "",
        "files": len(source.files),
        "retention_days": _days(promised),
        "looked_at": logs.looked_at.isoformat(),
    }
    if source.command and not source.problem:
        question = "how long are these lines kept? A command prints what it is asked for, and not all that there is"
        return manual(source.name, question, **evidence)
    if source.problem or source.oldest is None:
        return unproven(source.name, source.problem or "it has no line", "correct [env.*.logs]", aspect=source.kind)
    reach = logs.looked_at - source.oldest
    said = f"it reaches back {_days(reach):g} days"
    if reach >= promised:
        return passed(source.name, said, confidence=Confidence.PROVEN, **evidence)
    if logs.since is None:
        hint = "with the database reachable, the audit compares with the age of its cluster"
        return unproven(source.name, f"{said}; whether there ever were older lines cannot be told", hint, **evidence)
    evidence["database_since"] = logs.since.isoformat()
    if source.oldest - logs.since <= _SLACK:
        return passed(source.name, f"{said}, as far as the database itself does", **evidence)
    return failed(source.name, f"{said}, and {_days(promised):g} are promised", **evidence)


def _days(length: timedelta) -> float:
    return round(length.total_seconds() / 86400, 1)
