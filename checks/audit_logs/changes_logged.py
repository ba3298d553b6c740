"""The database logs changes to its structure."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.database import LogSettings
from auditor.model import Evidence, Finding, Level, Severity, failed, passed
from auditor.registry import check

_ENOUGH = ("ddl", "mod", "all")


@check(
    "LOG002",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-778", "CIS-PostgreSQL-17-3.2", "ASVS-5.0-16.2.1"),
)
def changes_logged(settings: LogSettings) -> Iterator[Finding]:
    """Changes to tables, roles and grants are logged, by pgaudit or by log_statement.

    ## Why it matters
    A dropped policy or a new grant undoes every other protection; only the log says who did it.

    ## How to fix it
    With pgaudit:

        alter system set shared_preload_libraries = 'pgaudit';  -- needs a restart
        create extension pgaudit;
        alter system set pgaudit.log = 'ddl, role, write';

    Without it: `alter system set log_statement = 'ddl';`
    """
    classes = {word.strip().lower() for word in settings.pgaudit.split(",")}
    evidence: Evidence = {
        "role": settings.role,
        "log_statement": settings.statement,
        "pgaudit_log": settings.pgaudit,
        "sources": dict(settings.sources),
    }
    if "all" in classes or {"ddl", "role"} <= classes:
        yield passed("pgaudit.log", f"pgaudit logs {settings.pgaudit} for {settings.role}", **evidence)
    elif settings.statement in _ENOUGH:
        yield passed("log_statement", f"log_statement is {settings.statement} for {settings.role}", **evidence)
    else:
        yield failed(
            "log_statement",
            f"neither pgaudit nor log_statement ({settings.statement}) logs changes for {settings.role}",
            **evidence,
        )
