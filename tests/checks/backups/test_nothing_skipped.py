"""What was left out."""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.restore_drill import Skipped
from checks.backups.nothing_skipped import nothing_skipped
from tests.checks.backups.drills import GOOD, judge, outcomes


def test_what_was_left_out():
    on_purpose = Skipped("EVENT TRIGGER x", "a superuser", expected=True)
    for_want = Skipped("EXTENSION vector", "not installed here", "install it")
    assert outcomes(nothing_skipped, replace(GOOD, skipped=(on_purpose,))) == [
        ("pass", "all of it was restored but one part that a drill leaves out on purpose")
    ]
    [finding] = judge(nothing_skipped, replace(GOOD, skipped=(on_purpose, for_want)))
    assert (finding.outcome, finding.remediation, finding.evidence["not_restored"]) == (
        "error", "install it", [{"entry": "EXTENSION vector", "reason": "not installed here"}],
    )  # fmt: skip
