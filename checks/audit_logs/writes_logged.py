"""The database logs what the application writes."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import POSTGREST, LogSettings, RoleLogging
from auditor.facts.log_rules import WRITES, audit_silence, recorded_by, silence, unknown
from auditor.model import Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check("LOG005", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-778", "ASVS-5.0-16.2.1"))
def writes_logged(settings: LogSettings) -> Iterator[Finding]:
    """Rows that the application inserts, changes or deletes are logged: by pgaudit, or by log_statement.

    ## Why it matters
    When data was tampered with through the application's own login, what it wrote is the only trace. PostgREST writes
    as `authenticator`, whose settings are its own, and by `with ... as (insert ...) select ...`: to `log_statement =
    mod` that is no write, and to pgaudit's session logging it is `read`.

    ## How to fix it
    `alter system set pgaudit.log = 'ddl, role, write';`, or without pgaudit `alter system set log_statement = 'mod';`.
    For PostgREST `alter role authenticator set pgaudit.log = 'ddl, role, read, write';`. Where that is too much, audit
    the tables that matter: `alter system set pgaudit.role = 'auditing';` and `grant insert, update, delete on ... to
    auditing;`. A table of the application's own, filled by triggers, serves too; then waive this check and name it
    under `[policy.audit_logs] tables`.
    """
    for role in settings.roles:
        if role.application:
            yield _judged(settings, role)


_WITHIN_SELECT = (frozenset({"read", "write"}), frozenset({"all"}))
"""For ``recorded_by``: writes in a WITH clause. Measured with 15.18 and pgaudit 1.7: their class is that of SELECT."""


def _judged(settings: LogSettings, role: RoleLogging) -> Finding:
    auditor = role.setting("pgaudit.role").value
    evidence: Evidence = {
        "log_statement": role.setting("log_statement").value,
        "pgaudit_log": role.setting("pgaudit.log").value,
        "pgaudit_role": auditor,
        "sources": {one.name: one.source for one in role.settings if one.source != "server"},
    }
    reason = silence(settings, role)
    postgrest = POSTGREST in role.roles
    plain = recorded_by(role, *WRITES)
    by = recorded_by(role, *_WITHIN_SELECT) if postgrest else plain
    if not by and auditor and not role.unaudited and not audit_silence(role):
        by = "pgaudit.role"
    if hidden := unknown(role, by):
        return unproven(role.subject, hidden.hidden, f"reset {hidden.name} of the audit's own role", **evidence)
    if by and not reason:
        return passed(role.subject, f"{by} is {role.setting(by).value} for it", **evidence)
    if by:
        return failed(role.subject, f"{by} is {role.setting(by).value} for it, and {reason}", **evidence)
    if auditor and role.unaudited:
        tables = list(role.unaudited)
        return failed(
            role.subject, f"writes to {tables[0]} are not among what {auditor} audits", tables=tables, **evidence
        )
    if plain:
        said = f"{plain} is {role.setting(plain).value} for it: PostgREST writes within a SELECT, which that leaves out"
        return failed(role.subject, said, **evidence)
    return failed(role.subject, "nothing logs what it writes", **evidence)
