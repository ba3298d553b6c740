"""No policy lets everyone through."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.database import ExposedTables, Policies, Policy, Table, quoted
from auditor.facts.policy import RlsPolicy
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_API_ROLES = {"anon", "authenticated", "public"}
_TRUE = re.compile(r"\(*\s*(true|(\S+)\s*=\s*\2)\s*\)*", re.IGNORECASE)


@check(
    "RLS002",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-863", "ASVS-5.0-8.2.2"),
)
def policy_not_always_true(policies: Policies, exposed: ExposedTables, intent: RlsPolicy) -> Iterator[Finding]:
    """No permissive policy for an API role is always true.

    ## Why it matters
    A policy `using (true)` for anon or authenticated gives every row to everyone who has the public key, while the
    table still shows up as protected by RLS.

    ## How to fix it
    Say whose rows they are, for example:

        alter policy ... using ((select auth.uid()) = owner_id);

    A table that everyone may read on purpose belongs in `[policy.rls] public_tables`.
    """
    reachable = {str(table): table for table in exposed.tables if table.reachable_by}
    judged = [p for p in policies.policies if p.table in reachable and _for_api(p)]
    if not judged:
        yield not_applicable("no permissive policy for an API role on a table that they reach")
    for policy in judged:
        yield _judge(policy, reachable[policy.table], intent)


def _for_api(policy: Policy) -> bool:
    return policy.permissive and bool(_API_ROLES & set(policy.roles))


def _judge(policy: Policy, table: Table, intent: RlsPolicy) -> Finding:
    open_parts = [part for part, expression in _parts(policy) if expression and _TRUE.fullmatch(expression)]
    evidence: Evidence = {"policy": policy.name, "command": policy.command, "roles": list(policy.roles)}
    if not open_parts:
        return passed(policy.table, f"policy {policy.name} is not always true", aspect=policy.name, **evidence)
    if policy.command == "SELECT" and f"{table.schema}.{table.name}" in intent.public_tables:
        return passed(policy.table, f"policy {policy.name}: declared public", aspect=policy.name, **evidence)
    return failed(
        policy.table,
        f"policy {policy.name} is always true for {policy.command} ({' and '.join(open_parts)})",
        remediation=_fix(policy, open_parts),
        aspect=policy.name,
        always_true=open_parts,
        **evidence,
    )


def _parts(policy: Policy) -> tuple[tuple[str, str | None], ...]:
    return (("using", policy.using), ("with check", policy.check))


def _fix(policy: Policy, open_parts: list[str]) -> str:
    clauses = " ".join(f"{part} ((select auth.uid()) = owner_id)" for part in open_parts)
    return (
        f"alter policy {quoted(policy.name)} on {policy.table} {clauses};  -- owner_id: the column that names the owner"
    )
