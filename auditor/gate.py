"""Turns findings into a verdict: levels, waivers, the baseline, and the exit code."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from auditor.checklist.model import Checklist, Item, Waiver
from auditor.engine import Judged
from auditor.model import ALL, Disposition, Finding, Level, Outcome
from auditor.outcomes import worst
from auditor.plan import Plan, find_check
from auditor.registry import Check


class Verdict(StrEnum):
    """What the audit says about the release."""

    READY = "ready"
    BLOCKED = "blocked"
    UNPROVEN = "unproven"


class ExitCode(IntEnum):
    """The command's answer to CI; the same in every format."""

    READY = 0
    BLOCKED = 1
    USAGE = 2
    UNPROVEN = 3
    INTERNAL = 4
    INTERRUPTED = 130


class FailOn(StrEnum):
    """Which level stops the release."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    NEVER = "never"


class WaiverState(StrEnum):
    """What became of a waiver in this run."""

    ACTIVE = "active"
    EXPIRED = "expired"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class GatedFinding:
    """A finding and what the team has decided about it."""

    finding: Finding
    disposition: Disposition
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check, judged and gated."""

    check: Check
    level: Level
    outcome: Outcome
    findings: tuple[GatedFinding, ...]
    duration_ms: float


@dataclass(frozen=True, slots=True)
class ItemResult:
    """A line of the checklist with its checks."""

    item: Item
    outcome: Outcome
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class WaiverResult:
    """A waiver and what became of it."""

    waiver: Waiver
    check_id: str
    state: WaiverState


@dataclass(frozen=True, slots=True)
class Gated:
    """The whole run, decided."""

    items: tuple[ItemResult, ...]
    checks: tuple[CheckResult, ...]
    waivers: tuple[WaiverResult, ...]
    verdict: Verdict
    exit_code: ExitCode


def fingerprint(check_id: str, finding: Finding) -> str:
    """Stable identity of a finding: never of its message, time or count."""
    identity = "\0".join((check_id, finding.subject, finding.aspect))
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def gate_checks(
    judged: Iterable[Judged], checklist: Checklist, *, today: date, baseline: frozenset[str] = frozenset()
) -> list[CheckResult]:
    """Give each finding its disposition and each check its outcome.

    Args:
        judged: from the engine.
        checklist: for its waivers.
        today: the date in UTC.
        baseline: fingerprints of findings that failed in an earlier report.
    """
    waivers = [w for w in checklist.waivers if w.expires >= today]
    return [_result(one, waivers, baseline) for one in judged]


def waiver_states(
    results: Sequence[CheckResult], checklist: Checklist, plan: Plan, *, today: date
) -> tuple[WaiverResult, ...]:
    """What became of each waiver. One whose check was not judged in this run counts as active: nobody can tell."""
    all_checks = [p.check for p in plan.checks] + [left.check for left in plan.left_out]
    by_id = {result.check.id: result for result in results}
    states = []
    for waiver in checklist.waivers:
        check = find_check(all_checks, waiver.check)
        check_id = check.id if check else waiver.check
        states.append(WaiverResult(waiver, check_id, _waiver_state(waiver, by_id.get(check_id), today)))
    return tuple(states)


def decide(
    results: Sequence[CheckResult],
    waivers: tuple[WaiverResult, ...],
    checklist: Checklist,
    fail_on: FailOn,
    unchecked: Iterable[str] = (),
) -> Gated:
    """The verdict and exit code over all results.

    Args:
        results: every gated check.
        waivers: their states.
        checklist: for its items, in order.
        fail_on: which level stops the release.
        unchecked: items that no check at all belongs to: only a person can tell.
    """
    unchecked = set(unchecked)
    items = tuple(_item(item, results, item.id in unchecked) for item in checklist.items)
    verdict = _verdict(results, items, fail_on)
    code = {Verdict.READY: ExitCode.READY, Verdict.BLOCKED: ExitCode.BLOCKED, Verdict.UNPROVEN: ExitCode.UNPROVEN}
    exit_code = ExitCode.READY if fail_on is FailOn.NEVER else code[verdict]
    return Gated(items, tuple(results), waivers, verdict, exit_code)


