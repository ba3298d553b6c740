"""Nothing that the API serves shows auth.users."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog
from auditor.facts.row_trials import RowTrials
from auditor.facts.view_paths import view_paths
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check

_USERS = "auth.users"


@check(
    "RLS009", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-359", "CWE-200", "ASVS-5.0-14.2.1")
)
def auth_users_hidden(catalog: Catalog, trials: RowTrials) -> Iterator[Finding]:
    """No view that the API serves reads auth.users, on any path, for people other than the caller.

    ## Why it matters
    `auth.users` holds e-mail addresses, phone numbers and metadata of everybody. A view over it, or over a view
    over it, serves them to whoever has the public key.

    ## How to fix it
    Keep a `profiles` table with what others may see, filled by a trigger, with policies of its own; and

        revoke all on {subject} from anon, authenticated;
    """
    paths, by_table = view_paths(catalog), trials.reads_by_table()
    views = [view for view in catalog.exposed("view", "materialized view") if view.readable_by]
    exposed = [view for view in views if paths.reads(view, _USERS)]
    for relation in exposed:
        reads = by_table.get(str(relation), [])
        closed_to = {read.role for read in reads if read.found is False}
        own_only = relation.asks_caller and closed_to.issuperset(relation.readable_by)
        if own_only:
            yield passed(str(relation), "reads auth.users, and shows a stranger nothing", confidence=Confidence.PROVEN)
            continue
        seen_by = sorted(read.role for read in reads if read.found)
        yield failed(
            str(relation),
            f"shows auth.users to {', '.join(relation.readable_by)}",
            confidence=Confidence.PROVEN if seen_by else Confidence.OBSERVED,
            readable_by=list(relation.readable_by),
            rows_seen_by=seen_by,
        )
    if not exposed and not catalog.gaps:
        yield passed(_USERS, "no view that the API serves reads it")
