"""Audit tables can be added to, and not rewritten."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import AuditTable, AuditTables, Change
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("LOG010", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-732", "CWE-117", "ASVS-5.0-16.4.2"))
def audit_tables_append_only(audited: AuditTables) -> Iterator[Finding]:
    """No role of the application or its API may change, delete or truncate rows of an audit table, or owns one.

    ## Why it matters
    Whoever takes over the application has its rights. If those reach the rows that say who did what, the trace goes
    first. An owner may grant all of it to itself, and drop the table.

    ## How to fix it
        alter table {subject} owner to another_role;
        revoke update, delete, truncate on {subject} from app, anon, authenticated, service_role;

    A right to a partition, to a view on the table, or to delete what a foreign key with `on delete cascade` leads to,
    is one to its rows: revoke it there, or drop the foreign key.

    Let triggers write it: a SECURITY DEFINER function needs no grant for the application. Tables with other names
    belong under `[policy.audit_logs] tables`.
    """
    for name in audited.missing:
        yield unproven(
            name, "the checklist names this table, and the database has none", "correct `policy.audit_logs.tables`"
        )
    if not audited.tables and not audited.missing:
        yield not_applicable(
            "no table is called as audit tables are; name yours under [policy.audit_logs] tables",
            roles=list(audited.roles),
        )
    for table in audited.tables:
        yield from _table(table, audited)


def _table(table: AuditTable, audited: AuditTables) -> Iterator[Finding]:
    evidence: Evidence = {"owner": table.owner, "declared": table.declared, "looked_at_roles": list(audited.roles)}
    if audited.superuser:
        yield failed(
            table.name,
            "the application's role is a superuser: it may rewrite every table",
            aspect="superuser",
            **evidence,
        )
    certain = [change for change in table.changes if not change.guard]
    if certain:
        said = "; ".join(_said(role, [c.how for c in certain if c.role == role]) for role in _roles(certain))
        changes = [{"role": c.role, "may": c.how} for c in certain]
        yield failed(table.name, said, changes=changes, **evidence)
    for change in table.changes:
        if change.guard:
            yield unproven(
                table.name,
                f"{change.role} was granted {change.how}, and the trigger {change.guard} may refuse it, or may not",
                f"revoke {change.how.partition(' ')[0].lower()} on {table.name} from {change.role}",
                aspect=f"{change.role} {change.how}",
            )
    if not table.changes and not audited.superuser:
        yield passed(table.name, "none of these roles may change or delete its rows", **evidence)


def _roles(changes: list[Change]) -> list[str]:
    return list(dict.fromkeys(change.role for change in changes))


def _said(role: str, how: list[str]) -> str:
    if "owner" in how:
        return f"{role} owns it, or may become its owner"
    return f"{role} may {', '.join(how)}"
