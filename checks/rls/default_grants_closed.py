"""The next table will not be open by default."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import API_ROLES, PUBLIC, Catalog
from auditor.facts.database import quoted
from auditor.model import Finding, Level, Severity, failed, passed
from auditor.registry import check


@check(
    "RLS016", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-276", "CWE-1188", "ASVS-5.0-8.2.2")
)
def default_grants_closed(catalog: Catalog) -> Iterator[Finding]:
    """Tables that are created tomorrow are not granted to API roles by default.

    ## Why it matters
    With such default privileges a new table is served to everyone from the moment it exists, before anyone has
    thought of its policies.

    ## How to fix it
    Revoke the default and grant each table on purpose; the statement is with each finding.
    """
    opened = [
        grant
        for grant in catalog.default_grants
        if grant.objects == "tables"
        and grant.role in (*API_ROLES, PUBLIC)
        and (not grant.schema or grant.schema in catalog.schemas)
    ]
    for grant in opened:
        where = f"in schema {quoted(grant.schema)} " if grant.schema else ""
        yield failed(
            f"{grant.creator} in {grant.schema or 'every schema'} tables",
            f"tables that {grant.creator} creates are granted to {grant.role}: {', '.join(grant.privileges)}",
            remediation=f"    alter default privileges for role {quoted(grant.creator)} {where}"
            f"revoke all on tables from {grant.role};",
            aspect=grant.role,
            role=grant.role,
            privileges=list(grant.privileges),
        )
    if not opened and not catalog.gaps:
        yield passed(
            "*", "no default privilege opens new tables to API roles", default_grants=len(catalog.default_grants)
        )
