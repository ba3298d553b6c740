"""Nobody reads the rows of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.facts.catalog import API_ROLES, Catalog, Relation
from auditor.facts.decisions import REVIEW, Decision, Decisions, decisions_of
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import Row, RowTrials
from auditor.facts.view_paths import served_tables
from auditor.model import Confidence, Finding, Level, Outcome, Severity, failed, not_applicable, passed, unproven
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
    decisions = decisions_of(catalog, trials)
    emptied: dict[str, list[str]] = {}
    for column in catalog.columns:
        if column.emptied:
            emptied.setdefault(column.table, []).append(column.name)
    tables = [t for t in served_tables(catalog) if t.rls and t.readable_by]
    if not tables and not catalog.gaps:
        yield not_applicable("no table with row level security that an API role may read")
    plain = by_owner_alone(catalog)
    seen_by = {name: roles for name, roles in trials.seen_by().items() if name in plain}
    for table in tables:
        name = str(table)
        if table.named_in(intent.public_tables):
            yield passed(name, "declared public", declared="public_tables")
            continue
        findings = list(_judge(table, decisions, sorted(emptied.get(name, []))))
        roles = seen_by.get(name, [])
        if roles and not _failing(findings) and not _shows_ownerless(name, decisions):
            yield failed(
                name,
                f"{' and '.join(roles)} really read a row, and the policies go by nothing but whose row it is",
                confidence=Confidence.PROVEN,
                roles=roles,
            )
        else:
            yield from findings


def _shows_ownerless(table: str, decisions: Decisions) -> bool:
    return any(decisions.foreign_row(table, r, "SELECT", "using", Row.OWNERLESS).allowed for r in API_ROLES)


def _failing(findings: list[Finding]) -> bool:
    return any(finding.outcome is not Outcome.PASS for finding in findings)


def by_owner_alone(catalog: Catalog) -> set[str]:
    """The tables whose policies read no column but those that name somebody: no row is shown for its state."""
    known = catalog.columns_by_table()
    read: dict[str, set[str]] = {}
    for policy in catalog.policies:
        read.setdefault(policy.table, set()).update(policy.columns)
    return {
        table
        for table, names in read.items()
        if names and names <= {column.name for column in known.get(table, ()) if column.names_somebody}
    }


def _judge(table: Relation, decisions: Decisions, emptied: list[str]) -> Iterator[Finding]:
    subject, roles = str(table), table.readable_by
    if all(decisions.closed(subject, role) for role in roles):  # most tables
        yield _hidden(subject, roles, sure=True)
        return
    verdicts = {role: decisions.foreign_row(subject, role, "SELECT", "using") for role in roles}
    found = list(_open(subject, verdicts, "a row that belongs to somebody else"))
    doubts: list[Decision] = []
    if not found:
        real = {role: decisions.foreign_row(subject, role, "SELECT", "using", Row.REAL) for role in roles}
        doubts += real.values()
        found = list(_open(subject, real, "a row of a tenant of which they are no member"))
    if not found:
        keyed = {role: decisions.foreign_row(subject, role, "SELECT", "using", Row.KEYED) for role in table.readable_by}
        doubts += keyed.values()
        found = list(_open(subject, keyed, "a row that leads to a row of another table which they may not see"))
    if not found:
        named = {role: decisions.fallback(subject, role) for role in table.readable_by}
        found = list(_open(subject, named, "a row of the tenant that a policy falls back to, without one of their own"))
    if not found and emptied:
        gone = {role: decisions.foreign_row(subject, role, "SELECT", "using", Row.OWNERLESS) for role in roles}
        doubts += gone.values()
        what = f"a row whose {' or '.join(emptied)} is empty, as it is once what it refers to is deleted"
        found = list(_open(subject, gone, what))
    yield from found
    unknown = {role: decision for role, decision in verdicts.items() if decision.allowed is None}
    for role, decision in sorted(unknown.items()):
        yield unproven(
            subject,
            f"policy {', '.join(decision.policies)} could not be tried as {role}: {decision.reason}",
            decision.hint or REVIEW,
            aspect=role,
        )
    opening = sorted({name for role in verdicts for name in decisions.opening(subject, role, "SELECT", "using")})
    if opening and not found:
        yield not_applicable(f"policy {', '.join(opening)} opens every row: see RLS002", subject)
    elif not found and not unknown:
        yield _hidden(subject, roles, sure=all(decision.allowed is False for decision in doubts))


def _hidden(subject: str, roles: Sequence[str], *, sure: bool) -> Finding:
    confidence = Confidence.PROVEN if sure else Confidence.OBSERVED
    return passed(subject, "a row of somebody else stays hidden", confidence=confidence, roles=sorted(roles))


def _open(subject: str, verdicts: dict[str, Decision], what: str) -> Iterator[Finding]:
    """One finding for all roles that get at such a row."""
    open_to = sorted(role for role, decision in verdicts.items() if decision.allowed)
    if open_to:
        how = sorted({f" ({verdicts[role].who})" for role in open_to if verdicts[role].who})
        yield failed(
            subject,
            f"{' and '.join(open_to)}{''.join(how)} may read {what}",
            confidence=Confidence.PROVEN,
            roles=open_to,
            policies=sorted({name for role in open_to for name in verdicts[role].policies}),
        )
