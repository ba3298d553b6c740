"""Nobody reads the rows of others."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import API_ROLES, Catalog, Relation
from auditor.facts.decisions import Decisions
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import RowTrials
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("RLS003", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-639", "CWE-863", "ASVS-5.0-8.2.2"))
def rows_of_others_hidden(catalog: Catalog, trials: RowTrials, intent: RlsPolicy) -> Iterator[Finding]:
    """A stranger cannot read a row that belongs to somebody else.

    The policies of each table are evaluated, together, on a row whose owner is somebody else: as anon, and as a
    signed-in user who owns nothing. Nothing is written, and no row is needed.

    ## Why it matters
    RLS is on and a policy is there, and still every tenant reads the rows of all: a comparison of a column with
    itself, a wrong variable, an `or` too many.

    ## How to fix it
    Compare the column that names the owner with the caller:

        using ((select auth.uid()) = owner_id)
    """
    decisions = Decisions(catalog, trials)
    tables = [t for t in catalog.exposed("table", "partitioned table") if t.rls and t.readable_by]
    if not tables and not catalog.gaps:
        yield not_applicable("no table with row level security that an API role may read")
    for table in tables:
        yield from _judge(table, decisions, intent)


def _judge(table: Relation, decisions: Decisions, intent: RlsPolicy) -> Iterator[Finding]:
    subject = str(table)
    if table.named_in(intent.public_tables):
        yield passed(subject, "declared public", declared="public_tables")
        return
    verdicts = {
        role: decisions.foreign_row(subject, role, "SELECT", "using") for role in API_ROLES if role in table.readable_by
    }
    open_to = sorted(role for role, decision in verdicts.items() if decision.allowed)
    unknown = {role: decision for role, decision in verdicts.items() if decision.allowed is None}
    if open_to:
        policies = sorted({name for role in open_to for name in verdicts[role].policies})
        yield failed(
            subject,
            f"{' and '.join(open_to)} may read a row that belongs to somebody else",
            confidence=Confidence.PROVEN,
            roles=open_to,
            policies=policies,
        )
    for role, decision in sorted(unknown.items()):
        yield unproven(
            subject,
            f"policy {', '.join(decision.policies)} could not be tried as {role}: {decision.reason}",
            "declare the function stable if it is, or review the policy and waive this",
            aspect=role,
        )
    opening = sorted({name for role in verdicts for name in decisions.opening(subject, role, "SELECT", "using")})
    if opening and not open_to:
        yield not_applicable(f"policy {', '.join(opening)} opens every row: see RLS002", subject)
    elif not open_to and not unknown:
        roles = sorted(verdicts)
        yield passed(subject, "a row of somebody else stays hidden", confidence=Confidence.PROVEN, roles=roles)
