"""Gathers facts and judges them. The only module that catches every exception: what goes wrong becomes an ``error``."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import math
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from auditor.errors import Absent, Unavailable
from auditor.events import CheckJudged, Crashed, FactGathered, Listener, ProbeStarted, RunPlanned, ignore_events
from auditor.findings import Collected
from auditor.model import ALL, Finding, Gap, not_applicable, unproven
from auditor.outcomes import worst
from auditor.plan import Plan, PlannedCheck
from auditor.quick import collecting_rarely
from auditor.redact import Redactor
from auditor.registry import Check, Probe
from auditor.watchdog import Overrun, watching

JUDGING_SECONDS = 20.0
"""What one check may take; they are pure, so this is a check that does not come back."""
MOST_FINDINGS = 200_000
"""Of one check."""
GRACE = 2.0
"""Seconds that a cancelled probe may take to clean up before it is left behind."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A fact, or why it is not there."""

    value: Any = None
    error: str = ""
    hint: str = ""
    absent: bool = False
    """The checklist declares the surface absent: not a failure to look."""
    duration_ms: float = 0.0

    @property
    def available(self) -> bool:
        """Whether checks can have it."""
        return self.value is not None


Facts = Mapping[type, Gathered]


@dataclass(frozen=True, slots=True)
class Judged:
    """A check and what it found."""

    planned: PlannedCheck
    findings: tuple[Finding, ...]
    duration_ms: float


@dataclass(slots=True)
class Gatherer:
    """Gathers each fact of a plan once.

    Args:
        plan: which facts.
        given: facts and capabilities that are there from the start.
        redactor: takes secrets out of what is told about a fact.
        deadline: seconds for all of it.
        listener: told what happens.
    """

    plan: Plan
    given: Mapping[type, object]
    redactor: Redactor
    deadline: float = 120.0
    listener: Listener = ignore_events
    _tasks: dict[type, asyncio.Task[Gathered]] = field(default_factory=dict)
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _clocks: dict[asyncio.Task[Any], float] = field(default_factory=dict)
    """When the probe that a task runs must be done, at the latest."""

    async def gather(self) -> dict[type, Gathered]:
        """All facts, or for each why it is not there. Never raises for a fact.

        When this task is cancelled (Ctrl-C) it stops the probes and returns what is there.
        """
        self.listener(RunPlanned(len(self.plan.probes), len(self.plan.checks)))
        for fact, probe in self.plan.probes.items():
            self._tasks[fact] = asyncio.create_task(self._fact(fact, probe), name=fact.__name__)
        reason = f"not gathered within the run's deadline of {self.deadline:g} s"
        try:
            if self._tasks:
                await asyncio.wait(self._tasks.values(), timeout=self.deadline)
        except asyncio.CancelledError:
            reason = "interrupted before it was gathered"
        return await self._collected(reason)

    async def _collected(self, reason: str) -> dict[type, Gathered]:
        late = [task for task in self._tasks.values() if not task.done()]
        for task in late:
            task.cancel()
        if late:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait(late, timeout=GRACE)
        hint = "raise --deadline" if "deadline" in reason else ""
        missing = Gathered(error=reason, hint=hint)
        return {
            fact: missing if task.cancelled() or not task.done() else task.result()
            for fact, task in self._tasks.items()
        }

    async def _fact(self, fact: type, probe: Probe) -> Gathered:
        started = time.monotonic()
        try:
            result = Gathered(await self._value(fact, probe))
        except Absent as absent:
            result = Gathered(error=self.redactor.text(str(absent)), absent=True)
        except Unavailable as unavailable:
            result = Gathered(error=self.redactor.text(unavailable.reason), hint=self.redactor.text(unavailable.hint))
        except (Exception, SystemExit) as error:  # noqa: BLE001  a probe must not end the run, whatever it raises
            result = Gathered(error=self._crash(probe.name, error))
        took = (time.monotonic() - started) * 1000
        self.listener(FactGathered(fact.__name__, result.available, took, result.error))
        return Gathered(result.value, result.error, result.hint, result.absent, took)

    async def _all_others(self, fact: type) -> None:
        mine = self.plan.probes[fact].last
        others = [t for f, t in self._tasks.items() if f is not fact and self.plan.probes[f].last < mine]
        # what is made of a fact that comes later still is later than this one, too
        later = [fact, *(f for f, probe in self.plan.probes.items() if probe.last > mine)]
        others = [t for t in others if not any(self._depends_on(t, one) for one in later)]
        if others:
            await asyncio.wait(others)

    def _depends_on(self, task: asyncio.Task[Gathered], fact: type) -> bool:
        """Whether the task's fact waits for the given one: waiting for it in turn would never end."""
        queue = [next(f for f, t in self._tasks.items() if t is task)]
        while queue:
            current = queue.pop()
            if current is fact:
                return True
            if current in self.plan.probes:
                queue += self.plan.probes[current].needs()
        return False

    async def _value(self, fact: type, probe: Probe) -> Any:
        arguments = [await self._argument(need) for need in probe.needs()]
        if not probe.last:
            return await self._call(fact, probe, arguments)
        await self._all_others(fact)
        async with self._alone:
            return await self._call(fact, probe, arguments)

    async def _call(self, fact: type, probe: Probe, arguments: list[object]) -> Any:
        self.listener(ProbeStarted(fact.__name__))
        scope = asyncio.timeout(probe.deadline)
        started = time.monotonic()
        if (task := asyncio.current_task()) is not None:
            self._clocks[task] = started + probe.deadline + GRACE
        late = Unavailable(f"no complete answer within {probe.deadline:g} s ({probe.name})")
        try:
            async with scope:
                result = probe.function(*arguments)
                if inspect.isawaitable(result):
                    result = await result
        except TimeoutError:
            if not scope.expired():
                raise
            raise late from None
        except Overrun:
            raise late from None
        # a call that blocks keeps asyncio from noticing: what comes too late does not count
        if time.monotonic() - started > probe.deadline:
            raise late
        if not isinstance(result, fact):
            raise Unavailable(f"the probe {probe.name} returned {type(result).__name__} instead of {fact.__name__}")
        return result

    def overrun(self) -> str:
        """Why the code that is running now must stop; empty when it need not."""
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return ""
        if task and time.monotonic() > self._clocks.get(task, math.inf):
            del self._clocks[task]  # once is enough
            return "its time is up"
        return ""

    async def _argument(self, need: type) -> object:
        if need in self.given:
            return self.given[need]
        # shield: one dependant's cancellation must not cancel the fact of the others
        fact = await asyncio.shield(self._tasks[need])
        if fact.absent:
            raise _SameAbsent(fact.error)
        if not fact.available:
            raise Unavailable(fact.error, fact.hint)
        return fact.value

    def _crash(self, where: str, error: BaseException) -> str:
        self.listener(Crashed(where, self.redactor.text("".join(traceback.format_exception(error)))))
        return self.redactor.text(f"the probe {where} failed: {type(error).__name__}: {error}")


