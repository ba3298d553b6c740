"""What everyone may ask holds no data of persons."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.open_operations import OpenOperation, OpenOperations
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "EXP006",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-359", "CWE-213", "ASVS-5.0-14.2.6", "API3:2023"),
)
def open_operations_hold_no_persons(operations: OpenOperations) -> Iterator[Finding]:
    """What operations answer without credentials holds no addresses of mail, tokens or other data of persons.

    ## Why it matters
    Whoever finds the address has the data of all: a breach that has to be reported, although nobody broke in.

    ## How to fix it
    Let the operation want a user and answer that user's rows only. Where a part is public on purpose, answer with a
    model that has no other fields (`response_model=PublicUser`). The audit keeps names of keys and counts, and none
    of the values.
    """
    holding = [one for one in operations.answers if _holds(one)]
    for one in holding:
        yield failed(
            one.operation,
            f"answers strangers with {_said(one)}",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s '{one.url}'",
            status=one.status,
            items=one.items,
            personal=list(one.personal),
            emails=one.emails,
            tokens=one.tokens,
        )
    if operations.answers and not holding:
        yield passed("*", f"none of {len(operations.answers)} open operations answers with data of persons")
    elif not operations.answers and operations.asked:
        yield passed("*", f"none of {operations.asked} operations answers strangers", asked=operations.asked)
    elif not holding and not operations.gaps:
        yield not_applicable("no operation is known that takes no parameter: there is nothing to ask")


def _holds(one: OpenOperation) -> bool:
    return one.items != 0 and bool(one.personal or one.emails or one.tokens)


def _said(one: OpenOperation) -> str:
    parts = [f"the keys {', '.join(one.personal[:6])}"] if one.personal else []
    parts += [_many(one.emails, "address of mail", "addresses of mail")] if one.emails else []
    parts += [_many(one.tokens, "token", "tokens")] if one.tokens else []
    return " and ".join(parts)


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
