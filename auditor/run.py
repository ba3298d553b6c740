"""One audit, from checklist to report: plan, gather, judge, gate."""

from __future__ import annotations

import asyncio
import signal
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from auditor import __version__, saved
from auditor.checklist.model import Checklist
from auditor.engine import Gathered, Judged, JudgingInterrupted, judge, run_probes
from auditor.events import Listener, ignore_events
from auditor.facts.policy import BackupPolicy
from auditor.facts.waivers import WaiverNote, WaiverUse
from auditor.gate import ExitCode, FailOn, Gated, decide, gate_checks, waiver_states
from auditor.narrow import narrow_registry
from auditor.plan import Plan, make_plan
from auditor.probes.capabilities import CAPABILITIES, open_capabilities
from auditor.probes.net.traffic import Traffic
from auditor.provenance import read_ci, read_git
from auditor.redact import IN_FORCE, MET, Redactor, Secret, environment_secrets
from auditor.registry import Registry, collect, modules, verify
from auditor.report.build import build_report
from auditor.report.model import ChecklistFile, Report, Run, TrafficCount


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    deadline: float = 120.0
    """Seconds for gathering."""
    fail_on: FailOn = FailOn.MANDATORY
    lang: str = "en"
    baseline: frozenset[str] = frozenset()
    facts: Path | None = None
    """Judge these saved facts; nothing is sent."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of a run."""

    report: Report
    facts: dict[type, Gathered]
    gathered_at: datetime
    traffic: TrafficCount
    targets: str
    """Digest of what the facts are about."""
    exit_code: ExitCode


def load_registry(checklist: Checklist, select: Sequence[str] = ()) -> Registry:
    """Built-in checks and probes and those of the checklist's plugins, verified.

    Args:
        checklist: loaded.
        select: of the built-in ones only those that this needs can be run, which is quicker. Empty: all of them.

    Raises:
        WiringError: they do not fit together.
        UsageError: a plugin cannot be imported.
    """
    from auditor.plugins import plugin_modules

    given = (*checklist.policies, WaiverUse)
    # a plugin may declare anything, and need any fact
    if select and not checklist.plugins and (narrow := narrow_registry(select, given=given, capabilities=CAPABILITIES)):
        return narrow
    sources = [*modules("checks"), *modules("auditor.probes"), *plugin_modules(checklist.plugins)]
    registry = collect(sources)
    verify(registry, given=given, capabilities=CAPABILITIES)
    return registry


def make_redactor(checklist: Checklist, environ: dict[str, str]) -> Redactor:
    """A redactor that knows every secret of the checklist and of the process environment, and all that scanners meet.

    It stays in force for what the command says when it fails.
    """
    public = checklist.environment.supabase.anon_key if checklist.environment.supabase else None
    known: list[Secret] = [*checklist.secrets, *environment_secrets(environ)]
    redactor = Redactor((secret for secret in known if public is None or secret != public), MET)
    IN_FORCE.append(redactor)
    return redactor


