"""What several checks say of a drill in the same words."""

from __future__ import annotations

from typing import Any

from auditor.facts.restore_drill import Drill
from auditor.model import Finding, not_applicable, unproven


def not_compared(drill: Drill, what: str, **evidence: Any) -> Finding:
    """The finding of a check that compares, where there was nothing to compare with.

    Args:
        drill: that was restored, and not compared.
        what: the beginning of a sentence: ``its rows were not compared with the live database``.
        evidence: what there is all the same.
    """
    if drill.alone:
        return not_applicable(drill.uncompared, drill.name, **evidence)
    return unproven(drill.name, f"{what}: {drill.uncompared}", drill.uncompared_hint, **evidence)
