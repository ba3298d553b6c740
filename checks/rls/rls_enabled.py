"""Row level security is on for every table the API exposes."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog, Relation
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import RowTrials
from auditor.facts.view_paths import served_tables
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_SHUT = "row level security is on, and without a policy nobody sees a row"


@check("RLS001", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-862", "ASVS-5.0-8.2.2"))
def rls_enabled(catalog: Catalog, trials: RowTrials, policy: RlsPolicy) -> Iterator[Finding]:
    """Every table in an exposed schema has row level security turned on.

    Every kind counts: partitioned tables and each of their partitions, children by inheritance, tables with a right to
    write only or on some columns only, tables of other schemas that a view with `security_invoker` shows. What no API
    role can reach passes.

    ## Why it matters
    Supabase serves each table in an exposed schema over HTTP. With RLS off, the public anon key reads, and often
    writes, every row.

    ## How to fix it
        alter table {subject} enable row level security;

    Then add a policy for those who need the rows: RLS without a policy denies everyone.
    """
    tables = served_tables(catalog)
    seen_by, written_by, denied = trials.seen_by(), trials.written_by(), set(trials.denied)
    if not tables and not catalog.gaps:
        yield not_applicable(f"no tables in {', '.join(catalog.schemas)}" if catalog.schemas else catalog.source)
    for table in tables:
        if table.rls and str(table) in denied:
            yield passed(str(table), _SHUT, confidence=Confidence.PROVEN, forced=table.forced)
        else:
            yield _judge(table, policy, seen_by.get(str(table), []), written_by.get(str(table), []))


def _judge(table: Relation, policy: RlsPolicy, seen_by: list[str], written_by: list[str]) -> Finding:
    subject = str(table)
    if table.rls:
        return passed(subject, "row level security is on", forced=table.forced)
    if not table.reachable_by:
        return passed(subject, "row level security is off, and no API role can reach the table")
    if not table.writable_by and table.named_in(policy.public_tables):
        return passed(subject, "row level security is off, read-only and declared public", declared="public_tables")
    if table.extension and not table.writable_by:
        return passed(subject, _move_extension(table), extension=table.extension)
    return failed(
        subject,
        _what(table, seen_by),
        confidence=Confidence.PROVEN if seen_by or written_by else Confidence.OBSERVED,
        remediation=_move_extension(table) if table.extension else "",
        readable_by=list(table.readable_by),
        writable_by=list(table.writable_by),
        columns=sorted({column for grant in table.grants for column in grant.columns}),
        rows_seen_by=seen_by,
        owner=table.owner,
        part_of=list(table.parents),
        extension=table.extension,
    )


def _what(table: Relation, seen_by: list[str]) -> str:
    seen = f": {' and '.join(seen_by)} read rows" if seen_by else ""
    owned = f"; the table belongs to the extension {table.extension}" if table.extension else ""
    return f"row level security is off{seen}{owned}"


def _move_extension(table: Relation) -> str:
    return (
        f"belongs to the extension {table.extension}, so RLS cannot be turned on: move it out of the exposed "
        f"schema (`alter extension {table.extension} set schema extensions;` where it allows it), or revoke the rights"
    )
