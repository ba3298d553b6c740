from __future__ import annotations

from auditor.facts.open_operations import OpenOperations
from auditor.model import Gap
from checks.app_exposure.open_operations_hold_no_persons import open_operations_hold_no_persons
from tests.checks.app_exposure.operations import API, one, outcomes


def test_persons_even_when_declared():
    people = one(declared=True, personal=("email",), emails=2, tokens=1)
    (finding,) = open_operations_hold_no_persons(OpenOperations("", 1, 0, (people,)))
    assert (str(finding.outcome), finding.message) == (
        "fail",
        "answers strangers with the keys email and 2 addresses of mail and 1 token",
    )


def test_nobody():
    assert outcomes(open_operations_hold_no_persons, one()) == ["pass"]


def test_an_empty_list_holds_nobody():
    assert outcomes(open_operations_hold_no_persons, one(items=0, personal=("email",))) == ["pass"]


def test_nothing_to_ask():
    assert outcomes(open_operations_hold_no_persons, asked=0) == ["not-applicable"]


def test_gaps_alone_are_no_pass():
    assert outcomes(open_operations_hold_no_persons, asked=0, gaps=(Gap(API, "down"),)) == []


def test_all_closed():
    assert outcomes(open_operations_hold_no_persons) == ["pass"]
