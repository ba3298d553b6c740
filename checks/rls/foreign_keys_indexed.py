"""Foreign keys are indexed."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.columns import Columns
from auditor.facts.database import quoted
from auditor.model import Finding, Level, Severity, failed, passed
from auditor.registry import check


@check("RLS025", level=Level.RECOMMENDED, severity=Severity.LOW)
def foreign_keys_indexed(columns: Columns) -> Iterator[Finding]:
    """Every foreign key of an exposed table has an index.

    ## Why it matters
    Deleting or updating a referenced row searches the referencing table, and membership policies join over these
    columns: without an index, both read it whole.

    ## How to fix it
    Create the index that stands with each finding.
    """
    missing = [index for index in columns.unindexed if index.reason == "foreign key"]
    for index in missing:
        names = ", ".join(map(quoted, index.columns))
        yield failed(
            index.table,
            f"foreign key {index.name} ({names}) has no index",
            remediation=f"    create index on {index.table} ({names});",
            aspect=index.name,
            columns=list(index.columns),
        )
    if not missing:
        yield passed("*", "every foreign key has an index")
