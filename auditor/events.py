"""What happens during a run, for whoever wants to show it. The engine itself never prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auditor.model import Outcome


@dataclass(frozen=True, slots=True)
class RunPlanned:
    """The run knows what it will do."""

    facts: int
    checks: int


@dataclass(frozen=True, slots=True)
class ProbeStarted:
    """A fact is being gathered."""

    fact: str


@dataclass(frozen=True, slots=True)
class FactGathered:
    """A fact is there, or will not come."""

    fact: str
    available: bool
    duration_ms: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class CheckJudged:
    """A check has its findings."""

    id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Crashed:
    """A probe or check raised what it should not; the traceback is redacted."""

    where: str
    traceback: str


Event = RunPlanned | ProbeStarted | FactGathered | CheckJudged | Crashed
Listener = Callable[[Event], None]


def ignore_events(_event: Event) -> None:
    """The listener of those who do not listen."""
