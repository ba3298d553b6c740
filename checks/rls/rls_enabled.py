"""Row level security is on for every table the API exposes."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.database import ExposedTables, Table
from auditor.facts.policy import RlsPolicy
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_TABLES = ("table", "partitioned table")


@check(
    "RLS001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-862", "ASVS-5.0-8.2.2"),
)
def rls_enabled(exposed: ExposedTables, policy: RlsPolicy) -> Iterator[Finding]:
    """Every table in an exposed schema has row level security turned on.

    ## Why it matters
    Supabase serves each table in an exposed schema over HTTP. With RLS off, the public anon key reads, and often
    writes, every row.

    ## How to fix it
        alter table {subject} enable row level security;

    Then add a policy for those who need the rows: RLS without a policy denies everyone.
    """
    tables = [table for table in exposed.tables if table.kind in _TABLES]
    if not tables and not exposed.gaps:
        yield not_applicable(f"no tables in {', '.join(exposed.schemas)}")
    for table in tables:
        yield _judge(table, policy)


def _judge(table: Table, policy: RlsPolicy) -> Finding:
    subject = str(table)
    if table.rls:
        return passed(subject, "row level security is on", forced=table.forced)
    if not table.reachable_by:
        return passed(subject, "row level security is off, and no API role can reach the table")
    if _public_on_purpose(table, policy):
        return passed(subject, "row level security is off, read-only and declared public", declared="public_tables")
    if table.extension:
        return _owned_by_extension(table)
    return failed(
        subject,
        "row level security is off",
        readable_by=list(table.readable_by),
        writable_by=list(table.writable_by),
        owner=table.owner,
    )


def _public_on_purpose(table: Table, policy: RlsPolicy) -> bool:
    return not table.writable_by and f"{table.schema}.{table.name}" in policy.public_tables


def _owned_by_extension(table: Table) -> Finding:
    return failed(
        str(table),
        f"row level security is off; the table belongs to the extension {table.extension}",
        remediation=(
            f"The extension owns this table, so RLS cannot be turned on here: move the extension out of the exposed "
            f"schema (`alter extension {table.extension} set schema extensions;` where it allows it), or revoke the "
            f"API roles' rights on it."
        ),
        readable_by=list(table.readable_by),
        writable_by=list(table.writable_by),
        extension=table.extension,
    )
