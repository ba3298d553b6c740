"""Storage is not open to everyone."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import PUBLIC, Catalog, RowPolicy
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_OBJECTS = "storage.objects"
_BY_OBJECT = {"name", "owner", "owner_id", "path_tokens", "metadata", "user_metadata", "id"}


@check("RLS018", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-434", "CWE-862", "ASVS-5.0-8.2.2"))
def storage_policies_scoped(catalog: Catalog) -> Iterator[Finding]:
    """Strangers can neither upload files nor list those of others.

    ## Why it matters
    An INSERT policy for anon turns the bucket into a free file host, with your name on it. A SELECT policy that
    looks at nothing but the bucket lists every file of every user.

    ## How to fix it
    Scope the policy to the caller's own folder:

        using (bucket_id = 'docs' and (storage.foldername(name))[1] = (select auth.uid())::text)
    """
    policies = [policy for policy in catalog.policies if policy.table == _OBJECTS and policy.permissive]
    if not policies and not catalog.gaps:
        yield not_applicable("storage.objects has no policy, or there is no storage")
    for policy in policies:
        if problem := _problem(policy):
            yield failed(
                _OBJECTS,
                f"policy {policy.name} {problem}",
                aspect=policy.name,
                policy=policy.name,
                command=policy.command,
                roles=list(policy.roles),
                columns=list(policy.columns),
            )
        else:
            yield passed(_OBJECTS, f"policy {policy.name} is scoped", aspect=policy.name)


def _problem(policy: RowPolicy) -> str:
    strangers = {"anon", PUBLIC} & set(policy.roles)
    scoped = bool(_BY_OBJECT & set(policy.columns)) or any(not name.startswith("auth.") for name in policy.functions)
    if policy.command in ("INSERT", "ALL") and strangers and not scoped:
        return f"lets {', '.join(sorted(strangers))} upload"
    if policy.command in ("SELECT", "ALL") and {*strangers, "authenticated"} & set(policy.roles) and not scoped:
        return "lists the files of everyone"
    if (
        policy.command in ("UPDATE", "DELETE", "ALL")
        and {*strangers, "authenticated"} & set(policy.roles)
        and not scoped
    ):
        return "lets everyone change the files of others"
    return ""
