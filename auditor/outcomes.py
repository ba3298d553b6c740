"""How outcomes add up."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model import Outcome

RANK = (Outcome.FAIL, Outcome.ERROR, Outcome.MANUAL, Outcome.PASS, Outcome.NOT_APPLICABLE)
"""Worst first. A fail beats an error; a pass beats not-applicable, because something was looked at."""


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a whole from those of its parts; ``not-applicable`` for no parts."""
    return min(outcomes, key=RANK.index, default=Outcome.NOT_APPLICABLE)
