"""The invariants of the engine, one by one."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import replace

import pytest

from auditor.engine import Gathered, Gatherer, JudgingInterrupted, judge, run_probes
from auditor.errors import Absent, Unavailable
from auditor.events import CheckJudged, Crashed, FactGathered
from auditor.model import ALL, Confidence, Finding, Gap, Level, Outcome, Severity, failed, passed, unproven
from auditor.plan import Plan, PlannedCheck
from auditor.redact import Redactor, Secret
from auditor.registry import check, collect, probe, verify
from tests.samples import Forecast, Station, Tide, Weather, make_check, module


def plan_of(*functions) -> Plan:
    registry = collect([module(*functions)])
    verify(registry, given=(), capabilities=(Station,))
    checks = tuple(PlannedCheck(one, one.level) for one in registry.checks)
    return Plan(checks, (), registry.providers())


def probing(function, fact=Weather, **options):
    """The function as a probe of a fact that takes the station."""
    function.__annotations__ = {"station": Station, **function.__annotations__, "return": fact}
    return probe(**options)(function)


def gather(plan, *, deadline=5.0, redactor=None, listener=lambda _: None):
    given = {Station: Station()}
    return asyncio.run(Gatherer(plan, given, redactor or Redactor(), deadline, listener).gather())


def findings(plan, facts, redactor=None, listener=lambda _: None):
    judged = judge(plan, facts, {}, redactor or Redactor(), listener)
    return {one.planned.check.id: one.findings for one in judged}


def run(*functions, watched=False, **options):
    plan = plan_of(*functions)
    return findings(plan, (gather_as_the_command_does if watched else gather)(plan, **options))


def gather_as_the_command_does(plan, *, deadline=5.0):
    @contextlib.asynccontextmanager
    async def capabilities():
        yield {Station: Station()}

    return run_probes(plan, Redactor(), capabilities, {}, deadline=deadline)


async def blue(station):
    return Weather("blue")


def test_a_gathered_fact_is_judged():
    assert run(make_check(), probing(blue)) == {"RLS001": (passed("blue", "blue"),)}


def test_a_failed_probe_is_an_error_with_its_hint():
    async def weather(station):
        raise Unavailable("the roof is closed", "open the roof")

    assert run(make_check(), probing(weather)) == {"RLS001": (unproven(ALL, "the roof is closed", "open the roof"),)}


def test_a_probe_that_crashes_is_an_error():
    async def weather(station):
        raise ZeroDivisionError("oops")

    assert run(make_check(), probing(weather)) == {
        "RLS001": (unproven(ALL, "the probe checks.rls.sample.weather failed: ZeroDivisionError: oops"),)
    }


def test_a_probe_that_calls_exit_does_not_end_the_run():
    async def weather(station):
        raise SystemExit(0)

    ((finding,),) = run(make_check(), probing(weather)).values()
    assert finding.outcome is Outcome.ERROR


def test_a_late_probe_is_an_error():
    async def weather(station):
        await asyncio.Event().wait()

    assert run(make_check(), probing(weather, deadline=0.05)) == {
        "RLS001": (unproven(ALL, "no complete answer within 0.05 s (checks.rls.sample.weather)"),)
    }


def test_a_timeout_of_the_probe_itself_is_not_called_late():
    async def weather(station):
        raise TimeoutError("of its own")

    ((finding,),) = run(make_check(), probing(weather)).values()
    assert finding.message == "the probe checks.rls.sample.weather failed: TimeoutError: of its own"


def test_the_deadline_of_the_run_stops_every_probe():
    async def weather(station):
        await asyncio.Event().wait()

    assert run(make_check(), probing(weather), deadline=0.05) == {
        "RLS001": (unproven(ALL, "not gathered within the run's deadline of 0.05 s", "raise --deadline"),)
    }


def test_a_probe_of_the_wrong_type_is_an_error():
    async def weather(station):
        return Tide(1.0)

    ((finding,),) = run(make_check(), probing(weather)).values()
    assert finding.message == "the probe checks.rls.sample.weather returned Tide instead of Weather"


def test_a_fact_is_gathered_once_however_many_need_it():
    calls = []

    async def weather(station):
        calls.append(1)
        await asyncio.sleep(0)
        return Weather("blue")

    async def forecast(weather):
        return Forecast("fine")

    forecast.__annotations__ = {"weather": Weather, "return": Forecast}

    def read(forecast: Forecast, weather: Weather):
        """It is read."""
        yield passed(forecast.text, weather.sky)

    read.__annotations__ = {"forecast": Forecast, "weather": Weather}
    reader = check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(read)
    result = run(make_check(), reader, probing(weather), probe()(forecast))
    assert calls == [1]
    assert result["RLS002"] == (passed("fine", "blue"),)


def test_a_missing_fact_tells_its_reason_through_those_that_need_it():
    async def weather(station):
        raise Unavailable("the roof is closed", "open the roof")

    async def forecast(weather):
        raise AssertionError

    forecast.__annotations__ = {"weather": Weather, "return": Forecast}

    def read(forecast: Forecast):
        """It is read."""
        yield passed("x", "y")

    read.__annotations__ = {"forecast": Forecast}
    reader = check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(read)
    assert run(reader, probing(weather), probe()(forecast)) == {
        "RLS002": (unproven(ALL, "the roof is closed", "open the roof"),)
    }


@pytest.mark.parametrize("through_another", [False, True])
def test_an_absent_surface_is_not_applicable(through_another):
    async def weather(station):
        raise Absent("sky")

    async def forecast(weather):
        raise AssertionError

    forecast.__annotations__ = {"weather": Weather, "return": Forecast}

    def read(forecast: Forecast):
        """It is read."""
        yield passed("x", "y")

    read.__annotations__ = {"forecast": Forecast}
    reader = check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(read)
    judge_it = (reader, probe()(forecast)) if through_another else (make_check(),)
    ((finding,),) = run(*judge_it, probing(weather)).values()
    assert (finding.outcome, finding.message) == (Outcome.NOT_APPLICABLE, "the checklist declares sky absent")


def test_a_gap_is_an_error_beside_what_was_seen():
    async def weather(station):
        return Weather("blue", (Gap("north", "fog", "wait"), Gap("south", "declared away", absent=True)))

    (found,) = run(make_check(), probing(weather)).values()
    assert [(f.outcome, f.subject, f.message, f.remediation) for f in found] == [
        (Outcome.ERROR, "north", "fog", "wait"),
        (Outcome.NOT_APPLICABLE, "south", "declared away", ""),
        (Outcome.PASS, "blue", "blue", ""),
    ]


def test_a_crashed_check_keeps_what_it_said_and_is_an_error():
    def crashing(weather: Weather):
        """It crashes."""
        yield failed("first", "bad")
        raise KeyError("gone")

    crashing.__annotations__ = {"weather": Weather}
    crash = check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(crashing)
    result = run(crash, make_check(), probing(blue))
    assert result["RLS002"] == (
        failed("first", "bad"),
        unproven(ALL, "the check crashed: KeyError: 'gone'", "report this as a defect of the check"),
    )
    assert result["RLS001"] == (passed("blue", "blue"),)


def test_a_check_that_calls_exit_is_an_error():
    def leaving(weather: Weather):
        """It leaves."""
        raise SystemExit(0)
        yield

    leaving.__annotations__ = {"weather": Weather}
    leave = check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(leaving)
    (finding,) = run(leave, probing(blue))["RLS002"]
    assert finding.outcome is Outcome.ERROR


def silent_check(body):
    def silent(weather: Weather):
        """It says nothing."""
        return body()

    silent.__annotations__ = {"weather": Weather}
    return check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(silent)


@pytest.mark.parametrize(
    "finding",
    [
        failed(5, "m"),
        failed("s", None),
        failed("s", "m", remediation=7),
        failed("s", "m", location="f:3"),
        failed("s", "m", confidence="sure"),
    ],
)
def test_a_malformed_finding_is_an_error_of_its_check(finding):
    (found,) = run(silent_check(lambda: [finding]), probing(blue))["RLS002"]
    assert found.outcome is Outcome.ERROR
    assert found.message.startswith("the check crashed: ")


@pytest.mark.parametrize("gaps", [None, ("x",), 5])
def test_malformed_gaps_are_an_error(gaps):
    async def weather(station):
        return Weather("blue", gaps)

    found = run(make_check(), probing(weather))["RLS001"]
    assert [finding.outcome for finding in found] == [Outcome.ERROR]


@pytest.mark.parametrize("error", [asyncio.CancelledError, GeneratorExit, BaseException, SystemExit, RecursionError])
def test_whatever_a_check_raises_stays_with_it(error):
    def body():
        raise error
        yield

    result = run(silent_check(body), make_check(), probing(blue))
    assert [finding.outcome for finding in result["RLS002"]] == [Outcome.ERROR]
    assert [finding.outcome for finding in result["RLS001"]] == [Outcome.PASS]


def test_a_probe_that_blocks_is_stopped_and_its_fact_is_late(monkeypatch):
    monkeypatch.setattr("auditor.engine.GRACE", 0.1)

    async def weather(station):
        while True:
            pass

    ((finding,),) = run(make_check(), probing(weather, deadline=0.2), watched=True).values()
    assert finding.message == "no complete answer within 0.2 s (checks.rls.sample.weather)"


def test_a_regular_expression_that_explodes_is_stopped(monkeypatch):
    monkeypatch.setattr("auditor.engine.GRACE", 0.1)

    async def weather(station):
        return Weather(str(re.match("(a*)*b", "a" * 60)))

    ((finding,),) = run(make_check(), probing(weather, deadline=0.2), watched=True).values()
    assert finding.outcome is Outcome.ERROR


def test_a_fact_that_comes_too_late_does_not_count():
    async def weather(station):
        ends = time.monotonic() + 0.3
        while time.monotonic() < ends:
            pass
        return Weather("blue")

    ((finding,),) = run(make_check(), probing(weather, deadline=0.1)).values()
    assert finding.outcome is Outcome.ERROR


def test_a_check_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr("auditor.engine.JUDGING_SECONDS", 0.2)

    def body():
        while True:
            yield passed("a", "b")

    found = run(silent_check(body), probing(blue))["RLS002"]
    assert found[-1].outcome is Outcome.ERROR


def test_a_probe_that_will_not_be_cancelled_does_not_keep_the_run(monkeypatch):
    monkeypatch.setattr("auditor.engine.GRACE", 0.1)

    async def weather(station):
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    result = run(make_check(), probing(weather, deadline=60), deadline=0.1, watched=True)
    assert result["RLS001"][0].message == "not gathered within the run's deadline of 0.1 s"


@pytest.mark.parametrize("body", [lambda: iter(()), lambda: None, list])
def test_a_silent_check_is_an_error(body):
    assert run(silent_check(body), probing(blue)) == {
        "RLS002": (unproven(ALL, "the check looked at nothing", "report this as a defect of the check"),)
    }


@pytest.mark.parametrize("thing", ["pass", True, None])
def test_a_check_that_yields_something_else_is_an_error(thing):
    ((finding,),) = run(silent_check(lambda: [thing]), probing(blue)).values()
    assert finding.outcome is Outcome.ERROR
    assert "instead of a Finding" in finding.message


def test_evidence_that_json_cannot_hold_is_an_error():
    (finding,) = run(silent_check(lambda: [passed("a", "b", when=object())]), probing(blue))["RLS002"]
    assert (finding.outcome, finding.message) == (
        Outcome.ERROR,
        "the check crashed: TypeError: evidence cannot hold object",
    )


def test_evidence_becomes_plain_json():
    finding = passed("a", "b", roles={"b", "a"}, pair=(1, 2), odd=float("inf"), enum=Confidence.PROVEN)
    (found,) = run(silent_check(lambda: [finding]), probing(blue))["RLS002"]
    assert found.evidence == {"roles": ["a", "b"], "pair": [1, 2], "odd": "inf", "enum": "proven"}
    assert type(found.evidence["enum"]) is str


def test_secrets_are_gone_from_findings():
    async def weather(station):
        return Weather("the key is hunter2-secret")

    redactor = Redactor([Secret("hunter2-secret", "key")])
    plan = plan_of(make_check(), probing(weather))
    ((finding,),) = findings(plan, gather(plan, redactor=redactor), redactor).values()
    assert finding.subject == "the key is [redacted key, 14 characters]"


def test_secrets_in_errors_and_tracebacks_are_redacted():
    events = []

    async def weather(station):
        raise ValueError("could not use hunter2-secret")

    def boom(tide: Tide):
        """It crashes."""
        raise ValueError("saw hunter2-secret")
        yield

    boom.__annotations__ = {"tide": Tide}

    async def tide(station):
        return Tide(1.0)

    plan = plan_of(
        make_check(),
        check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(boom),
        probing(weather),
        probing(tide, Tide),
    )
    redactor = Redactor([Secret("hunter2-secret", "key")])
    result = findings(plan, gather(plan, redactor=redactor, listener=events.append), redactor, events.append)
    assert "hunter2" not in repr(result) + repr(events)
    assert len([event for event in events if isinstance(event, Crashed)]) == 2


def test_the_last_probe_waits_for_all_others():
    order = []

    async def weather(station):
        order.append("burst")
        return Weather("blue")

    async def tide(station):
        for _ in range(5):
            await asyncio.sleep(0)
        order.append("tide")
        return Tide(1.0)

    def read(tide: Tide):
        """It is read."""
        yield passed("x", "y")

    read.__annotations__ = {"tide": Tide}
    run(
        make_check(),
        check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(read),
        probing(weather, last=True),
        probing(tide, Tide),
    )
    assert order == ["tide", "burst"]


def test_what_uses_up_a_limit_comes_after_the_last_ones():
    order = []

    async def weather(station):
        order.append("burst")
        return Weather("blue")

    async def tide(station):
        order.append("last")
        return Tide(1.0)

    async def forecast(weather):
        return Forecast(weather.sky)

    forecast.__annotations__ = {"weather": Weather, "return": Forecast}

    def read(tide: Tide, forecast: Forecast):
        """It is read, and so is what is made of the burst."""
        yield passed("x", "y")

    read.__annotations__ = {"tide": Tide, "forecast": Forecast}
    run(
        check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(read),
        probing(weather, last=2),
        probing(tide, Tide, last=1),
        probe()(forecast),
    )
    assert order == ["last", "burst"]


def test_a_fact_made_of_the_last_one_does_not_deadlock():
    async def forecast(weather):
        return Forecast(weather.sky)

    forecast.__annotations__ = {"weather": Weather, "return": Forecast}

    def read(forecast: Forecast):
        """It is read."""
        yield passed(forecast.text, "y")

    read.__annotations__ = {"forecast": Forecast}
    reader = check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(read)
    assert run(reader, probing(blue, last=True), probe()(forecast)) == {"RLS002": (passed("blue", "y"),)}


def test_a_cancelled_run_keeps_what_is_there():
    async def weather(station):
        return Weather("blue")

    async def tide(station):
        await asyncio.Event().wait()

    def read(tide: Tide):
        """It is read."""
        yield passed("x", "y")

    read.__annotations__ = {"tide": Tide}
    plan = plan_of(
        make_check(),
        check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(read),
        probing(weather),
        probing(tide, Tide),
    )

    async def main():
        gathered = asyncio.Event()

        def listener(event):
            if isinstance(event, FactGathered):
                gathered.set()

        task = asyncio.ensure_future(Gatherer(plan, {Station: Station()}, Redactor(), 60.0, listener).gather())
        await gathered.wait()
        task.cancel()
        return await task

    result = findings(plan, asyncio.run(main()))
    assert result == {
        "RLS001": (passed("blue", "blue"),),
        "RLS002": (unproven(ALL, "interrupted before it was gathered"),),
    }


def test_an_interrupt_while_judging_keeps_what_was_judged():
    def stopping(weather: Weather):
        """It is stopped."""
        raise KeyboardInterrupt
        yield

    stopping.__annotations__ = {"weather": Weather}
    stop = check("RLS002", level=Level.MANDATORY, severity=Severity.LOW)(stopping)
    plan = plan_of(make_check(), stop, make_check("RLS003"), probing(blue))
    facts = {Weather: Gathered(Weather("blue"))}
    plan = replace(plan, probes={})
    with pytest.raises(JudgingInterrupted) as caught:
        judge(plan, facts, {}, Redactor())
    assert [(one.planned.check.id, one.findings[0].outcome) for one in caught.value.results] == [
        ("RLS001", Outcome.PASS),
        ("RLS002", Outcome.ERROR),
        ("RLS003", Outcome.ERROR),
    ]


def test_events_tell_the_whole_story():
    events = []
    plan = plan_of(make_check(), probing(blue))
    findings(plan, gather(plan, listener=events.append), listener=events.append)
    assert [type(event).__name__ for event in events] == ["RunPlanned", "ProbeStarted", "FactGathered", "CheckJudged"]
    assert events[-1] == CheckJudged("RLS001", Outcome.PASS)


def test_a_finding_is_plain_data():
    assert Finding(Outcome.PASS, "a", "b").evidence == {}
