"""Policies search by indexed columns."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.columns import Columns
from auditor.facts.database import quoted
from auditor.model import Finding, Level, Severity, failed, passed
from auditor.registry import check


@check(
    "RLS024",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("https://supabase.com/docs/guides/database/postgres/row-level-security#add-indexes",),
)
def policy_columns_indexed(columns: Columns) -> Iterator[Finding]:
    """Every column that a policy compares has an index.

    ## Why it matters
    A policy is a `where` on every query; without an index each of them reads the whole table.

    ## How to fix it
    Create the index that stands with each finding.
    """
    missing = [index for index in columns.unindexed if index.reason == "policy"]
    for index in missing:
        names = ", ".join(map(quoted, index.columns))
        yield failed(
            index.table,
            f"policies read {names}, and no index begins with it",
            remediation=f"    create index on {index.table} ({names});",
            aspect=names,
            columns=list(index.columns),
        )
    if not missing:
        yield passed("*", "every column that a policy reads has an index")
