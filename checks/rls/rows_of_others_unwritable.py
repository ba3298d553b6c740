"""Nobody writes the rows of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from auditor.facts.catalog import API_ROLES, Catalog, PolicyColumn, Relation
from auditor.facts.decisions import REVIEW, Decision, Decisions, decisions_of
from auditor.facts.lookups import keys_looked_up, tables_looked_up
from auditor.facts.row_trials import Row, RowTrials
from auditor.facts.view_paths import served_tables
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_WAYS = (
    ("INSERT", "check", "insert a row that belongs to somebody else"),
    ("UPDATE", "using", "change a row that belongs to somebody else"),
    ("UPDATE", "check", "hand a row over to somebody else"),
    ("DELETE", "using", "delete a row that belongs to somebody else"),
)
_SHARED = {
    "INSERT": "insert a row of its own into somebody else's tenant",
    "UPDATE": "move a row of its own into somebody else's tenant",
}
_SPOOFED = "insert a row in the name of somebody else"
_REQUEST = re.compile(r"request|invit|application|signup", re.IGNORECASE)
"""Tables in which asking to join somebody else's tenant is the point."""


class _Shared(NamedTuple):
    """What makes a row somebody else's, though it names the caller."""

    columns: set[str]
    """Those that name the tenant, or whatever others are looked up by."""
    says_who: bool
    """Policies of other tables look callers up in this one."""