def run_audit(
    checklist: Checklist,
    options: Options,
    redactor: Redactor,
    *,
    environ: dict[str, str],
    listener: Listener = ignore_events,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Audit:
    """Run the audit.

    Args:
        checklist: loaded.
        options: from the command line.
        redactor: from :func:`make_redactor`.
        environ: the process environment, for the CI job.
        listener: told what happens.
        now: the clock, in UTC.

    Raises:
        UsageError: nothing can be audited as asked; nothing was sent.
    """
    started, clock = now(), time.monotonic()
    registry = load_registry(checklist, options.select)
    plan = make_plan(registry, checklist, select=options.select, ignore=options.ignore)
    gathered = (
        _replay(plan, checklist, options) if options.facts else _gather(plan, checklist, options, redactor, listener)
    )
    given = {**checklist.policies}
    judged, stopped = _judged(_without_late(plan), gathered.facts, given, redactor, listener)
    interrupted = gathered.interrupted or stopped
    gated = _gate(plan, judged, checklist, options, redactor, listener, started, registry)
    exit_code = ExitCode.INTERRUPTED if interrupted else gated.exit_code
    run = Run(
        id=uuid.uuid4().hex,
        env=checklist.environment.name,
        started_at=started,
        finished_at=now(),
        duration_s=round(time.monotonic() - clock, 3),
        deadline_s=options.deadline,
        facts_gathered_at=gathered.at or started,
        interrupted=interrupted,
        checklist=ChecklistFile(path=str(checklist.path or ""), sha256=checklist.sha256),
        git=read_git(checklist.environment.repository or Path()),
        ci=read_ci(environ),
        traffic=gathered.traffic,
    )
    report = build_report(
        gated,
        plan,
        gathered.facts,
        run=run,
        version=__version__,
        lang=options.lang,
        redactor=redactor,
        exit_code=exit_code,
    )
    targets = saved.targets_of(checklist.environment)
    return Audit(report, gathered.facts, gathered.at or started, gathered.traffic, targets, exit_code)


@dataclass(slots=True)
class _Gathering:
    facts: dict[type, Gathered]
    traffic: TrafficCount
    at: datetime | None = None
    interrupted: bool = False


def _replay(plan: Plan, checklist: Checklist, options: Options) -> _Gathering:
    facts, document = saved.load(options.facts or Path(), plan.probes, checklist.environment)
    return _Gathering(facts, document.traffic, document.gathered_at)


def _gather(plan: Plan, checklist: Checklist, options: Options, redactor: Redactor, listener: Listener) -> _Gathering:
    traffic = Traffic(checklist.environment.network.max_requests)
    result = _Gathering({}, TrafficCount())

    previous: dict[signal.Signals, Any] = {}

    def on_loop(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
        # no partial: the module signal asks for the repr of a handler, and that would hold every fact
        def interrupt(*_signal: object) -> None:
            _interrupt(loop, result, stop)

        for number in (signal.SIGINT, signal.SIGTERM):
            previous[number] = signal.signal(number, interrupt)

    try:
        result.facts = run_probes(
            plan,
            redactor,
            partial(open_capabilities, checklist.environment, traffic),
            checklist.policies,
            deadline=options.deadline,
            listener=listener,
            on_loop=on_loop,
        )
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    result.traffic = TrafficCount(requests=traffic.requests, connections=traffic.connections, queries=traffic.queries)
    return result


def _interrupt(loop: asyncio.AbstractEventLoop, result: _Gathering, stop: Callable[[], None]) -> None:
    """The first signal stops the probes and still reports; a second one ends the run at once."""
    if result.interrupted:
        raise KeyboardInterrupt
    result.interrupted = True
    loop.call_soon_threadsafe(stop)


def _without_late(plan: Plan) -> Plan:
    return replace(plan, checks=tuple(p for p in plan.checks if WaiverUse not in p.check.needs()))


def _judged(
    plan: Plan, facts: dict[type, Gathered], given: dict[type, object], redactor: Redactor, listener: Listener
) -> tuple[list[Judged], bool]:
    try:
        return judge(plan, facts, given, redactor, listener), False
    except JudgingInterrupted as stopped:
        return stopped.results, True


def _gate(
    plan: Plan,
    judged: list[Judged],
    checklist: Checklist,
    options: Options,
    redactor: Redactor,
    listener: Listener,
    started: datetime,
    registry: Registry,
) -> Gated:
    """Gate the checks, then judge those about the waivers themselves, which are known only now."""
    today = started.date()
    results = gate_checks(judged, checklist, today=today, baseline=options.baseline)
    waivers = waiver_states(results, checklist, plan, today=today)
    notes = tuple(
        WaiverNote(w.check_id, w.waiver.subject, w.waiver.owner, w.waiver.expires, w.state, w.waiver.line)
        for w in waivers
    )
    late = replace(plan, checks=tuple(p for p in plan.checks if WaiverUse in p.check.needs()))
    given = {WaiverUse: WaiverUse(str(checklist.path or ""), today, notes), **checklist.policies}
    late_judged, _ = _judged(late, {}, given, redactor, listener)
    results += gate_checks(late_judged, checklist, today=today, baseline=options.baseline)
    results.sort(key=lambda result: result.check.id)
    covered = {check.item for check in registry.checks}
    unchecked = [item.id for item in checklist.items if item.id not in covered]
    return decide(results, waivers, checklist, options.fail_on, unchecked)


def with_drill(checklist: Checklist) -> Checklist:
    """The checklist, with a restore drill asked for."""
    policies = dict(checklist.policies)
    policies[BackupPolicy] = replace(cast("BackupPolicy", policies[BackupPolicy]), drill=True)
    return replace(checklist, policies=policies)


def selectors(values: Sequence[str]) -> tuple[str, ...]:
    """``--select`` and ``--ignore`` values, split at commas."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())
