"""No API role owns a protected table without FORCE."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import API_ROLES, Catalog
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("RLS014", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-269", "ASVS-5.0-8.2.1"))
def owner_bound_by_rls(catalog: Catalog) -> Iterator[Finding]:
    """No API role owns a table, or belongs to its owner, unless row level security is forced on it.

    ## Why it matters
    The owner of a table is exempt from its policies, and may drop them.

    ## How to fix it
        alter table {subject} owner to postgres;
        alter table {subject} force row level security;
    """
    inherits = {role.name: {role.name, *role.member_of} for role in catalog.roles if role.name in API_ROLES}
    tables = [table for table in catalog.exposed("table", "partitioned table") if table.rls]
    if not tables and not catalog.gaps:
        yield not_applicable("no table has row level security")
    for table in tables:
        owners = sorted(name for name, names in inherits.items() if table.owner in names)
        if owners and not table.forced:
            yield failed(
                str(table),
                f"{', '.join(owners)} owns it, and owners are exempt without FORCE",
                owner=table.owner,
                roles=owners,
            )
        else:
            yield passed(str(table), "no API role is exempt as its owner", owner=table.owner, forced=table.forced)
