"""What everyone may ask is meant for everyone."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.open_operations import OpenOperations
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "EXP005",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-306", "ASVS-5.0-8.1.1", "API2:2023"),
)
def open_operations_declared(operations: OpenOperations) -> Iterator[Finding]:
    """Operations that answer without credentials are declared to be public.

    ## Why it matters
    A route that forgot its dependency on the user looks like one that is public on purpose. A list of those that are
    makes the difference visible, in every release.

    ## How to fix it
    Let the operation want a user, or say in the checklist that everyone may use it:

        [policy.exposure]
        public = ["{subject}"]
    """
    undeclared = [one for one in operations.answers if not one.secured and not one.declared]
    for one in undeclared:
        yield failed(
            one.operation,
            f"answers {one.status} with {one.kind} to everyone, and nothing says that it should",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s '{one.url}'",
            status=one.status,
            items=one.items,
            keys=list(one.keys),
        )
    if undeclared:
        return
    if operations.asked:
        yield passed(
            "*",
            f"of {operations.asked} operations that were asked without credentials, only declared ones answer",
            confidence=Confidence.PROVEN,
            asked=operations.asked,
            refused=operations.closed,
            declared=sorted(one.operation for one in operations.answers if one.declared),
        )
    elif not operations.gaps:
        yield not_applicable("no operation is known that takes no parameter: there is nothing to ask")
