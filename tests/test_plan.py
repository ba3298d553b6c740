"""Which checks run, and at which level."""

from __future__ import annotations

import pytest

from auditor.checklist.model import Item
from auditor.errors import ChecklistError, UsageError, WiringError
from auditor.model import Level
from auditor.plan import make_plan, matches, suggest
from auditor.registry import collect, probe
from tests.conftest import make_checklist
from tests.samples import Station, Weather, make_check, module
from tests.test_gate import waiver


@probe()
def weather(station: Station) -> Weather:
    raise AssertionError


def registry(*checks):
    return collect([module(*checks, weather)])


THREE = (make_check("RLS001"), make_check("RLS012"), make_check("BAK001", item="backups"))


def planned(**options):
    return [one.check.id for one in make_plan(registry(*THREE), make_checklist(), **options).checks]


def test_everything_by_default():
    assert planned() == ["BAK001", "RLS001", "RLS012"]


@pytest.mark.parametrize(
    ("selector", "ids"),
    [
        ("RLS001", ["RLS001"]),
        ("rls001", ["RLS001"]),
        ("RLS", ["RLS001", "RLS012"]),
        ("RLS01", ["RLS012"]),
        ("rls", ["RLS001", "RLS012"]),
        ("sky-is-blue-bak001", ["BAK001"]),
        ("backups", ["BAK001"]),
    ],
)
def test_selectors(selector, ids):
    assert planned(select=[selector]) == ids
    assert planned(ignore=[selector]) == [i for i in ("BAK001", "RLS001", "RLS012") if i not in ids]


def test_a_prefix_does_not_match_inside_another_prefix():
    (check,) = collect([module(make_check("RLSX001", item="backups"))]).checks
    assert not matches(check, "RLS")


def test_what_is_left_out_is_remembered_with_the_reason():
    checklist = make_checklist(check_levels={"BAK001": Level.OFF})
    plan = make_plan(registry(*THREE), checklist, select=["RLS"], ignore=["RLS012"])
    assert [(left.check.id, left.reason) for left in plan.left_out] == [
        ("BAK001", "switched off in the checklist"),
        ("RLS012", "left out by --ignore"),
    ]


@pytest.mark.parametrize("flag", ["select", "ignore"])
def test_a_selector_that_matches_nothing_is_an_error_with_a_suggestion(flag):
    with pytest.raises(UsageError) as caught:
        planned(**{flag: ["RLS013"]})
    assert str(caught.value).startswith(f"--{flag} RLS013: no check, prefix or item has that name; did you mean RLS01")


def test_nothing_left_is_an_error():
    with pytest.raises(UsageError, match="nothing is left to audit"):
        planned(ignore=["rls", "backups"])


@pytest.mark.parametrize(
    ("item_level", "check_level", "override", "expected"),
    [
        (Level.MANDATORY, Level.MANDATORY, None, Level.MANDATORY),
        (Level.MANDATORY, Level.RECOMMENDED, None, Level.RECOMMENDED),
        (Level.RECOMMENDED, Level.MANDATORY, None, Level.RECOMMENDED),
        (Level.RECOMMENDED, Level.MANDATORY, Level.MANDATORY, Level.MANDATORY),
        (Level.OFF, Level.MANDATORY, Level.MANDATORY, Level.MANDATORY),
    ],
)
def test_levels(item_level, check_level, override, expected):
    checklist = make_checklist(
        items=(Item("rls", {"en": "RLS"}, item_level),), check_levels={"RLS001": override} if override else {}
    )
    (one,) = make_plan(registry(make_check("RLS001", level=check_level)), checklist).checks
    assert one.level is expected


def test_an_override_of_an_unknown_check_is_a_checklist_error():
    with pytest.raises(ChecklistError) as caught:
        make_plan(registry(*THREE), make_checklist(check_levels={"RLS002": Level.OFF}, lines={"checks.RLS002": 9}))
    (problem,) = caught.value.problems
    assert (problem.message, problem.line, problem.key) == ("there is no check 'RLS002'", 9, "checks.RLS002")


def test_a_waiver_of_an_unknown_check_is_a_checklist_error():
    with pytest.raises(ChecklistError) as caught:
        make_plan(registry(*THREE), make_checklist(waivers=(waiver(check="RSL001"),)))
    (problem,) = caught.value.problems
    assert (problem.message, problem.line, problem.remedy) == (
        "there is no check 'RSL001'",
        7,
        "did you mean RLS001?",
    )


def test_a_check_of_an_unknown_item_is_a_wiring_error():
    with pytest.raises(WiringError, match=r"RLS001 belongs to the item 'rsl'.*did you mean rls\?"):
        make_plan(registry(make_check(item="rsl")), make_checklist())


def test_only_the_facts_that_are_needed_are_gathered():
    assert list(make_plan(registry(*THREE), make_checklist()).probes) == [Weather]


def test_suggestions():
    assert suggest("rsl", ["rls", "cors"]) == "did you mean rls?"
    assert suggest("zzz", ["rls", "cors"]) == ""
