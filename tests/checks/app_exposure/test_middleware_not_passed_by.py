from __future__ import annotations

from auditor.facts.next_build import GuardedRoute, NextGuards
from auditor.model import Gap
from checks.app_exposure.middleware_not_passed_by import middleware_not_passed_by

APP = "https://app.example.com"


def judge(**changes) -> list[str]:
    return [str(one.outcome) for one in middleware_not_passed_by(NextGuards(APP, **({"present": True} | changes)))]


def test_cases():
    assert judge(present=False) == ["not-applicable"]
    assert judge(version="15.2.3", patched=True) == ["pass"]
    assert judge() == ["not-applicable"]
    assert judge(gaps=(Gap(APP, "down"),)) == []
    assert judge(routes=(GuardedRoute(APP, 307, 200, True),)) == ["fail"]
    assert judge(routes=(GuardedRoute(APP, 307, 307, False),)) == ["pass"]
