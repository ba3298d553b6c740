"""One run of a part of the RLS audit, in a process of its own: ``python -m bench.rls_audit PART CHECKLIST``.

It uses nothing but the product, so that its memory is the product's. Prints what it took, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from auditor.checklist.load import load
from auditor.checklist.model import Checklist
from auditor.engine import Gathered, Judged, judge, run_probes
from auditor.events import Crashed, Event, FactGathered, ProbeStarted
from auditor.facts.row_trials import RowTrials
from auditor.plan import Plan, make_plan
from auditor.probes.capabilities import open_capabilities
from auditor.probes.net.traffic import Traffic
from auditor.redact import Redactor
from auditor.registry import Probe, Registry
from auditor.run import load_registry, make_redactor

PARTS = ("static", "behavioural", "everything")
ENV = "bench"


@dataclass
class Clock:
    """Listens to a run: how long each probe took, and how many statements had been sent when it began."""

    traffic: Traffic
    started: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    sent_before: dict[str, int] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        if isinstance(event, ProbeStarted):
            self.started[event.fact] = time.perf_counter()
            self.sent_before[event.fact] = self.traffic.queries
        elif isinstance(event, FactGathered) and event.fact in self.started:
            self.took[event.fact] = time.perf_counter() - self.started[event.fact]
        elif isinstance(event, Crashed):
            self.crashes.append(f"{event.where} crashed: {event.traceback.strip().splitlines()[-1]}")


def plan_of(part: str, registry: Registry, checklist: Checklist) -> Plan:
    """The RLS checks without those that need trials; the trials without any check; or all of it."""
    needing = [check.id for check in registry.checks if check.item == "rls" and RowTrials in check.needs()]
    plan = make_plan(registry, checklist, select=("rls",), ignore=needing if part == "static" else ())
    if part != "behavioural":
        return plan
    return replace(plan, checks=(), probes=_behind(RowTrials, plan.probes))


def _behind(fact: type, probes: Mapping[type, Probe]) -> dict[type, Probe]:
    """The probe of a fact, and those of all that it takes."""
    found = {fact: probes[fact]}
    for need in probes[fact].needs():
        found |= _behind(need, probes) if need in probes else {}
    return found


def run(part: str, checklist: Checklist) -> dict[str, object]:
    """Gather and judge, and say what it took."""
    plan = plan_of(part, load_registry(checklist), checklist)
    redactor = make_redactor(checklist, dict(os.environ))
    clock = Clock(Traffic(checklist.environment.network.max_requests))
    started = time.perf_counter()
    facts = _gathered(plan, checklist, redactor, clock)
    gathered = time.perf_counter()
    judged = judge(plan, facts, checklist.policies, redactor, clock)
    judging = time.perf_counter() - gathered
    alone = part == "behavioural"
    return {
        "seconds": clock.took.get("RowTrials", 0.0) if alone else gathered - started + judging,
        "statements": clock.traffic.queries - (clock.sent_before.get("RowTrials", 0) if alone else 0),
        "trials": _trials(facts),
        "findings": _outcomes(judged),
        "missing": _missing(facts) + clock.crashes,
        "probes": clock.took,
        "judging": judging,
        "checks": {one.planned.check.id: one.duration_ms / 1000 for one in judged},
    }


def _gathered(plan: Plan, checklist: Checklist, redactor: Redactor, clock: Clock) -> dict[type, Gathered]:
    capabilities = partial(open_capabilities, checklist.environment, clock.traffic)
    return run_probes(plan, redactor, capabilities, checklist.policies, listener=clock)


def _trials(facts: Mapping[type, Gathered]) -> dict[str, int]:
    """How many expressions were tried and tables read, and with what answer."""
    tried = facts.get(RowTrials)
    if tried is None or not tried.available:
        return {}
    answers = [trial.allowed for trial in tried.value.trials] + [read.found for read in tried.value.reads]
    return dict(Counter("untried" if answer is None else "tried" for answer in answers))


def _outcomes(judged: list[Judged]) -> dict[str, int]:
    return dict(Counter(str(finding.outcome) for one in judged for finding in one.findings))


def _missing(facts: Mapping[type, Gathered]) -> list[str]:
    return [f"{fact.__name__} was not gathered: {found.error}" for fact, found in facts.items() if not found.available]


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], load(Path(sys.argv[2]), ENV, environ=os.environ))))
