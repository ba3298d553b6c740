"""The vocabulary of an audit: outcomes, levels and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from auditor.quick import quick

Evidence = dict[str, Any]
"""What was seen: names to JSON values, the unit in the name. The engine refuses what JSON cannot hold."""

ALL = "*"
"""The subject of a finding about everything that a check looks at."""


class Outcome(StrEnum):
    """What a check found. There is no ``warn``: a failing recommended check is a fail that does not block."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    """Could not be judged. Never a pass."""
    NOT_APPLICABLE = "not-applicable"
    MANUAL = "manual"
    """Only a person can tell."""


class Level(StrEnum):
    """Policy: whether a check may stop a release. Lives in the checklist."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    OFF = "off"


class Severity(StrEnum):
    """Harm, when the check fails. Lives in the check."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Confidence(StrEnum):
    """How the audit knows."""

    PROVEN = "proven"
    """We did it: read the row, negotiated the protocol."""
    OBSERVED = "observed"
    """The live system said so."""
    INFERRED = "inferred"
    """Concluded from files."""


class Disposition(StrEnum):
    """What the team has decided about a finding."""

    OPEN = "open"
    WAIVED = "waived"
    BASELINED = "baselined"


@dataclass(frozen=True, slots=True)
class Location:
    """A line in a file of the repository or in the checklist."""

    path: str
    line: int
    """Counted from 1."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a fact that could not be gathered.

    The engine turns each gap of a fact into a finding of every check that takes the fact, so that a part nobody
    could look at never reads as a pass.
    """

    subject: str
    reason: str
    hint: str = ""
    absent: bool = False
    """True when the checklist declares this part absent: the finding is then ``not-applicable``."""


@quick
@dataclass(frozen=True, slots=True)
class Finding:
    """One statement of a check about one subject."""

    outcome: Outcome
    subject: str
    """What it is about: a URL, a table, a file. ``*`` for everything."""
    message: str
    confidence: Confidence = Confidence.OBSERVED
    evidence: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What was seen, as typed values; the unit is in the key."""
    remediation: str = ""
    """How to fix this one. Empty: the check's own text."""
    reproduce: str = ""
    """A command that shows it again, without secrets."""
    location: Location | None = None
    aspect: str = ""
    """Tells apart two findings of one check about one subject."""


def passed(
    subject: str,
    message: str,
    *,
    confidence: Confidence = Confidence.OBSERVED,
    reproduce: str = "",
    location: Location | None = None,
    aspect: str = "",
    **evidence: Any,
) -> Finding:
    """Looked at, and good."""
    # by position: a check of a large database says this many thousand times
    return Finding(Outcome.PASS, subject, message, confidence, evidence, "", reproduce, location, aspect)


def failed(
    subject: str,
    message: str,
    *,
    confidence: Confidence = Confidence.OBSERVED,
    remediation: str = "",
    reproduce: str = "",
    location: Location | None = None,
    aspect: str = "",
    **evidence: Any,
) -> Finding:
    """Looked at, and bad."""
    return Finding(Outcome.FAIL, subject, message, confidence, evidence, remediation, reproduce, location, aspect)


def unproven(subject: str, reason: str, hint: str = "", *, aspect: str = "", **evidence: Any) -> Finding:
    """Could not be judged: ``error``. The hint names what would settle it."""
    return Finding(Outcome.ERROR, subject, reason, evidence=evidence, remediation=hint, aspect=aspect)


def not_applicable(reason: str, subject: str = ALL, **evidence: Any) -> Finding:
    """There is nothing to judge, and why."""
    return Finding(Outcome.NOT_APPLICABLE, subject, reason, evidence=evidence)


def manual(subject: str, question: str, **evidence: Any) -> Finding:
    """Only a person can answer; the question says what to look at."""
    return Finding(Outcome.MANUAL, subject, question, evidence=evidence)
