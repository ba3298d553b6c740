"""Membership policies compare with the row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.catalog import Catalog
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_COLUMN = r"(?:\"(?:[^\"]|\"\")+\"|\w+)\.(?:\"(?:[^\"]|\"\")+\"|\w+)"
_SELF = re.compile(rf"(?<![\w.\"])({_COLUMN}|\({_COLUMN}\)::\w+) = \1(?![\w.\"])")


@check("RLS006", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-863", "ASVS-5.0-8.2.2"))
def membership_names_the_row(catalog: Catalog) -> Iterator[Finding]:
    """A policy that looks up a membership compares it with the row, not with itself.

    ## Why it matters
    In `exists (select 1 from member m where m.org_id = org_id)` the second `org_id` is the member table's own
    column, if it has one: the condition is always true, and being a member of anything opens the rows of all.

    ## How to fix it
    Name the table of the row: `m.org_id = projects.org_id`.
    """
    reachable = {str(relation) for relation in catalog.exposed("table", "partitioned table") if relation.reachable_by}
    judged = [policy for policy in catalog.policies if policy.table in reachable and policy.relations]
    if not judged and not catalog.gaps:
        yield not_applicable("no policy looks up another table")
    for policy in judged:
        found = [match[0] for text in (policy.using, policy.check) if text for match in _SELF.finditer(text)]
        if found:
            yield failed(
                policy.table,
                f"policy {policy.name} compares a column with itself: {found[0]}",
                aspect=policy.name,
                policy=policy.name,
                comparisons=sorted(set(found)),
            )
        else:
            yield passed(policy.table, f"policy {policy.name} compares with the row", aspect=policy.name)
