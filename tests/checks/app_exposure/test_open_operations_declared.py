from __future__ import annotations

from auditor.model import Gap
from checks.app_exposure.open_operations_declared import open_operations_declared
from tests.checks.app_exposure.operations import API, one, outcomes


def test_open():
    assert outcomes(open_operations_declared, one(), one("/y", declared=True)) == ["fail"]


def test_declared():
    assert outcomes(open_operations_declared, one(declared=True)) == ["pass"]


def test_what_is_secured_is_for_others():
    assert outcomes(open_operations_declared, one(secured=True)) == ["pass"]


def test_nothing_to_ask():
    assert outcomes(open_operations_declared, asked=0) == ["not-applicable"]


def test_gaps_alone_are_no_pass():
    assert outcomes(open_operations_declared, asked=0, gaps=(Gap(API, "down"),)) == []


def test_all_closed():
    assert outcomes(open_operations_declared) == ["pass"]
