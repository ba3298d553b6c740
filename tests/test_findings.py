"""What becomes of findings before they are reported."""

from __future__ import annotations

import pytest

from auditor.findings import MOST_PASSES, Collected, plain
from auditor.model import Confidence, Finding, Outcome, failed, not_applicable, passed, unproven


def many(number, confidence=Confidence.OBSERVED):
    return [passed(f"t{n}", "fine", confidence=confidence) for n in range(number)]


def counted(findings):
    found = Collected()
    for finding in findings:
        found.add(finding)
    assert found.seen == len(findings)
    return found.told()


def test_as_many_as_can_be_read_are_told_one_by_one():
    findings = [*many(MOST_PASSES), failed("x", "bad")]
    assert list(counted(findings)) == findings


def test_more_are_told_as_one_before_what_is_not_a_pass():
    others = [failed("x", "bad"), unproven("y", "late"), not_applicable("none", "z")]
    assert list(counted([others[0], *many(MOST_PASSES + 1), *others[1:]])) == [
        passed(
            "*",
            f"{MOST_PASSES + 1} pass",
            count=MOST_PASSES + 1,
            examples=["t0: fine", "t1: fine", "t2: fine", "t3: fine", "t4: fine"],
        ),
        *others,
    ]


def test_what_is_proven_is_not_told_with_what_is_not():
    few = many(2, Confidence.PROVEN)
    found = list(counted([*few, *many(MOST_PASSES + 1)]))
    assert [(f.confidence, f.subject) for f in found] == [
        (Confidence.OBSERVED, "*"),
        (Confidence.PROVEN, "t0"),
        (Confidence.PROVEN, "t1"),
    ]


def test_passes_in_plain_words_are_told_as_one_too():
    (found,) = counted([Finding("pass", f"t{n}", "fine", "proven") for n in range(MOST_PASSES + 1)])
    assert (found.subject, found.message, found.confidence) == ("*", f"{MOST_PASSES + 1} pass", Confidence.PROVEN)
    assert type(found.confidence) is Confidence


def test_failures_are_never_told_as_one():
    findings = [failed(f"t{n}", "bad") for n in range(MOST_PASSES * 2)]
    assert list(counted(findings)) == findings


def test_words_become_outcomes_with_and_without_evidence():
    bare = plain(Finding("pass", "x", "y", "proven"))
    assert (bare.outcome, bare.confidence) == (Outcome.PASS, Confidence.PROVEN)
    with pytest.raises(ValueError, match="warn"):
        plain(Finding("warn", "x", "y"))
