"""Users do not write their own rights."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from auditor.facts.catalog import Catalog, Relation, RowPolicy
from auditor.facts.columns import Columns, DelicateColumn
from auditor.facts.decisions import Decisions, decisions_of
from auditor.facts.row_trials import RowTrials
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("RLS020", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-269", "CWE-915", "ASVS-5.0-8.2.3"))
def privilege_columns_fixed(columns: Columns, catalog: Catalog, trials: RowTrials) -> Iterator[Finding]:
    """API roles may not set columns that decide about rights, such as role or is_admin.

    Judged in rows of the caller's own: policies are tried on one, and those that do not look at the column leave it
    open.

    ## Why it matters
    "Everyone may update their own row" includes the column that says who is an administrator.

    ## How to fix it
    Grant the other columns one by one:

        revoke insert, update on {subject} from anon, authenticated;
        grant insert (name, avatar_url), update (name, avatar_url) on {subject} to authenticated;
    """
    relations = {str(relation): relation for relation in catalog.relations}
    decisions = decisions_of(catalog, trials)
    judged = [column for column in columns.delicate if column.kind == "privilege" and column.table in relations]
    if not judged and not catalog.gaps:
        yield not_applicable("no column of an exposed table is named like a right")
    for column in judged:
        yield _judge(column, relations[column.table], decisions)


def _judge(column: DelicateColumn, table: Relation, decisions: Decisions) -> Finding:
    found = {
        deed: (roles, proven)
        for command, granted, deed in (
            ("UPDATE", column.updatable_by, "update"),
            ("INSERT", column.insertable_by, "set in a new row"),
        )
        for roles, proven in [_who(column, table, command, granted, decisions)]
        if roles
    }
    if not found:
        return passed(column.table, f"{column.column} is not theirs to set", aspect=column.column)
    told = "; ".join(f"{', '.join(roles)} may {deed} {column.column}" for deed, (roles, _) in found.items())
    proven = all(sure for _, sure in found.values())
    return failed(
        column.table,
        f"{told}, in rows of their own",
        confidence=Confidence.PROVEN if proven else Confidence.INFERRED,
        aspect=column.column,
        column=column.column,
        settable_by=sorted({role for roles, _ in found.values() for role in roles}),
    )


def _who(
    column: DelicateColumn, table: Relation, command: str, granted: Collection[str], decisions: Decisions
) -> tuple[list[str], bool]:
    """The roles that may set a column in a row of their own, and whether that was tried."""
    if not table.rls:
        return sorted(granted), False
    found, proven = [], True
    for role in granted:
        policies = [p for p in decisions.policies(column.table, role, command) if p.permissive]
        blind = [p for p in policies if _writes(p, command) and not _looks_at(p, column.column)]
        ways = ("using", "check") if command == "UPDATE" else ("check",)
        verdicts = [decisions.own_row(column.table, role, command, way).allowed for way in ways]
        if blind and False not in verdicts:
            found.append(role)
            proven = proven and None not in verdicts
    return sorted(found), proven


def _writes(policy: RowPolicy, command: str) -> bool:
    """Whether PostgreSQL lets any row through: without an expression, none."""
    return bool(policy.check or (policy.using and policy.command != "INSERT")) and (
        command == "INSERT" or policy.using is not None
    )


def _looks_at(policy: RowPolicy, column: str) -> bool:
    """Whether the expression on new rows names the column."""
    text = policy.check if policy.check is not None else policy.using or ""
    return re.search(rf"(?<!\w){re.escape(column)}(?!\w)", text) is not None
