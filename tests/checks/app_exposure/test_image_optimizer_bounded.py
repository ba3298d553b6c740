from __future__ import annotations

from auditor.facts.next_build import NextGuards
from auditor.model import Gap
from checks.app_exposure.image_optimizer_bounded import image_optimizer_bounded

APP = "https://app.example.com"


def judge(optimizer="", **changes) -> list[str]:
    guards = NextGuards(APP, **({"present": True, "optimizer": optimizer} | changes))
    return [str(one.outcome) for one in image_optimizer_bounded(guards)]


def test_cases():
    assert judge("refuses") == ["pass"]
    assert judge("fetches") == ["fail"]
    assert judge("unknown") == ["error"]
    assert judge() == ["not-applicable"]
    assert judge(present=False) == ["not-applicable"]
    assert judge(gaps=(Gap(APP, "down"),)) == []
