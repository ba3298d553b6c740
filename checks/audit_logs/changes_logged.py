"""The database logs changes to its structure."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogSettings
from auditor.facts.log_rules import CHANGES, recorded_by, silence, unknown
from auditor.model import Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "LOG002",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-778", "CIS-PostgreSQL-17-3.2", "ASVS-5.0-16.2.1"),
)
def changes_logged(settings: LogSettings) -> Iterator[Finding]:
    """Changes to tables, roles and grants are logged, by pgaudit or by log_statement.

    ## Why it matters
    A dropped policy or a new grant undoes every other protection; only the log says who did it. What counts is the
    value that applies to the application's role: one that is set for the role, or for the database, hides the server's.

    ## How to fix it
    With pgaudit:

        alter system set shared_preload_libraries = 'pgaudit';  -- needs a restart
        create extension pgaudit;
        alter system set pgaudit.log = 'ddl, role, write';

    Without it: `alter system set log_statement = 'ddl';`. What hides it: `alter role ... reset pgaudit.log;`
    """
    role = settings.own
    statement, audited = role.setting("log_statement"), role.setting("pgaudit.log")
    evidence: Evidence = {
        "role": settings.role,
        "log_statement": statement.value,
        "pgaudit_log": audited.value,
        "sources": {one.name: one.source for one in (statement, audited) if one.value},
    }
    by = recorded_by(role, *CHANGES)
    if (reason := silence(settings, role)) and by:
        yield failed(by, f"{by} is {role.setting(by).value} for {settings.role}, and {reason}", **evidence)
    elif hidden := unknown(role, by):
        yield unproven(hidden.name, hidden.hidden, f"reset {hidden.name} of the audit's own role", **evidence)
    elif by:
        yield passed(by, f"{by} is {role.setting(by).value} for {settings.role}", **evidence)
    else:
        yield failed(
            "log_statement",
            f"neither pgaudit ({audited.value or 'not set'}) nor log_statement ({statement.value}) logs changes for "
            f"{settings.role}",
            **evidence,
        )