@check("RLS004", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-639", "CWE-863", "ASVS-5.0-8.2.2"))
def rows_of_others_unwritable(catalog: Catalog, trials: RowTrials) -> Iterator[Finding]:
    """A stranger cannot insert, change or delete a row that belongs to somebody else.

    USING and WITH CHECK are evaluated on a row whose owner is somebody else, and WITH CHECK on one that is the
    caller's own in a tenant that is not. A WITH CHECK that lets these through lets a tenant plant rows in another one,
    or move its own rows there.

    A new row that names somebody else as its sender or author, and the caller otherwise, is one written in their name.

    ## Why it matters
    Writing into another tenant is worse than reading: invoices appear, roles change, rows disappear.

    ## How to fix it
    Bind the owner in both clauses:

        using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id)
    """
    decisions = decisions_of(catalog, trials)
    columns, lookups, keys = catalog.columns_by_table(), tables_looked_up(catalog), keys_looked_up(catalog)
    tables = [t for t in served_tables(catalog) if t.rls and t.roles_with("INSERT", "UPDATE", "DELETE")]
    if not tables and not catalog.gaps:
        yield not_applicable("no table with row level security that an API role may write")
    for table in tables:
        name = str(table)
        if all(decisions.closed(name, role) for role in API_ROLES):  # most tables
            yield _unwritable(name)
            continue
        known = [column for column in columns.get(name, ()) if column.names_somebody]
        tenants = {column.name for column in known if column.names_tenant} | keys.get(name, set())
        shared = _Shared(tenants, name in lookups)
        findings = [finding for role in API_ROLES for finding in _judge(table, role, decisions, known, shared)]
        yield from findings
        opening = _opening(table, decisions)
        if opening and not findings:
            yield not_applicable(f"policy {', '.join(opening)} opens every row: see RLS002", name)
        elif not findings:
            yield _unwritable(name)


def _unwritable(table: str) -> Finding:
    return passed(table, "a row of somebody else cannot be written", confidence=Confidence.PROVEN)


def _judge(
    table: Relation, role: str, decisions: Decisions, columns: list[PolicyColumn], shares: _Shared
) -> Iterator[Finding]:
    for command, side, deed in _WAYS:
        if not _may(table, role, command, side, decisions, columns):
            continue
        decision = _decision(str(table), role, command, side, decisions)
        if decision.allowed is False and side == "check":
            shared = _shared(table, role, command, decisions, shares)
            decision, deed = (shared, _SHARED[command]) if shared else (decision, deed)
            spoofed = None if shared or command != "INSERT" else _spoofed(table, role, decisions)
            decision, deed = (spoofed, _SPOOFED) if spoofed else (decision, deed)
        if decision.allowed:
            yield failed(
                str(table),
                f"{role}{f' ({decision.who})' if decision.who else ''} may {deed}",
                confidence=Confidence.PROVEN,
                aspect=f"{role} {command} {side}",
                role=role,
                command=command,
                clause="with check" if side == "check" else "using",
                policies=list(decision.policies),
            )
        elif decision.allowed is None:
            yield unproven(
                str(table),
                f"whether {role} may {deed} could not be tried: {decision.reason}",
                decision.hint or REVIEW,
                aspect=f"{role} {command} {side}",
            )


def _decision(table: str, role: str, command: str, side: str, decisions: Decisions) -> Decision:
    """The caller says what a new row is like, so that any state will do; of rows that are there, all must be open.

    Not so through policies for ALL: they were written for reading, and let strangers write what they may read.
    """
    keyed = decisions.foreign_row(table, role, command, side, Row.KEYED, any_state=side == "check")
    if keyed.allowed:
        return keyed
    if side == "check":
        return decisions.foreign_row(table, role, command, side, any_state=True)
    in_all = decisions.foreign_row(table, role, command, side)
    in_any = decisions.foreign_row(table, role, command, side, any_state=True)
    for_all = {policy.name for policy in decisions.policies(table, role, command) if policy.command == "ALL"}
    return in_any if in_any.allowed and for_all.issuperset(in_any.policies) else in_all


def _may(
    table: Relation, role: str, command: str, side: str, decisions: Decisions, columns: list[PolicyColumn]
) -> bool:
    """Whether the role has the right, and for handing a row over: to some row, and to a column that names somebody."""
    if role not in table.roles_with(command):
        return False
    if (command, side) != ("UPDATE", "check"):
        return True
    names = [column.name for column in columns]
    return _can_update_something(table, role, decisions) and (not names or table.may_set(role, command, names))


def _shared(table: Relation, role: str, command: str, decisions: Decisions, shares: _Shared) -> Decision | None:
    """The decision about a row of the caller's own in somebody else's tenant, unless it is a no, or a yes on purpose.

    It matters where the table says who belongs to what, and where the writer may not even read the row again: it is
    the tenant's then. An order in somebody's shop is the customer's own.
    """
    if _REQUEST.search(table.name) or not table.may_set(role, command, shares.columns):
        return None
    kept = decisions.foreign_row(str(table), role, "SELECT", "using", Row.SHARED, any_state=True)
    if kept.allowed and not shares.says_who:
        return None
    decision = decisions.foreign_row(str(table), role, command, "check", Row.SHARED, any_state=True)
    if decision.allowed and kept.allowed is None and not shares.says_who:
        return kept  # whose row it is then, nobody can tell
    return None if decision.allowed is False else decision


def _spoofed(table: Relation, role: str, decisions: Decisions) -> Decision | None:
    """The decision about a new row that names somebody else as its author, and the caller otherwise, unless a no.

    Only of new rows: who gets a message may well update it, and it stays the sender's.
    """
    decision = decisions.foreign_row(str(table), role, "INSERT", "check", Row.SPOOFED, any_state=True)
    return None if decision.allowed is False else decision


def _opening(table: Relation, decisions: Decisions) -> list[str]:
    ways = [
        (role, command, side) for role in API_ROLES for command, side, _ in _WAYS if role in table.roles_with(command)
    ]
    return sorted({name for role, command, side in ways for name in decisions.opening(str(table), role, command, side)})


def _can_update_something(table: Relation, role: str, decisions: Decisions) -> bool:
    """A WITH CHECK alone changes nothing: some row must be there to update in the first place."""
    return any(
        policy.using is not None and policy.permissive for policy in decisions.policies(str(table), role, "UPDATE")
    )
