"""No policy lets everyone through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.facts.catalog import PUBLIC, Catalog, Relation, RowPolicy
from auditor.facts.database import quoted
from auditor.facts.decisions import REVIEW, Decisions, decisions_of
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import RowTrials, Trial
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("RLS002", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-863", "ASVS-5.0-8.2.2"))
def policy_not_always_true(catalog: Catalog, trials: RowTrials, intent: RlsPolicy) -> Iterator[Finding]:
    """No permissive policy lets a stranger through without looking at the row.

    Policies that read no column of their table are evaluated as anon and as a signed-in user who owns nothing: `true`,
    `2 > 1`, `auth.uid() is not null`. What only administrators pass stays closed to them.

    ## Why it matters
    A policy `using (true)` for anon or authenticated gives every row to everyone who has the public key, while the
    table still shows up as protected by RLS.

    ## How to fix it
    Say whose rows they are, for example:

        alter policy ... using ((select auth.uid()) = owner_id);

    A table that everyone may read on purpose belongs in `[policy.rls] public_tables`.
    """
    decisions = decisions_of(catalog, trials)
    reachable = {str(relation): relation for relation in catalog.exposed() if relation.rls and relation.reachable_by}
    judged = [policy for policy in catalog.policies if policy.table in reachable and policy.permissive]
    names = {role.name: {role.name, PUBLIC, *role.rights_of} for role in catalog.roles}
    counted = [(policy, _roles(policy, reachable[policy.table], names)) for policy in judged]
    if not any(roles for _, roles in counted) and not catalog.gaps:
        yield not_applicable("no permissive policy for an API role on a table that they reach")
    for policy, roles in counted:
        if roles:
            yield _judge(policy, reachable[policy.table], roles, decisions, intent)


def _roles(policy: RowPolicy, table: Relation, names: dict[str, set[str]]) -> list[str]:
    """The API roles that the policy counts for, and that may do what it is for."""
    granted = table.reachable_by if policy.command == "ALL" else table.roles_with(policy.command)
    return [name for name in granted if not names.get(name, {name, PUBLIC}).isdisjoint(policy.roles)]


def _judge(policy: RowPolicy, table: Relation, names: list[str], decisions: Decisions, intent: RlsPolicy) -> Finding:
    evidence: Evidence = {"policy": policy.name, "command": policy.command, "roles": list(policy.roles)}
    if policy.command == "SELECT" and table.named_in(intent.public_tables):
        return passed(policy.table, f"policy {policy.name}: declared public", aspect=policy.name, **evidence)
    sides = [(side, text) for side, text in (("using", policy.using), ("check", policy.check)) if text]
    if policy.columns and not any(_literally_true(text) for _, text in sides):
        return passed(policy.table, f"policy {policy.name} looks at the row", aspect=policy.name, **evidence)
    ways = [(role, side, text, decisions.trials(policy, role, side)) for role in names for side, text in sides]
    open_ways = [
        (role, side, [trial for trial in trials if trial.allowed])
        for role, side, text, trials in ways
        if _literally_true(text) or (not policy.columns and any(trial.allowed for trial in trials))
    ]
    open_ways = [way for way in open_ways if not decisions.narrowed(policy, way[0], way[1])]
    if open_ways:
        return _open(policy, open_ways, evidence)
    unknown = [trial for _, _, _, trials in ways for trial in trials if trial.allowed is None]
    if unknown:
        return unproven(
            policy.table,
            f"policy {policy.name} looks at no row, and could not be tried: {unknown[0].reason}",
            unknown[0].hint or REVIEW,
            aspect=policy.name,
            **evidence,
        )
    return passed(
        policy.table,
        f"policy {policy.name} is closed to strangers",
        confidence=Confidence.PROVEN,
        aspect=policy.name,
        **evidence,
    )


def _open(policy: RowPolicy, ways: Sequence[tuple[str, str, list[Trial]]], evidence: Evidence) -> Finding:
    clauses = sorted({"with check" if side == "check" else "using" for _, side, _ in ways}, reverse=True)
    roles = sorted({role for role, _, _ in ways})
    tried = all(trials for _, _, trials in ways)
    strangers = sorted({trial.who for _, _, trials in ways for trial in trials})
    how = "" if "" in strangers or not strangers else f" with {' or '.join(strangers)}"
    fix = " ".join(f"{clause} ((select auth.uid()) = owner_id)" for clause in clauses)
    return failed(
        policy.table,
        f"policy {policy.name} lets {' and '.join(roles)} through{how} for {policy.command} ({' and '.join(clauses)}), "
        "whatever the row",
        confidence=Confidence.PROVEN if tried else Confidence.OBSERVED,
        remediation=f"    alter policy {quoted(policy.name)} on {policy.table} {fix};  -- owner_id: who owns the row",
        aspect=policy.name,
        open_to=roles,
        clauses=clauses,
        using=policy.using,
        with_check=policy.check,
        **evidence,
    )


def _literally_true(text: str) -> bool:
    return text.strip("() ").lower() == "true"
