"""Each case on real servers: what the audit says, what it leaves behind, and that the case is what it claims to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import pytest

from auditor.model import Confidence, Outcome

from .audit import registry
from .case import Case
from .cases import CASES
from .conftest import Audited

PENDING: dict[str, str] = {}
"""Case id to what is missing to judge it rightly. Strict: a case that comes right must leave this list."""

EVALUATED = ("RLS003", "RLS004")
"""Checks that try policies: what they pass, they have proven."""


def test_case(audited, request):
    if reason := PENDING.get(audited.case.id):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    problems = [*failing(audited), *unjudged(audited), *unproven(audited), *traces(audited), *untrue(audited)]
    assert not problems, "\n".join((audited.case.title, *problems, *told(audited), audited.case.notes))


def told(audited: Audited) -> Iterator[str]:
    yield from audited.verdict.told(Outcome.FAIL, Outcome.ERROR)
    yield from audited.verdict.crashes


def failing(audited: Audited) -> Iterator[str]:
    case, found = audited.case, audited.verdict.found(Outcome.FAIL)
    allowed = case.fails | case.also | {finding for group in case.either for finding in group}
    for check, subject in sorted(known(case.fails) - found):
        yield f"MISSED: {check} {subject}"
    for group in case.either:
        if known(group) == group and not group & found:
            yield f"MISSED: {words(group)}"
    for check, subject in sorted(found - allowed):
        yield f"FALSE: {check} {subject}"


def unjudged(audited: Audited) -> Iterator[str]:
    case, verdict = audited.case, audited.verdict
    said = verdict.found(Outcome.ERROR) | (verdict.found(Outcome.FAIL) & case.also)
    for group in case.errors:
        if known(group) == group and not group & said:
            yield f"NOT SAID that it cannot be judged: {words(group)}"
            if passed := group & verdict.found(Outcome.PASS):
                yield f"PASSED, and cannot be judged: {words(passed)}"
    if case.safe:
        for check, subject in sorted(verdict.found(Outcome.ERROR, mandatory=True)):
            yield f"ERROR in a safe case: {check} {subject}"


def unproven(audited: Audited) -> Iterator[str]:
    for check in EVALUATED:
        for _, subject in sorted(f for f in audited.case.fails if f[0] == check):
            for finding in audited.verdict.findings(check, subject):
                if finding.outcome is Outcome.FAIL and finding.confidence is not Confidence.PROVEN:
                    yield f"NOT PROVEN: {check} {subject} ({finding.confidence})"


def traces(audited: Audited) -> Iterator[str]:
    for name, before in audited.before.items():
        if audited.after[name] != before:
            yield f"WRITTEN: {name}: {before} became {audited.after[name]}"
    if audited.songs:
        yield f"EXECUTED: a function that must never run, {audited.songs} times"
    if audited.verdict.crashes:
        yield "CRASHED"


def untrue(audited: Audited) -> Iterator[str]:
    """The case itself, tried on the server: none of this is the audit's fault."""
    for truth in audited.case.truths:
        outcome = audited.database.outcome(truth)
        if outcome != truth.expect:
            yield f"NOT TRUE: {truth.who}: {truth.sql}: {outcome}, and not {truth.expect}"


def known(findings: AbstractSet[tuple[str, str]]) -> set[tuple[str, str]]:
    """Without those of checks that do not exist yet."""
    ids = {check.id for check in registry().checks}
    return {(check, subject) for check, subject in findings if check in ids}


def words(findings: AbstractSet[tuple[str, str]]) -> str:
    return " or ".join(f"{check} {subject}" for check, subject in sorted(findings))


def named(case: Case) -> set[str]:
    """The checks that a case expects something of."""
    return {check for group in (case.fails, *case.either, *case.errors) for check, _ in group}


def test_cases_are_told_apart():
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_safe_case_expects_no_mandatory_failure(case):
    mandatory = {check.id for check in registry().checks if check.level == "mandatory"}
    assert not case.safe or not {check for check, _ in case.fails} & mandatory
    assert not case.safe or not case.either
    assert not case.fails & case.also


def test_every_check_that_the_cases_name_exists():
    ids = {check.id for check in registry().checks}
    missing = Counter(check for case in CASES for check in named(case) if check not in ids)
    if missing:
        pytest.skip("not registered yet: " + ", ".join(f"{check} ({n} cases)" for check, n in sorted(missing.items())))


def test_every_check_has_a_case_that_fails_it():
    wanted = {check for case in CASES for check, _ in case.fails}
    assert sorted(check.id for check in registry().checks if check.id not in wanted) == []
