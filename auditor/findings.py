"""What becomes of a check's findings before they are reported: plain values, and many passes told as one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from auditor.model import ALL, Confidence, Finding, Location, Outcome, passed

MOST_PASSES = 1_000
"""Of one check, told one by one; more of them become one finding that counts them."""
_EXAMPLES = 5


def plain(finding: Finding) -> Finding:
    """The finding with evidence in plain JSON types.

    Raises:
        TypeError: the evidence holds something that JSON cannot.
    """
    for name in ("subject", "message", "remediation", "reproduce", "aspect"):
        if not isinstance(getattr(finding, name), str):
            raise TypeError(f"the {name} of a finding is {type(getattr(finding, name)).__name__} instead of text")
    if finding.location is not None and not isinstance(finding.location, Location):
        raise TypeError(f"the location of a finding is {type(finding.location).__name__} instead of a Location")
    if not finding.evidence and type(finding.outcome) is Outcome and type(finding.confidence) is Confidence:
        return finding  # most are like that, and a copy is dear
    return replace(
        finding,
        outcome=Outcome(finding.outcome),
        confidence=Confidence(finding.confidence),
        evidence={str(key): _json(value) for key, value in finding.evidence.items()},
    )


def counted(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings, passes that are too many to tell one by one in one for each confidence."""
    passes: dict[Confidence, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.outcome is Outcome.PASS:
            passes[finding.confidence].append(finding)
    many = {confidence for confidence, alike in passes.items() if len(alike) > MOST_PASSES}
    for confidence in sorted(many):
        alike = passes[confidence]
        examples = [f"{finding.subject}: {finding.message}" for finding in alike[:_EXAMPLES]]
        yield passed(ALL, f"{len(alike)} pass", confidence=confidence, count=len(alike), examples=examples)
    yield from (f for f in findings if f.outcome is not Outcome.PASS or f.confidence not in many)


def _json(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _json(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_json(v) for v in value), key=str)
    if isinstance(value, (list, tuple)):
        return [_json(v) for v in value]
    raise TypeError(f"evidence cannot hold {type(value).__name__}")
