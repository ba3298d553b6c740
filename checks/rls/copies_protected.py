"""Materialized views and foreign tables are not served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog, Relation
from auditor.facts.policy import RlsPolicy
from auditor.facts.view_paths import ViewPaths, view_paths
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("RLS010", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-862", "ASVS-5.0-8.2.2"))
def copies_protected(catalog: Catalog, intent: RlsPolicy) -> Iterator[Finding]:
    """No materialized view over protected data, and no foreign table, is open to API roles.

    ## Why it matters
    Neither can have row level security. A materialized view is a copy made with its owner's rights; a foreign
    table is another database.

    ## How to fix it
        revoke all on {subject} from anon, authenticated;

    and serve it through a function or view that filters by the caller.
    """
    paths = view_paths(catalog)
    copies = [r for r in catalog.exposed("materialized view", "foreign table") if r.reachable_by]
    if not copies and not catalog.gaps:
        yield not_applicable("the API serves no materialized view and no foreign table")
    for relation in copies:
        yield _judge(relation, paths, intent)


def _judge(relation: Relation, paths: ViewPaths, intent: RlsPolicy) -> Finding:
    protected = sorted(str(table) for table in paths.protected(relation))
    if relation.named_in(intent.public_tables):
        return passed(str(relation), "declared public", declared="public_tables")
    if relation.kind == "materialized view" and not protected:
        return passed(str(relation), "copies no protected table")
    what = f"is a copy of {', '.join(protected)}" if protected else "is a foreign table, which no policy can protect"
    return failed(
        str(relation),
        f"{what}, open to {', '.join(relation.reachable_by)}",
        reachable_by=list(relation.reachable_by),
        protected=protected,
    )
