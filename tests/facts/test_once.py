"""Worked out once for one and the same fact, and never taken for another's."""

from __future__ import annotations

from auditor.facts.once import once


def test_once_for_one_fact_and_again_for_another():
    asked = []

    @once
    def length(fact):
        asked.append(fact)
        return len(fact)

    one, equal, longer = [1], [1], [1, 2]
    assert [length(fact) for fact in (one, one, equal, longer, longer, one)] == [1, 1, 1, 2, 2, 1]
    assert [id(fact) for fact in asked] == [id(one), id(equal), id(longer), id(one)]
