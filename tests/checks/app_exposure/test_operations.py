"""The checks that judge what operations answer to strangers."""

from __future__ import annotations

from auditor.facts.open_operations import OpenOperation, OpenOperations
from auditor.model import Confidence, Gap, failed
from checks.app_exposure.open_operations_declared import open_operations_declared
from checks.app_exposure.open_operations_hold_no_persons import open_operations_hold_no_persons
from checks.app_exposure.secured_operations_refuse import secured_operations_refuse

API = "https://api.example.com"
CHECKS = (secured_operations_refuse, open_operations_declared, open_operations_hold_no_persons)


def one(path="/x", *, secured=False, declared=False, **content):
    given = {"kind": "a list", "items": 2, "keys": ("id",)} | content
    return OpenOperation(f"GET {path}", API + path, 200, secured, declared, **given)


def outcomes(*answers, asked=4, gaps=()):
    found = OpenOperations(f"{API}/openapi.json", asked, asked - len(answers), answers, (), gaps)
    return [[str(finding.outcome) for finding in check(found)] for check in CHECKS]


def test_all_closed():
    assert outcomes() == [["pass"], ["pass"], ["pass"]]


def test_secured_and_open():
    found = OpenOperations("", 1, 0, (one(secured=True),))
    assert list(secured_operations_refuse(found)) == [
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
    assert outcomes(one(secured=True)) == [["fail"], ["pass"], ["pass"]]


def test_open_and_undeclared():
    assert outcomes(one(), one("/y", declared=True)) == [["pass"], ["fail"], ["pass"]]


def test_declared():
    assert outcomes(one(declared=True)) == [["pass"], ["pass"], ["pass"]]


def test_persons_even_when_declared():
    people = one(declared=True, personal=("email",), emails=2)
    assert outcomes(people) == [["pass"], ["pass"], ["fail"]]
    (finding,) = open_operations_hold_no_persons(OpenOperations("", 1, 0, (people,)))
    assert finding.message == "answers strangers with the keys email and 2 addresses of mail"


def test_an_empty_list_holds_nobody():
    assert outcomes(one(declared=True, items=0, personal=("email",))) == [["pass"], ["pass"], ["pass"]]


def test_nothing_to_ask():
    assert outcomes(asked=0) == [["not-applicable"]] * 3


def test_gaps_alone_are_no_pass():
    assert outcomes(asked=0, gaps=(Gap(API, "down"),)) == [[], [], []]
