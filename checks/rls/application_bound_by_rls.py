"""The application's role is bound by row level security."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import API_ROLES, Catalog
from auditor.model import Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check("RLS026", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-269", "CWE-250", "ASVS-5.0-8.2.1"))
def application_bound_by_rls(catalog: Catalog) -> Iterator[Finding]:
    """The role of the application's own connection is bound by row level security.

    ## Why it matters
    A backend that connects as a superuser, with BYPASSRLS or as the owner of the tables reads everything: one missing
    `where` in its code, or one injection, is every tenant's data.

    ## How to fix it
    Give the application a role of its own that owns nothing, and where it must own its tables:

        alter table ... force row level security;
    """
    roles = {role.name: role for role in catalog.roles}
    role = roles.get(catalog.application_role)
    if role is None:
        yield unproven(catalog.application_role, "the database does not list the application's role")
        return
    exempt = sorted(n for n in role.member_of if n in roles and (roles[n].superuser or roles[n].bypass_rls))
    evidence: Evidence = {"superuser": role.superuser, "bypass_rls": role.bypass_rls, "member_of": exempt}
    if role.superuser or role.bypass_rls or exempt:
        yield failed(role.name, "the application's role is exempt from row level security", **evidence)
    owned = [
        relation
        for relation in catalog.exposed("table", "partitioned table")
        if relation.rls
        and not relation.forced
        and relation.owner in (role.name, *role.member_of)
        and relation.owner not in API_ROLES
    ]
    for relation in owned:
        yield failed(
            str(relation),
            f"the application's role {role.name} owns it, and owners are exempt without FORCE",
            remediation=f"    alter table {relation} force row level security;",
            owner=relation.owner,
        )
    if not owned and not (role.superuser or role.bypass_rls or exempt):
        yield passed(role.name, "the application's role is bound by row level security", **evidence)
