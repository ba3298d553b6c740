"""Secret columns are not served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog
from auditor.facts.columns import Columns, DelicateColumn
from auditor.facts.decisions import Decisions, decisions_of
from auditor.facts.row_trials import RowTrials
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("RLS021", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-200", "CWE-522", "ASVS-5.0-14.2.1"))
def sensitive_columns_hidden(columns: Columns, catalog: Catalog, trials: RowTrials) -> Iterator[Finding]:
    """Columns named like secrets are not readable in the rows of others.

    ## Why it matters
    A policy that shows a row shows all its columns: the public profile with the API key in it.

    ## How to fix it
    Move the column to a table of its own, or grant the others one by one:

        revoke select on {subject} from anon, authenticated;
        grant select (id, name) on {subject} to anon, authenticated;
    """
    decisions = decisions_of(catalog, trials)
    relations = {str(relation): relation for relation in catalog.relations}
    judged = [column for column in columns.delicate if column.kind == "sensitive" and column.table in relations]
    if not judged and not catalog.gaps:
        yield not_applicable("no column of an exposed table is named like a secret")
    for column in judged:
        rls = relations[column.table].rls
        open_to = [
            role
            for role in column.readable_by
            if not rls
            or decisions.opening(column.table, role, "SELECT", "using")
            or decisions.foreign_row(column.table, role, "SELECT", "using").allowed
        ]
        if open_to:
            yield failed(
                column.table,
                f"{', '.join(open_to)} may read {column.column} of everyone",
                confidence=Confidence.PROVEN if rls else Confidence.OBSERVED,
                aspect=column.column,
                column=column.column,
                readable_by=open_to,
            )
        elif reason := _unknown(column, decisions):
            yield unproven(
                column.table,
                f"whether {column.column} of others is hidden could not be tried: {reason}",
                aspect=column.column,
            )
        else:
            yield passed(column.table, f"{column.column} of others is hidden", aspect=column.column)


def _unknown(column: DelicateColumn, decisions: Decisions) -> str:
    """Why it is not known whether a role reads the rows of others; empty when it is."""
    verdicts = [decisions.foreign_row(column.table, role, "SELECT", "using") for role in column.readable_by]
    return next((verdict.reason for verdict in verdicts if verdict.allowed is None), "")
