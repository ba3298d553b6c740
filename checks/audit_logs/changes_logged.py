"""The database logs changes to its structure."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.database import LogSettings
from auditor.model import Evidence, Finding, Level, Severity, failed, passed
from auditor.registry import check

_ENOUGH = ("ddl", "mod", "all")
_ALL = {"ddl", "function", "misc", "misc_set", "read", "role", "write"}


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
    classes = _pgaudit_classes(settings.pgaudit)
    evidence: Evidence = {
        "role": settings.role,
        "log_statement": settings.statement,
        "pgaudit_log": settings.pgaudit,
        "sources": dict(settings.sources),
    }
    if {"ddl", "role"} <= classes:
        yield passed("pgaudit.log", f"pgaudit logs {settings.pgaudit} for {settings.role}", **evidence)
    elif settings.statement.lower() in _ENOUGH:
        yield passed("log_statement", f"log_statement is {settings.statement} for {settings.role}", **evidence)
    else:
        yield failed(
            "log_statement",
            f"neither pgaudit nor log_statement ({settings.statement}) logs changes for {settings.role}",
            **evidence,
        )


def _pgaudit_classes(setting: str) -> set[str]:
    """What ``pgaudit.log`` comes to: words are added from left to right, and with a minus in front taken away."""
    classes: set[str] = set()
    for word in setting.lower().split(","):
        name = word.strip().removeprefix("-").strip()
        named = _ALL if name == "all" else {name} & _ALL
        classes = classes - named if word.strip().startswith("-") else classes | named
    return classes
