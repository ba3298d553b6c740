"""pgaudit, where it is in use, does what it is there for."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogSettings, RoleLogging
from auditor.facts.log_rules import CHANGES, audit_silence, pgaudit_classes, recorded_by
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "LOG004",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-778", "CIS-PostgreSQL-17-3.2"),
)
def pgaudit_works(settings: LogSettings) -> Iterator[Finding]:
    """pgaudit, where it is in use, is loaded, created in the database and set for the roles of the application.

    ## Why it matters
    Each of the three alone logs nothing, and looks as if something did: an extension without its library, a library
    without `pgaudit.log`, a setting that a role of its own undoes.

    ## How to fix it
        alter system set shared_preload_libraries = 'pgaudit';  -- needs a restart
        create extension pgaudit;
        alter system set pgaudit.log = 'ddl, role, write';
        alter role {subject} reset pgaudit.log;

    On Supabase the library is loaded already: `create extension pgaudit;`, then `alter role ... set pgaudit.log`.
    """
    if not settings.pgaudit_loaded:
        yield _without_library(settings)
        return
    applications = [role for role in settings.roles if role.application]
    if not settings.pgaudit_created and not any(_classes(role) for role in applications):
        yield _unused(settings)
        return
    if not settings.pgaudit_created:
        yield failed(
            "extension",
            "pgaudit was not created in this database: lines about changes do not name what was changed",
            created=False,
        )
    else:
        yield passed("extension", "pgaudit is loaded, and created in this database", version=settings.pgaudit_created)
    for role in applications:
        yield _role(role)


def _without_library(settings: LogSettings) -> Finding:
    library = settings.setting("shared_preload_libraries")
    evidence: Evidence = {"shared_preload_libraries": library.value, "set_for": list(settings.pgaudit_set)}
    if not settings.pgaudit_created and not settings.pgaudit_set:
        return not_applicable("pgaudit is not in use", "pgaudit", **evidence)
    what = "created in this database" if settings.pgaudit_created else f"set for {', '.join(settings.pgaudit_set)}"
    waits = "; another value of shared_preload_libraries waits for a restart" if library.pending else ""
    return failed("library", f"pgaudit is {what}, and its library is not loaded: it logs nothing{waits}", **evidence)


def _unused(settings: LogSettings) -> Finding:
    role = settings.own
    by = recorded_by(role, *CHANGES)
    if role.setting("pgaudit.log").hidden:
        return unproven(settings.role, role.setting("pgaudit.log").hidden)
    if by:
        return not_applicable(f"pgaudit is loaded and not in use: {by} logs changes", "pgaudit")
    return failed(
        settings.role,
        "pgaudit is loaded and logs nothing: pgaudit.log is not set",
        pgaudit_log=role.setting("pgaudit.log").value,
    )


def _role(role: RoleLogging) -> Finding:
    setting = role.setting("pgaudit.log")
    evidence: Evidence = {
        one.name.replace(".", "_"): one.value for one in role.settings if one.name.startswith("pgaudit.")
    }
    evidence["source"] = setting.source
    if setting.hidden:
        return unproven(role.subject, setting.hidden, "reset pgaudit.log of the audit's own role")
    if not _classes(role) and not role.setting("pgaudit.role").value:
        where = "" if setting.source == "server" else f", set for {setting.source}"
        return failed(role.subject, f"pgaudit.log is {setting.value or 'empty'} for it{where}: nothing", **evidence)
    if reason := audit_silence(role):
        return failed(role.subject, reason, **evidence)
    return passed(role.subject, f"pgaudit.log is {setting.value} for it", **evidence)


def _classes(role: RoleLogging) -> set[str]:
    return pgaudit_classes(role.setting("pgaudit.log").value) or set()