class _SameAbsent(Absent):
    """A fact that is absent because the one behind it is; keeps the first wording."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.args = (reason,)


def run_probes(
    plan: Plan,
    redactor: Redactor,
    capabilities: Callable[[], contextlib.AbstractAsyncContextManager[Mapping[type, object]]],
    given: Mapping[type, object],
    *,
    deadline: float = 120.0,
    listener: Listener = ignore_events,
    on_loop: Callable[[asyncio.AbstractEventLoop, Callable[[], None]], None] = lambda *_: None,
) -> dict[type, Gathered]:
    """Gather a plan's facts in an event loop of its own.

    Args:
        plan: which facts.
        redactor: takes the secrets out.
        capabilities: opens the network and the database for the probes, and closes them.
        given: facts that are there from the start.
        deadline: seconds for everything.
        listener: told what happens.
        on_loop: called with the loop and a function that stops the gathering; for signal handlers.
    """

    async def main() -> dict[type, Gathered]:
        async with capabilities() as held:
            gatherer = Gatherer(plan, {**given, **held}, redactor, deadline, listener)
            task = asyncio.ensure_future(gatherer.gather())
            on_loop(asyncio.get_running_loop(), lambda: _stop(task))
            with watching(gatherer.overrun):
                return await task

    loop = asyncio.new_event_loop()
    try:
        with collecting_rarely():
            return loop.run_until_complete(main())
    finally:
        _close(loop)


def _stop(task: asyncio.Future[Any]) -> None:
    task.cancel()


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """Close a loop without waiting for those who do not want to end, as ``asyncio.run`` would."""
    loop.set_exception_handler(lambda *_: None)
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=GRACE))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def judge(
    plan: Plan,
    facts: Facts,
    given: Mapping[type, object],
    redactor: Redactor,
    listener: Listener = ignore_events,
) -> list[Judged]:
    """Run every check of the plan over the facts. Never raises for a check; an interrupt stops judging, not reporting.

    Args:
        plan: which checks.
        facts: what :class:`Gatherer` found.
        given: policies.
        redactor: takes secrets out of the findings.
        listener: told of each check.
    """
    results: list[Judged] = []
    interrupted = False
    for planned in plan.checks:
        started = time.perf_counter()
        found = Collected()  # what is there when time is up is kept
        try:
            if interrupted:
                found.add(unproven(ALL, "interrupted before it was judged"))
            else:
                with collecting_rarely(), watching(_once_after(JUDGING_SECONDS)):
                    _look(planned.check, facts, given, redactor, listener, found)
        except Overrun:
            found.add(unproven(ALL, "the check took too long", "report this as a defect of the check"))
        except KeyboardInterrupt:
            interrupted = True
            found = Collected()
            found.add(unproven(ALL, "interrupted while it was judged"))
        findings = redactor.apply(tuple(found.told()))
        listener(CheckJudged(planned.check.id, worst(f.outcome for f in findings)))
        results.append(Judged(planned, findings, (time.perf_counter() - started) * 1000))
    if interrupted:
        raise JudgingInterrupted(results)
    return results


def _once_after(seconds: float) -> Callable[[], str]:
    """Says once, when so many seconds have passed, that time is up."""
    ends = [time.monotonic() + seconds]

    def overrun() -> str:
        if ends and time.monotonic() > ends[0]:
            ends.clear()
            return "it took too long"
        return ""

    return overrun


class JudgingInterrupted(KeyboardInterrupt):
    """Ctrl-C while checks were judged; carries what there is."""

    def __init__(self, results: list[Judged]) -> None:
        self.results = results
        super().__init__()


def _look(
    check: Check,
    facts: Facts,
    given: Mapping[type, object],
    redactor: Redactor,
    listener: Listener,
    found: Collected,
) -> None:
    inputs = {need: facts.get(need) or Gathered(given.get(need)) for need in check.needs()}
    missing = [gathered for gathered in inputs.values() if not gathered.available]
    if absent := next((m for m in missing if m.absent), None):
        found.add(not_applicable(absent.error))
        return
    # two facts may be missing for one reason: it is told once
    for error, hint in dict.fromkeys((gathered.error, gathered.hint) for gathered in missing):
        found.add(unproven(ALL, error, hint))
    if missing:
        return
    _guarded(check, [gathered.value for gathered in inputs.values()], redactor, listener, found)
    if not found.seen:
        found.add(unproven(ALL, "the check looked at nothing", "report this as a defect of the check"))


def _gaps(values: list[Any]) -> Iterator[Finding]:
    for value in values:
        for gap in getattr(value, "gaps", ()):
            if not isinstance(gap, Gap):
                raise TypeError(f"{type(value).__name__} has a {type(gap).__name__} among its gaps")
            if gap.absent:
                yield not_applicable(gap.reason, gap.subject)
            else:
                yield unproven(gap.subject, gap.reason, gap.hint)


def _all(check: Check, values: list[Any]) -> Iterator[Any]:
    # a chain, because a generator of generators is resumed once more for each of many thousand findings
    parts = (lambda: _gaps(values), lambda: check.function(*values) or ())
    return chain.from_iterable(part() for part in parts)


def _guarded(check: Check, values: list[Any], redactor: Redactor, listener: Listener, found: Collected) -> None:
    """What the check yields; a crash becomes one more finding and hides none before it."""
    try:
        for finding in _all(check, values):
            if not isinstance(finding, Finding):
                raise TypeError(f"it yielded {type(finding).__name__} instead of a Finding")
            if found.seen >= MOST_FINDINGS:
                raise OverflowError(f"it yielded more than {MOST_FINDINGS} findings")
            found.add(finding)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  one check must not hide the others, whatever it raises
        listener(Crashed(check.id, redactor.text("".join(traceback.format_exception(error)))))
        crash = f"the check crashed: {type(error).__name__}: {error}"
        found.add(unproven(ALL, crash, "report this as a defect of the check"))
