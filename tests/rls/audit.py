"""Audits the database of a case with the real probes and checks of the item rls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache, wraps
from types import MappingProxyType

from auditor.checklist.model import Environment, NetworkSettings
from auditor.engine import Facts, Judged, judge, run_probes
from auditor.events import Crashed
from auditor.facts.policy import POLICIES, RlsPolicy
from auditor.model import Finding, Level, Outcome
from auditor.plan import make_plan
from auditor.probes.capabilities import open_databases
from auditor.probes.net.dial import Dialer
from auditor.probes.net.traffic import Traffic
from auditor.probes.surfaces import Databases
from auditor.redact import Redactor, Secret
from auditor.registry import Probe, Registry, collect, modules
from tests.conftest import make_checklist

from .servers import Database


@cache
def registry() -> Registry:
    """The checks of the item, and every probe."""
    every = collect([*modules("checks"), *modules("auditor.probes")])
    return replace(every, checks=tuple(check for check in every.checks if check.item == "rls"))


@dataclass(frozen=True)
class Verdict:
    """What the audit says of a database."""

    judged: tuple[Judged, ...]
    crashes: tuple[str, ...]
    facts: Facts

    def found(self, *outcomes: Outcome, mandatory: bool = False) -> set[tuple[str, str]]:
        """Check id and subject of the findings with one of these outcomes."""
        return {
            (one.planned.check.id, finding.subject)
            for one in self.judged
            for finding in one.findings
            if finding.outcome in outcomes and not (mandatory and one.planned.level is not Level.MANDATORY)
        }

    def told(self, *outcomes: Outcome) -> list[str]:
        """The findings in words, for a test that fails."""
        return [
            f"  {finding.outcome.upper()} {one.planned.check.id} {finding.subject}: {finding.message}"
            f" [{finding.confidence}]"
            for one in self.judged
            for finding in one.findings
            if finding.outcome in outcomes
        ]

    def whole(self, port: int = 0) -> dict[str, tuple[Finding, ...]]:
        """Check id to everything that it says; without the port, to compare two ways to one database."""
        return {
            one.planned.check.id: tuple(replace(f, message=f.message.replace(f":{port}/", ":0/")) for f in one.findings)
            for one in self.judged
        }

    def findings(self, check: str, subject: str) -> list[Finding]:
        """What a check says of a subject."""
        return [f for one in self.judged if one.planned.check.id == check for f in one.findings if f.subject == subject]


def _after(happens: Callable[[], object], probe: Probe) -> Probe:
    @wraps(probe.function)
    def function(*facts: object) -> object:
        happens()
        return probe.function(*facts)

    return replace(probe, function=function)


def audit(
    database: Database,
    policy: RlsPolicy = RlsPolicy(),  # noqa: B008  frozen
    before: Mapping[type, Callable[[], object]] = MappingProxyType({}),
    concurrency: int = 8,
) -> Verdict:
    """Gather and judge, as the audit's role; the application has a role of its own.

    Args:
        database: which.
        policy: what the checklist says.
        before: fact to what happens right before it is gathered.
        concurrency: connections at once.
    """
    environment = Environment(
        "test",
        database=Secret(database.url("app"), "database"),
        auditor_database=Secret(database.url("auditor"), "database"),
        network=NetworkSettings(concurrency=concurrency),
    )
    checklist = make_checklist(
        environment=environment, policies={**{kind: kind() for kind in POLICIES.values()}, RlsPolicy: policy}
    )
    plan = make_plan(registry(), checklist, select=("rls",))
    probes = {fact: _after(before[fact], probe) if fact in before else probe for fact, probe in plan.probes.items()}
    plan = replace(plan, probes=probes)
    crashes: list[str] = []

    def listener(event: object) -> None:
        if isinstance(event, Crashed):
            crashes.append(f"{event}")

    @asynccontextmanager
    async def capabilities() -> AsyncIterator[Mapping[type, object]]:
        traffic = Traffic(environment.network.max_requests)
        dialer = Dialer({}, "", environment.network.concurrency, traffic)
        yield {Databases: open_databases(environment, dialer, traffic), Environment: environment, Traffic: traffic}

    redactor = Redactor()
    facts = run_probes(plan, redactor, capabilities, checklist.policies, listener=listener)
    return Verdict(tuple(judge(plan, facts, checklist.policies, redactor, listener)), tuple(crashes), facts)
