"""What becomes of a check's findings before they are reported: plain values, and many passes told as one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from auditor.model import ALL, Confidence, Finding, Location, Outcome, passed

MOST_PASSES = 1_000
"""Of one check, told one by one; more of them become one finding that counts them."""
_EXAMPLES = 5
_PASS = Outcome.PASS


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


class Collected:
    """The findings of one check, as they come: passes that are too many to tell one by one are counted, and not kept.

    Most findings about a large database are such passes.
    """

    def __init__(self) -> None:
        self.seen = 0
        self._kept: list[Finding] = []
        self._passes: dict[Confidence, int] = {}

    def add(self, finding: Finding) -> None:
        """One more.

        Raises:
            TypeError: its evidence holds something that JSON cannot.
        """
        if finding.outcome is not _PASS:
            finding = plain(finding)  # words become outcomes
        if finding.outcome is _PASS:
            count = self._passes.get(finding.confidence, 0)
            if count < MOST_PASSES:
                self._kept.append(plain(finding))
            self._passes[finding.confidence] = count + 1
        else:
            self._kept.append(finding)
        self.seen += 1

    def told(self) -> Iterator[Finding]:
        """What is reported: passes that are too many in one finding for each confidence, and all the rest."""
        many = {Confidence(confidence) for confidence, count in self._passes.items() if count > MOST_PASSES}
        for confidence in sorted(many):
            count = self._passes[confidence]
            alike = (f for f in self._kept if (f.outcome, f.confidence) == (Outcome.PASS, confidence))
            examples = [f"{finding.subject}: {finding.message}" for finding in islice(alike, _EXAMPLES)]
            yield passed(ALL, f"{count} pass", confidence=confidence, count=count, examples=examples)
        yield from (f for f in self._kept if f.outcome is not Outcome.PASS or f.confidence not in many)


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
