"""Membership policies compare with the row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.catalog import Catalog, RowPolicy
from auditor.facts.decisions import Decision, decisions_of
from auditor.facts.lookups import Anything, Lookup, looked_up, memberships, named_by_functions
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import RowTrials
from auditor.facts.view_paths import served_tables
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_COLUMN = r"(?:\"(?:[^\"]|\"\")+\"|\w+)\.(?:\"(?:[^\"]|\"\")+\"|\w+)"
_SELF = re.compile(rf"(?<![\w.\"])({_COLUMN}|\({_COLUMN}\)::\w+) = \1(?![\w.\"])")
_WAYS = {
    "SELECT": [("SELECT", "using")],
    "INSERT": [("INSERT", "check")],
    "UPDATE": [("UPDATE", "using"), ("UPDATE", "check")],
    "DELETE": [("DELETE", "using")],
}
_ALL = [way for ways in _WAYS.values() for way in ways]


@check("RLS006", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-863", "ASVS-5.0-8.2.2"))
def membership_names_the_row(catalog: Catalog, trials: RowTrials, intent: RlsPolicy) -> Iterator[Finding]:
    """A policy that looks up a membership compares it with the row, not with itself.

    Where the audit's role may read the memberships, policies are tried as real members of one tenant on a row of
    another; else their text is judged: a comparison of a column with itself, in the policy or in a function that it
    calls, and a look into a list of members, shares or invitations that does not say for what.

    ## Why it matters
    In `exists (select 1 from member m where m.org_id = org_id)` the second `org_id` is the member table's own
    column, if it has one: the condition is always true, and being a member of anything opens the rows of all.

    ## How to fix it
    Name the table of the row: `m.org_id = projects.org_id`.
    """
    decisions = decisions_of(catalog, trials)
    tables, functions = memberships(catalog), named_by_functions(catalog)
    reachable = {str(table): table for table in served_tables(catalog) if table.reachable_by}
    judged = [p for p in catalog.policies if p.table in reachable and looked_up(p, functions)]
    if not judged and not catalog.gaps:
        yield not_applicable("no policy looks up another table")
    untried, anything = dict(trials.unsampled), Anything(catalog)
    shadowed = {f.signature: f.shadowed for f in catalog.functions if f.shadowed}
    for policy in judged:
        lookups = [tables[name] for name in sorted(looked_up(policy, functions) - {policy.table}) if name in tables]
        is_public = policy.command == "SELECT" and reachable[policy.table].named_in(intent.public_tables)
        members = [
            decision
            for command, side in _WAYS.get(policy.command, _ALL)
            if not (is_public and command == "SELECT")
            if (decision := decisions.members(policy.table, command, side))
        ]
        blind = {one.table: untried[one.table] for one in lookups if one.table in untried}
        mistakes = [shadowed[signature] for signature in policy.functions if signature in shadowed]
        yield _judge(policy, lookups, members, blind, mistakes, "" if is_public else anything.in_policy(policy))


def _judge(
    policy: RowPolicy,
    lookups: list[Lookup],
    members: list[Decision],
    untried: dict[str, str],
    mistakes: list[str],
    of_anything: str,
) -> Finding:
    if any(decision.allowed and policy.name in decision.policies for decision in members):
        return failed(
            policy.table,
            f"policy {policy.name} opens a row of one tenant to members of another",
            confidence=Confidence.PROVEN,
            aspect=policy.name,
            policy=policy.name,
            memberships=[lookup.table for lookup in lookups],
        )
    found = [match[0] for text in (policy.using, policy.check) if text for match in _SELF.finditer(text)]
    if found:
        return failed(
            policy.table,
            f"policy {policy.name} compares a column with itself: {found[0]}",
            aspect=policy.name,
            policy=policy.name,
            comparisons=sorted(set(found)),
        )
    if mistakes:
        return failed(
            policy.table,
            f"policy {policy.name} calls a function that compares a column with itself, and not with its parameter: "
            f"{mistakes[0]}",
            aspect=policy.name,
            policy=policy.name,
            comparisons=sorted(set(mistakes)),
        )
    unnamed = [lookup.table for lookup in lookups if _names_no_row(policy, lookup)]
    if unnamed := unnamed or [of_anything] * bool(of_anything):
        return failed(
            policy.table,
            f"policy {policy.name} asks {unnamed[0]} whether the caller is a member of anything, and not of what",
            confidence=Confidence.INFERRED,
            aspect=policy.name,
            policy=policy.name,
            memberships=unnamed,
        )
    # a key that leads to the tenant by way of another table was not a real one
    direct = any(lookup.tenant.name in policy.columns for lookup in lookups)
    closed = bool(members) and all(decision.allowed is False for decision in members)
    proven = direct and closed and not untried
    evidence: Evidence = {"not_tried_with_members_of": untried} if untried else {}
    return passed(
        policy.table,
        f"policy {policy.name} compares with the row",
        confidence=Confidence.PROVEN if proven else Confidence.OBSERVED,
        aspect=policy.name,
        **evidence,
    )


def _names_no_row(policy: RowPolicy, lookup: Lookup) -> bool:
    """Whether a policy reads neither its own row nor the tenant, in a table where a user may have several.

    A user who has one line there, such as a profile, has one role for everything: that is a list of administrators.
    """
    reads = {column for table, column in policy.looked_up if table == lookup.table}
    return (
        policy.permissive
        and bool(reads)
        and not policy.columns
        and lookup.tenant.name not in reads
        and not lookup.user.unique
    )
