"""Views do not lead around row level security."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.facts.catalog import Catalog, Relation
from auditor.facts.lookups import Anything, memberships
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import Read, RowTrials
from auditor.facts.view_paths import view_paths
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("RLS008", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-863", "ASVS-5.0-8.2.2"))
def views_run_as_caller(catalog: Catalog, trials: RowTrials, intent: RlsPolicy) -> Iterator[Finding]:
    """A view that the API serves does not read protected tables with its owner's rights.

    Every path is followed: a view with `security_invoker` over one without it is still a way around. A view that
    filters by the caller passes, unless it asks whether the caller is a member of anything, and not of what.

    ## Why it matters
    A view runs with the rights of its owner unless it says otherwise, and the owner is usually exempt from RLS:
    the view hands out the rows that the table's policies protect.

    ## How to fix it
        alter view {subject} set (security_invoker = true);

    and the same for every view that it reads. PostgreSQL knows this from version 15 on; before, revoke the view from
    API roles, and serve it through a function that filters by the caller.
    """
    paths, reads, written_by = view_paths(catalog), trials.reads_by_table(), trials.written_by()
    members, anything = memberships(catalog).keys(), Anything(catalog)
    views = [view for view in catalog.exposed("view") if view.reachable_by]
    if not views and not catalog.gaps:
        yield not_applicable("the API serves no view")
    for view in views:
        around = paths.around_rls(view)
        protected = sorted(str(table) for _, table in around)
        if not around:
            yield passed(str(view), "reads no protected table with its owner's rights")
        elif view.named_in(intent.public_tables):
            yield passed(str(view), "declared public", declared="public_tables", reads=protected)
        else:
            # who is a member of something may get more than a stranger does, and was not tried
            looks = members & {str(relation) for _, relation in paths.walk(view)} or view.calls != auth_only(view.calls)
            confidence = Confidence.OBSERVED if looks else Confidence.PROVEN
            asked = next(filter(None, map(anything.in_text, view.untied)), "")
            found = _judge(view, around, reads.get(str(view), []), confidence, bool(written_by.get(str(view))), asked)
            yield found if catalog.views_may_run_as_caller else replace(found, remediation=_before_15(found, view))


def auth_only(signatures: tuple[str, ...]) -> tuple[str, ...]:
    """Those that ask for the caller's token, and for nothing else."""
    return tuple(signature for signature in signatures if signature.startswith("auth."))


def _before_15(finding: Finding, view: Relation) -> str:
    return f"    revoke all on {view} from anon, authenticated;" if finding.remediation else ""


def _judge(
    view: Relation,
    around: Sequence[tuple[Relation, Relation]],
    reads: list[Read],
    confidence: Confidence,
    written: bool,
    asked: str,
) -> Finding:
    protected = sorted(str(table) for _, table in around)
    definers = sorted({str(definer) for definer, _ in around})
    seen_by = sorted(read.role for read in reads if read.found)
    closed_to = {read.role for read in reads if read.found is False}
    # what it shows is filtered, and not what is written through it: that takes a check option, and no policy is asked
    filtered = view.asks_caller and view.readable_by and not view.writable_by and closed_to.issuperset(view.readable_by)
    if filtered and asked:
        return failed(
            str(view),
            f"reads {', '.join(protected)} with the rights of an owner, and asks {asked} whether the caller is a "
            "member of anything, and not of what",
            confidence=Confidence.INFERRED,
            remediation="\n".join(f"    alter view {definer} set (security_invoker = true);" for definer in definers),
            reads=protected,
            definer_views=definers,
            memberships=[asked],
        )
    if filtered and not any(table.size_bytes for _, table in around):
        return unproven(
            str(view),
            "runs with its owner's rights and filters by the caller, and there is no row to try the filter on",
            f"alter view {view} set (security_invoker = true);",
        )
    if filtered:
        return passed(
            str(view),
            "runs with its owner's rights, but filters by the caller: a stranger reads nothing through it",
            confidence=confidence,
            reads=protected,
        )
    return failed(
        str(view),
        f"{_deed(view)} {', '.join(protected)} with the rights of an owner, around row level security",
        confidence=Confidence.PROVEN if seen_by or written else Confidence.OBSERVED,
        remediation="\n".join(f"    alter view {definer} set (security_invoker = true);" for definer in definers),
        reads=protected,
        definer_views=definers,
        readable_by=list(view.readable_by),
        writable_by=list(view.writable_by),
        rows_seen_by=seen_by,
    )


def _deed(view: Relation) -> str:
    deeds = ["reads"] * bool(view.readable_by) + ["writes"] * bool(view.writable_by)
    return " and ".join(deeds)
