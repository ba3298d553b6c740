from __future__ import annotations

from auditor.facts.open_operations import OpenOperations
from auditor.model import Confidence, Gap, failed
from checks.app_exposure.secured_operations_refuse import secured_operations_refuse
from tests.checks.app_exposure.operations import API, one, outcomes


def test_open():
    assert list(secured_operations_refuse(OpenOperations("", 1, 0, (one(secured=True),)))) == [
        failed(
            "GET /x",
            "answers 200 with a list to a stranger, and the document says that it is secured",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s '{API}/x'",
            status=200,
            items=2,
            keys=["id"],
            personal=[],
        )
    ]


def test_what_is_not_secured_is_for_others():
    assert outcomes(secured_operations_refuse, one()) == ["pass"]


def test_nothing_to_ask():
    assert outcomes(secured_operations_refuse, asked=0) == ["not-applicable"]


def test_gaps_alone_are_no_pass():
    assert outcomes(secured_operations_refuse, asked=0, gaps=(Gap(API, "down"),)) == []


def test_all_closed():
    assert outcomes(secured_operations_refuse) == ["pass"]
