"""Levels, waivers and the baseline make a verdict."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from auditor.checklist.model import Item, Waiver
from auditor.engine import Judged
from auditor.gate import (
    ExitCode,
    FailOn,
    Verdict,
    WaiverState,
    baseline_fingerprints,
    decide,
    fingerprint,
    gate_checks,
    waiver_states,
)
from auditor.model import ALL, Disposition, Level, Outcome, failed, manual, not_applicable, passed, unproven
from auditor.plan import Plan, PlannedCheck
from auditor.registry import collect
from tests.conftest import make_checklist
from tests.samples import make_check, module

TODAY = date(2026, 11, 24)
GOOD, BAD, BLIND = passed("t", "m"), failed("t", "m"), unproven(ALL, "m")


def checks(*ids, item="rls"):
    return collect([module(*(make_check(id_, item=item) for id_ in ids))]).checks


def judged(findings, id_="RLS001", level=Level.MANDATORY):
    (one,) = checks(id_)
    return Judged(PlannedCheck(one, level), tuple(findings), 1.0)


def waiver(subject="t", check="RLS001", expires=TODAY):
    return Waiver(check, subject, "reason", "owner", expires, 7)


def gated(*judgements, waivers=(), baseline=frozenset(), fail_on=FailOn.MANDATORY, unchecked=(), items=None):
    checklist = make_checklist(waivers=tuple(waivers), **({"items": items} if items else {}))
    results = gate_checks(judgements, checklist, today=TODAY, baseline=baseline)
    plan = Plan(tuple(one.planned for one in judgements), (), {})
    states = waiver_states(results, checklist, plan, today=TODAY)
    return decide(results, states, checklist, fail_on, unchecked)


@pytest.mark.parametrize(
    ("findings", "level", "outcome", "verdict"),
    [
        ([GOOD], Level.MANDATORY, Outcome.PASS, Verdict.READY),
        ([BAD], Level.MANDATORY, Outcome.FAIL, Verdict.BLOCKED),
        ([BAD], Level.RECOMMENDED, Outcome.FAIL, Verdict.READY),
        ([BLIND], Level.MANDATORY, Outcome.ERROR, Verdict.UNPROVEN),
        ([BLIND], Level.RECOMMENDED, Outcome.ERROR, Verdict.READY),
        ([GOOD, BLIND], Level.MANDATORY, Outcome.ERROR, Verdict.UNPROVEN),
        ([BAD, BLIND], Level.MANDATORY, Outcome.FAIL, Verdict.BLOCKED),
        ([manual("t", "m"), GOOD], Level.MANDATORY, Outcome.MANUAL, Verdict.UNPROVEN),
        ([not_applicable("m")], Level.MANDATORY, Outcome.NOT_APPLICABLE, Verdict.READY),
        ([not_applicable("m"), GOOD], Level.MANDATORY, Outcome.PASS, Verdict.READY),
    ],
)
def test_outcome_and_verdict(findings, level, outcome, verdict):
    result = gated(judged(findings, level=level))
    assert (result.checks[0].outcome, result.verdict) == (outcome, verdict)


@pytest.mark.parametrize(
    ("findings", "fail_on", "code"),
    [
        ([GOOD], FailOn.MANDATORY, ExitCode.READY),
        ([BAD], FailOn.MANDATORY, ExitCode.BLOCKED),
        ([BLIND], FailOn.MANDATORY, ExitCode.UNPROVEN),
        ([BAD], FailOn.NEVER, ExitCode.READY),
        ([BLIND], FailOn.NEVER, ExitCode.READY),
    ],
)
def test_exit_codes(findings, fail_on, code):
    assert gated(judged(findings), fail_on=fail_on).exit_code is code


def test_a_failure_beats_an_error_of_another_check():
    assert gated(judged([BLIND]), judged([BAD], "RLS002")).verdict is Verdict.BLOCKED


def test_fail_on_recommended_counts_them_too():
    assert gated(judged([BAD], level=Level.RECOMMENDED), fail_on=FailOn.RECOMMENDED).exit_code is ExitCode.BLOCKED
    assert gated(judged([BLIND], level=Level.RECOMMENDED), fail_on=FailOn.RECOMMENDED).exit_code is ExitCode.UNPROVEN


def test_a_waiver_accepts_what_it_names_and_nothing_else():
    result = gated(judged([BAD, failed("other", "m")]), waivers=[waiver()])
    (check,) = result.checks
    assert [(g.finding.subject, g.disposition) for g in check.findings] == [
        ("other", Disposition.OPEN),
        ("t", Disposition.WAIVED),
    ]
    assert (check.outcome, result.verdict) == (Outcome.FAIL, Verdict.BLOCKED)
    assert [w.state for w in result.waivers] == [WaiverState.ACTIVE]


def test_all_waived_is_ready_but_not_a_pass():
    result = gated(judged([BAD]), waivers=[waiver()])
    assert (result.checks[0].outcome, result.exit_code) == (Outcome.NOT_APPLICABLE, ExitCode.READY)


@pytest.mark.parametrize("check", ["RLS001", "rls001", "sky-is-blue-rls001"])
def test_a_waiver_may_name_the_check_by_id_or_name(check):
    assert gated(judged([BAD]), waivers=[waiver(check=check)]).exit_code is ExitCode.READY


def test_a_waiver_of_another_check_does_not_count():
    assert gated(judged([BAD]), waivers=[waiver(check="RLS002")]).exit_code is ExitCode.BLOCKED


@pytest.mark.parametrize(
    ("pattern", "covers"),
    [
        ("public.[t]", False),
        ("public.?", True),
        ("public.*", True),
        ("*", True),
        ("public.t", True),
        ("public", False),
        ("PUBLIC.T", False),
    ],
)
def test_a_waiver_is_a_glob(pattern, covers):
    result = gated(judged([failed("public.t", "m")]), waivers=[waiver(pattern)])
    assert result.exit_code is (ExitCode.READY if covers else ExitCode.BLOCKED)


def test_an_expired_waiver_no_longer_applies():
    result = gated(judged([BAD]), waivers=[waiver(expires=date(2026, 11, 23))])
    assert (result.exit_code, result.waivers[0].state) == (ExitCode.BLOCKED, WaiverState.EXPIRED)


def test_a_waiver_never_covers_a_check_that_could_not_look():
    result = gated(judged([BLIND]), waivers=[waiver("*")])
    assert (result.exit_code, result.waivers[0].state) == (ExitCode.UNPROVEN, WaiverState.ACTIVE)


def test_a_waiver_may_cover_one_subject_that_could_not_be_judged():
    assert gated(judged([unproven("t", "m")]), waivers=[waiver()]).exit_code is ExitCode.READY


def test_a_waiver_that_accepts_nothing_is_unused():
    assert gated(judged([GOOD]), waivers=[waiver()]).waivers[0].state is WaiverState.UNUSED


def test_a_waiver_of_a_check_that_was_not_judged_is_not_called_unused():
    assert gated(judged([GOOD]), waivers=[waiver(check="RLS777")]).waivers[0].state is WaiverState.ACTIVE


def test_the_baseline_lets_old_failures_through_and_no_new_ones():
    old = fingerprint("RLS001", BAD)
    result = gated(judged([BAD]), baseline=frozenset({old}))
    assert (result.checks[0].findings[0].disposition, result.exit_code) == (Disposition.BASELINED, ExitCode.READY)
    assert result.checks[0].outcome is Outcome.FAIL
    new = gated(judged([BAD, failed("new", "m")]), baseline=frozenset({old}))
    assert new.exit_code is ExitCode.BLOCKED


def test_the_baseline_never_covers_an_error():
    blind = unproven("t", "m")
    result = gated(judged([blind]), baseline=frozenset({fingerprint("RLS001", blind)}))
    assert result.exit_code is ExitCode.UNPROVEN


def test_only_failures_of_the_saved_report_are_a_baseline():
    rows = [
        {
            "findings": [
                {"fingerprint": "a", "outcome": "fail", "disposition": "open"},
                {"fingerprint": "b", "outcome": "error", "disposition": "open"},
                {"fingerprint": "c", "outcome": "pass", "disposition": "open"},
                {"fingerprint": "d", "outcome": "fail", "disposition": "waived"},
                {"fingerprint": "e", "outcome": "fail", "disposition": "baselined"},
            ]
        }
    ]
    assert baseline_fingerprints(rows) == {"a", "e"}


def test_a_fingerprint_knows_check_subject_and_aspect_only():
    assert fingerprint("RLS001", failed("t", "one", n=1)) == fingerprint("RLS001", failed("t", "two", n=2))
    prints = {
        fingerprint("RLS001", failed("t", "m")),
        fingerprint("RLS002", failed("t", "m")),
        fingerprint("RLS001", failed("u", "m")),
        fingerprint("RLS001", failed("t", "m", aspect="a")),
    }
    assert len(prints) == 4


def test_items_come_in_the_checklists_order_with_their_worst_outcome():
    items = (Item("rls", {"en": "RLS"}, Level.MANDATORY), Item("empty", {"en": "Empty"}, Level.RECOMMENDED))
    result = gated(judged([GOOD]), judged([BAD], "RLS002"), items=items, unchecked=["empty"])
    assert [(i.item.id, i.outcome, [c.check.id for c in i.checks]) for i in result.items] == [
        ("rls", Outcome.FAIL, ["RLS001", "RLS002"]),
        ("empty", Outcome.MANUAL, []),
    ]


def test_a_mandatory_item_that_nothing_looks_at_is_not_ready():
    items = (Item("rls", {"en": "RLS"}, Level.MANDATORY), Item("ours", {"en": "Ours"}, Level.MANDATORY))
    assert gated(judged([GOOD]), items=items, unchecked=["ours"]).verdict is Verdict.UNPROVEN


def test_paths_are_not_needed_to_gate():
    assert make_checklist(path=Path("x")).item("rls").title("fr") == "RLS activé"
