"""The database logs what its powerful roles change."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogSettings, RoleLogging
from auditor.facts.log_rules import CHANGES, recorded_by, silence, unknown
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "LOG003",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-778", "CIS-PostgreSQL-17-3.2", "ASVS-5.0-16.2.1"),
)
def powerful_roles_logged(settings: LogSettings) -> Iterator[Finding]:
    """Changes to tables, roles and grants are logged for every role that may make them, administrators included.

    ## Why it matters
    Who may change the schema or the roles may undo every protection. A role whose own settings switch its log off does
    so unseen, while the server's settings look well.

    ## How to fix it
        select r.rolname, d.setconfig from pg_db_role_setting d left join pg_roles r on r.oid = d.setrole;
        alter role {subject} reset log_statement;
        alter role {subject} reset pgaudit.log;

    and log changes for everybody: `alter system set log_statement = 'ddl';`
    """
    others = [role for role in settings.roles if role.why and not role.application]
    if settings.unseen:
        yield unproven("roles", settings.unseen, "log changes for everybody: alter system set log_statement = 'ddl'")
    elif not others:
        yield not_applicable("no role but the application's may log in and change the schema")
    for role in others:
        yield _judged(settings, role)


def _judged(settings: LogSettings, role: RoleLogging) -> Finding:
    evidence: Evidence = {
        "why": role.why,
        "roles": list(role.roles[:20]),
        "count": len(role.roles),
        "log_statement": role.setting("log_statement").value,
        "pgaudit_log": role.setting("pgaudit.log").value,
        "sources": {one.name: one.source for one in role.settings if one.source != "server"},
    }
    if role.managed:
        return not_applicable(f"the role belongs to {settings.provider}", role.subject, **evidence)
    by = recorded_by(role, *CHANGES)
    reason = silence(settings, role)
    if hidden := unknown(role, by):
        return unproven(role.subject, hidden.hidden, f"reset {hidden.name} of the audit's own role", **evidence)
    if by and not reason:
        return passed(role.subject, f"{by} is {role.setting(by).value} for it ({role.why})", **evidence)
    if by:
        return failed(role.subject, f"{by} is {role.setting(by).value} for it, and {reason}", **evidence)
    return failed(role.subject, f"nothing logs its changes, and it {_may(role.why)}", **evidence)


def _may(why: str) -> str:
    return "is a superuser" if why == "superuser" else why
