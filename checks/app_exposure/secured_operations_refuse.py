"""What the API's document calls secured is."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.open_operations import OpenOperation, OpenOperations
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "EXP004",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-306", "CWE-862", "ASVS-5.0-8.2.1", "API2:2023"),
)
def secured_operations_refuse(operations: OpenOperations) -> Iterator[Finding]:
    """Operations that the OpenAPI document calls secured refuse whoever has no credentials.

    ## Why it matters
    The document promises a lock that is not there: a dependency was forgotten, or a gateway that should have checked
    the token is passed by. Whoever reads the document trusts it, and so does whoever reviews the code.

    ## How to fix it
    Let the operation depend on the user, not only on the scheme that documents it:

        @router.get("/items")
        async def items(user: Annotated[User, Depends(current_user)]): ...

    Then look in the access log who has asked without a token, and rotate the credentials that the answers held.
    """
    open_ones = [one for one in operations.answers if one.secured]
    yield from map(_open, open_ones)
    if open_ones or not operations.asked:
        if not operations.asked and not operations.gaps:
            yield not_applicable("no operation is known that takes no parameter: there is nothing to ask")
        return
    yield passed(
        "*",
        f"of {operations.asked} operations that were asked without credentials, no secured one answers",
        confidence=Confidence.PROVEN,
        document=operations.document,
        asked=operations.asked,
        refused=operations.closed,
    )


def _open(one: OpenOperation) -> Finding:
    return failed(
        one.operation,
        f"answers {one.status} with {one.kind} to a stranger, and the document says that it is secured",
        confidence=Confidence.PROVEN,
        reproduce=f"curl -s '{one.url}'",
        status=one.status,
        items=one.items,
        keys=list(one.keys),
        personal=list(one.personal),
    )
