"""Differences of schema."""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.restore_drill import Difference
from checks.backups.restored_schema import restored_schema
from tests.checks.backups.drills import GOOD, judge


def test_differences():
    certain = Difference("table", "public.a", "there", "missing")
    doubtful = Difference("policy", "public.b p", "differs", "differs", "two versions")
    drill = replace(GOOD, differences=(certain, doubtful), difference_count=2)
    first, second = judge(restored_schema, drill)
    assert (first.outcome, first.message) == ("fail", "one thing differs from the live database")
    assert first.evidence["differences"] == [
        {"kind": "table", "name": "public.a", "live": "there", "restored": "missing"}
    ]
    assert (second.outcome, second.message) == (
        "error", "1 of the live database's objects could not be compared: two versions",
    )  # fmt: skip
