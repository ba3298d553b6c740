"""Users do not write their own rights."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import PUBLIC, Catalog, Relation
from auditor.facts.columns import Columns, DelicateColumn
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("RLS020", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-269", "CWE-915", "ASVS-5.0-8.2.3"))
def privilege_columns_fixed(columns: Columns, catalog: Catalog) -> Iterator[Finding]:
    """API roles may not update columns that decide about rights, such as role or is_admin.

    ## Why it matters
    "Everyone may update their own row" includes the column that says who is an administrator.

    ## How to fix it
    Grant the other columns one by one:

        revoke update on {subject} from anon, authenticated;
        grant update (name, avatar_url) on {subject} to authenticated;
    """
    relations = {str(relation): relation for relation in catalog.relations}
    judged = [column for column in columns.delicate if column.kind == "privilege" and column.table in relations]
    if not judged and not catalog.gaps:
        yield not_applicable("no column of an exposed table is named like a right")
    for column in judged:
        if _writable(column, relations[column.table], catalog):
            yield failed(
                column.table,
                f"{', '.join(column.updatable_by)} may update {column.column} in rows that they may update",
                confidence=Confidence.INFERRED,
                aspect=column.column,
                column=column.column,
                updatable_by=list(column.updatable_by),
            )
        else:
            yield passed(column.table, f"{column.column} is not theirs to update", aspect=column.column)


def _writable(column: DelicateColumn, table: Relation, catalog: Catalog) -> bool:
    """By grant, and by a policy for UPDATE that does not look at the column."""
    if not column.updatable_by or not table.rls:
        return bool(column.updatable_by) and not table.rls
    memberships = {role.name: role.rights_of for role in catalog.roles}
    roles = {PUBLIC, *column.updatable_by, *(m for name in column.updatable_by for m in memberships.get(name, ()))}
    policies = [p for p in catalog.policies if p.table == column.table and p.command in ("ALL", "UPDATE")]
    return any(p.permissive and roles & set(p.roles) and column.column not in p.columns and p.using for p in policies)
