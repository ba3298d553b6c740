"""API roles cannot escape row level security."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import API_ROLES, Catalog, Role
from auditor.facts.database import quoted
from auditor.model import Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check("RLS013", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-269", "ASVS-5.0-8.2.1"))
def roles_bound_by_rls(catalog: Catalog) -> Iterator[Finding]:
    """Neither anon nor authenticated bypasses row level security, or can become a role that does.

    ## Why it matters
    A superuser and a role with BYPASSRLS see every row whatever the policies say; a member of such a role can
    become it.

    ## How to fix it
        alter role {subject} nosuperuser nobypassrls;

    and revoke its memberships: `revoke service_role from {subject};`
    """
    roles = {role.name: role for role in catalog.roles}
    for name in API_ROLES:
        if name in roles:
            yield judge_role(roles[name], roles)
    for name in catalog.other_roles:
        yield unproven(
            name,
            f"the API may run requests as {name}, and what that role may do is not looked through",
            "review its grants and policies, and waive this; or revoke it from authenticator",
        )
    if not any(name in roles for name in API_ROLES):
        yield unproven("roles", "the database has neither a role anon nor authenticated")


def judge_role(role: Role, roles: dict[str, Role]) -> Finding:
    """Whether a role is bound by RLS, by itself and by what it can become."""
    if role.superuser or role.bypass_rls:
        what = "a superuser" if role.superuser else "exempt from row level security (BYPASSRLS)"
        return failed(role.name, f"is {what}", superuser=role.superuser, bypass_rls=role.bypass_rls)
    exempt = sorted(n for n in role.member_of if n in roles and (roles[n].superuser or roles[n].bypass_rls))
    if exempt:
        fix = "\n".join(f"    revoke {quoted(name)} from {role.name};" for name in exempt)
        return failed(
            role.name,
            f"is a member of {', '.join(exempt)}, and can become exempt from row level security",
            remediation=fix,
            member_of=exempt,
        )
    return passed(role.name, "is bound by row level security", member_of=list(role.member_of))
