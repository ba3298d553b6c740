"""Rows without an owner are nobody's, and not everybody's."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog, Relation
from auditor.facts.decisions import REVIEW, Decisions, decisions_of
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import Row, RowTrials
from auditor.facts.view_paths import served_tables
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("RLS005", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-636", "CWE-863", "ASVS-5.0-8.2.2"))
def ownerless_rows_hidden(catalog: Catalog, trials: RowTrials, intent: RlsPolicy) -> Iterator[Finding]:
    """A row that names no owner is not shown to every stranger.

    Judged where the column may be empty. Rows that lose their owner when a user is deleted are a matter of RLS003.

    ## Why it matters
    `owner_id is null or owner_id = auth.uid()` gives whatever was written without an owner, by a job or by a bug, to
    everybody.

    ## How to fix it
    Let every row have an owner, and mark what is for all in a column of its own:

        alter table {subject} alter column owner_id set not null;

    Templates that everyone may read on purpose: waive this, or declare the table in `[policy.rls] public_tables`.
    """
    decisions = decisions_of(catalog, trials)
    emptied = {column.table for column in catalog.columns if column.emptied}
    judged = [
        (table, roles)
        for table in served_tables(catalog)
        if table.rls
        and str(table) not in emptied
        and (roles := [r for r in table.readable_by if decisions.tried(str(table), r, Row.OWNERLESS)])
    ]
    if not judged and not catalog.gaps:
        yield not_applicable("no table whose policies read a column for an owner that may be empty")
    for table, roles in judged:
        yield _judge(table, roles, decisions, intent)


def _judge(table: Relation, roles: list[str], decisions: Decisions, intent: RlsPolicy) -> Finding:
    subject = str(table)
    if table.named_in(intent.public_tables):
        return passed(subject, "declared public", declared="public_tables")
    verdicts = {role: decisions.foreign_row(subject, role, "SELECT", "using", Row.OWNERLESS) for role in roles}
    closed = {role for role in roles if decisions.foreign_row(subject, role, "SELECT", "using").allowed is False}
    # a table that is open, or could not be tried, is told by RLS003
    open_to = [role for role in roles if verdicts[role].allowed and role in closed]
    if open_to:
        return failed(
            subject,
            f"{' and '.join(open_to)} may read rows that name no owner",
            confidence=Confidence.PROVEN,
            roles=open_to,
            policies=sorted({name for role in open_to for name in verdicts[role].policies}),
        )
    if unknown := [(role, verdict) for role, verdict in verdicts.items() if verdict.allowed is None]:
        (role, verdict), *_ = unknown
        what = f"policy {', '.join(verdict.policies)} could not be tried as {role}: {verdict.reason}"
        return unproven(subject, what, verdict.hint or REVIEW)
    return passed(subject, "rows without an owner are not shown to strangers", confidence=Confidence.PROVEN)
