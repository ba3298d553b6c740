"""The report, version 1: what dashboards and CI jobs rely on.

Fields may be added, never renamed. A type of its own, apart from the engine's, so that the engine can change.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from auditor.model import Confidence, Disposition, Level, Outcome, Severity


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


Moment = Annotated[datetime, PlainSerializer(_rfc3339, return_type=str, when_used="json")]


class Model(BaseModel):
    """Unknown fields are kept out of the way: a newer minor version may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_enum_values=False)


class Tool(Model):
    """Who made the report."""

    name: Literal["stack-audit"] = "stack-audit"
    version: str


class ChecklistFile(Model):
    """Which checklist was applied."""

    path: str
    sha256: str


class Git(Model):
    """The commit that was checked out where the audit ran."""

    commit: str
    branch: str | None = None
    dirty: bool


class Ci(Model):
    """The CI job that ran the audit."""

    provider: str
    url: str | None = None


class TrafficCount(Model):
    """What the audit sent."""

    requests: int = 0
    connections: int = 0
    queries: int = 0


class Run(Model):
    """When, where and how."""

    id: str
    env: str
    started_at: Moment
    finished_at: Moment
    duration_s: float
    deadline_s: float
    facts_gathered_at: Moment | None = None
    """When the facts were gathered: long before the run when they were saved ones."""
    interrupted: bool = False
    checklist: ChecklistFile
    git: Git | None = None
    ci: Ci | None = None
    traffic: TrafficCount = TrafficCount()


class OutcomeCounts(Model):
    """How many checks have each outcome."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    pass_: int = Field(0, alias="pass")
    fail: int = 0
    error: int = 0
    not_applicable: int = Field(0, alias="not-applicable")
    manual: int = 0


class LevelCounts(OutcomeCounts):
    """The same for the checks of one level."""

    total: int = 0


class FindingCounts(Model):
    """Findings that are not good (fail, error, manual), by what the team has decided."""

    open: int = 0
    waived: int = 0
    baselined: int = 0


class Summary(Model):
    """The numbers."""

    checks: OutcomeCounts
    mandatory: LevelCounts
    recommended: LevelCounts
    findings: FindingCounts


class Place(Model):
    """A line of a file."""

    path: str
    line: int


class FindingRow(Model):
    """One statement about one subject."""

    outcome: Outcome
    subject: str
    message: str
    confidence: Confidence
    disposition: Disposition
    fingerprint: str
    evidence: dict[str, Any]
    remediation: str = ""
    reproduce: str = ""
    location: Place | None = None


class CheckRow(Model):
    """A check and its findings."""

    id: str
    name: str
    title: str
    item: str
    level: Level
    severity: Severity
    outcome: Outcome
    references: list[str]
    duration_ms: float
    findings: list[FindingRow]


class ItemRow(Model):
    """A line of the checklist."""

    id: str
    title: str
    level: Level
    outcome: Outcome
    checks: list[str]


class FactRow(Model):
    """Whether a fact could be gathered."""

    name: str
    state: Literal["gathered", "unavailable"]
    duration_ms: float
    error: str | None = None
    hint: str | None = None


class WaiverRow(Model):
    """A waiver and what became of it."""

    check: str
    subject: str
    reason: str
    owner: str
    expires: date
    state: Literal["active", "expired", "unused"]


class LeftOutRow(Model):
    """A check that was not judged, on purpose."""

    id: str
    name: str
    item: str
    reason: str


class Report(Model):
    """The whole report."""

    schema_: Literal["audit-report/1"] = Field("audit-report/1", alias="schema")
    tool: Tool
    run: Run
    verdict: Literal["ready", "blocked", "unproven"]
    exit_code: int
    summary: Summary
    items: list[ItemRow]
    checks: list[CheckRow]
    left_out: list[LeftOutRow] = []
    facts: list[FactRow]
    waivers: list[WaiverRow]

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
