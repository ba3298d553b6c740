"""No API role may truncate."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("RLS015", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-732", "ASVS-5.0-8.2.2"))
def truncate_not_granted(catalog: Catalog) -> Iterator[Finding]:
    """No API role may truncate a table.

    ## Why it matters
    Row level security does not apply to TRUNCATE: whoever holds it empties the table, all tenants at once. `grant
    all` includes it.

    ## How to fix it
        revoke truncate on {subject} from anon, authenticated;
    """
    tables = catalog.exposed("table", "partitioned table")
    if not tables and not catalog.gaps:
        yield not_applicable("the API serves no table")
    for table in tables:
        if roles := table.roles_with("TRUNCATE"):
            yield failed(str(table), f"{', '.join(roles)} may truncate it, whatever its policies", roles=list(roles))
        else:
            yield passed(str(table), "no API role may truncate it")