def _result(judged: Judged, waivers: Sequence[Waiver], baseline: frozenset[str]) -> CheckResult:
    check = judged.planned.check
    own = [w for w in waivers if find_check([check], w.check)]
    gated = sorted((_gated(check.id, f, own, baseline) for f in judged.findings), key=_order)
    counted = (g.finding.outcome for g in gated if g.disposition is not Disposition.WAIVED)
    return CheckResult(check, judged.planned.level, worst(counted), tuple(gated), judged.duration_ms)


def _order(gated: GatedFinding) -> tuple[str, str, str, str]:
    finding = gated.finding
    return (finding.subject, finding.aspect, finding.outcome, finding.message)


def _gated(check_id: str, finding: Finding, waivers: Sequence[Waiver], baseline: frozenset[str]) -> GatedFinding:
    print_ = fingerprint(check_id, finding)
    disposition = Disposition.OPEN
    if any(covers(waiver, finding) for waiver in waivers):
        disposition = Disposition.WAIVED
    elif finding.outcome is Outcome.FAIL and print_ in baseline:
        disposition = Disposition.BASELINED
    return GatedFinding(finding, disposition, print_)


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Whether a waiver accepts a finding.

    A check that could not look at all (an error about ``*``) is never covered: there is nothing that was accepted.
    """
    if finding.outcome not in (Outcome.FAIL, Outcome.MANUAL, Outcome.ERROR):
        return False
    if finding.outcome is Outcome.ERROR and finding.subject == ALL:
        return False
    return _matches(finding.subject, waiver.subject)


def _matches(subject: str, pattern: str) -> bool:
    """``*`` and ``?`` stand for anything; a bracket is a bracket, as in ``/pages/[id].js``."""
    return subject == pattern or fnmatch.fnmatchcase(subject, pattern.replace("[", "[[]"))


def _waiver_state(waiver: Waiver, result: CheckResult | None, today: date) -> WaiverState:
    if waiver.expires < today:
        return WaiverState.EXPIRED
    if result is None or any(_blind(g.finding) for g in result.findings):
        return WaiverState.ACTIVE
    used = any(covers(waiver, g.finding) for g in result.findings)
    return WaiverState.ACTIVE if used else WaiverState.UNUSED


def _blind(finding: Finding) -> bool:
    return finding.outcome is Outcome.ERROR and finding.subject == ALL


def _item(item: Item, results: Sequence[CheckResult], unchecked: bool) -> ItemResult:
    own = tuple(result for result in results if result.check.item == item.id)
    outcome = Outcome.MANUAL if unchecked and item.level is not Level.OFF else worst(r.outcome for r in own)
    return ItemResult(item, outcome, own)


def _verdict(results: Sequence[CheckResult], items: Sequence[ItemResult], fail_on: FailOn) -> Verdict:
    levels = {Level.MANDATORY, Level.RECOMMENDED} if fail_on is FailOn.RECOMMENDED else {Level.MANDATORY}
    open_outcomes = [
        gated.finding.outcome
        for result in results
        if result.level in levels
        for gated in result.findings
        if gated.disposition is Disposition.OPEN
    ]
    # A mandatory item that nothing looks at is not proven, whatever the rest says.
    open_outcomes += [Outcome.MANUAL for i in items if i.item.level is Level.MANDATORY and i.outcome is Outcome.MANUAL]
    if Outcome.FAIL in open_outcomes:
        return Verdict.BLOCKED
    if Outcome.ERROR in open_outcomes or Outcome.MANUAL in open_outcomes:
        return Verdict.UNPROVEN
    return Verdict.READY


def baseline_fingerprints(checks: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """Fingerprints of the failing findings of a saved report's ``checks``."""
    return frozenset(
        str(finding["fingerprint"])
        for check in checks
        for finding in check["findings"]  # type: ignore[attr-defined]
        if finding["outcome"] == Outcome.FAIL and finding["disposition"] != Disposition.WAIVED
    )
