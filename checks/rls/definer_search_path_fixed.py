"""Functions that run with their owner's rights fix their search_path."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "RLS012",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-426", "CVE-2018-1058", "https://www.postgresql.org/docs/current/sql-createfunction.html"),
)
def definer_search_path_fixed(catalog: Catalog) -> Iterator[Finding]:
    """Every SECURITY DEFINER function sets its own search_path.

    ## Why it matters
    Without it, the caller decides which tables and operators the function's names mean, and lets its owner run them.

    ## How to fix it
        alter function {subject} set search_path = '';

    and qualify the names in its body.
    """
    definers = [f for f in catalog.functions if f.definer and not f.extension]
    if not definers and not catalog.gaps:
        yield not_applicable("there is no SECURITY DEFINER function")
    for function in definers:
        if function.search_path is None:
            yield failed(function.signature, "takes the search_path of its caller", owner=function.owner)
        else:
            yield passed(function.signature, "sets its own search_path", search_path=function.search_path)
