"""Realtime does not publish unprotected tables."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog
from auditor.facts.policy import RlsPolicy
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("RLS017", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-862", "ASVS-5.0-8.2.2"))
def realtime_tables_protected(catalog: Catalog, intent: RlsPolicy) -> Iterator[Finding]:
    """Every table that Realtime publishes has row level security.

    ## Why it matters
    Realtime sends each change of a published table to its subscribers; without RLS, to all of them.

    ## How to fix it
        alter table {subject} enable row level security;
    """
    relations = {str(relation): relation for relation in catalog.relations}
    if not catalog.published and not catalog.gaps:
        yield not_applicable("the publication supabase_realtime is empty or not there")
    for name in catalog.published:
        relation = relations.get(name)
        if relation is None:
            yield unproven(name, "published, and the catalogs do not list it")
        elif relation.rls:
            yield passed(name, "published, with row level security")
        elif relation.named_in(intent.public_tables):
            yield passed(name, "published, and declared public", declared="public_tables")
        else:
            yield failed(name, "is published by Realtime without row level security")
