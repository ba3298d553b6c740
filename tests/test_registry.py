"""Declarations are found, and every wiring error is a sentence before anything runs."""

from __future__ import annotations

import pytest

from auditor.errors import WiringError
from auditor.model import Level, Severity, passed
from auditor.registry import builtin_check, builtin_checks, check, collect, probe, verify
from tests.samples import Forecast, Station, Tide, Weather, make_check, module

DECLARED = {"level": Level.MANDATORY, "severity": Severity.HIGH}


def problems(*functions, given=(), capabilities=(Station,), name="checks.rls.sample"):
    with pytest.raises(WiringError) as caught:
        verify(collect([module(*functions, name=name)]), given=given, capabilities=capabilities)
    return [str(problem) for problem in caught.value.problems]


@probe()
def weather(station: Station) -> Weather:
    return Weather("blue")


def test_a_check_is_described_by_its_function():
    (found,) = collect([module(make_check(item=""))]).checks
    assert (found.id, found.name, found.item, found.title) == ("RLS001", "sky-is-blue-rls001", "rls", "The sky is blue")
    assert found.why == "It is nice."
    assert found.fix == "    wait for {subject};"
    assert found.needs() == (Weather,)


def test_the_folder_names_the_item():
    def fine(weather: Weather):
        """Fine."""
        yield passed("x", "y")

    fine.__annotations__ = {"weather": Weather}
    declared = check("RLS009", **DECLARED)(fine)
    (found,) = collect([module(declared, name="checks.rate_limiting.fine")]).checks
    assert found.item == "rate-limiting"


def test_what_is_imported_into_a_module_is_not_its_own():
    function = make_check()
    other = module(name="checks.rls.other")
    other.borrowed = function
    assert collect([other]).checks == ()


def test_good_wiring_is_silent():
    verify(collect([module(make_check(), weather)]), given=(), capabilities=(Station,))


def test_missing_provider():
    assert problems(make_check()) == ["check RLS001 needs Weather, which no probe provides"]


def test_missing_provider_of_a_probe():
    @probe()
    def forecast(tide: Tide) -> Forecast:
        raise AssertionError

    forecast.__annotations__ = {"tide": Tide, "return": Forecast}
    assert problems(forecast) == ["probe checks.rls.sample.forecast needs Tide, which no probe provides"]


def test_two_providers():
    @probe()
    def weather_again(station: Station) -> Weather:
        raise AssertionError

    weather_again.__annotations__ = {"station": Station, "return": Weather}
    assert problems(weather, weather_again) == [
        "checks.rls.sample.weather_again provides Weather, and so does checks.rls.sample.weather; keep one"
    ]


def test_a_probe_may_not_provide_what_is_given():
    assert problems(weather, given=(Weather,)) == [
        "checks.rls.sample.weather provides Weather, and so does the checklist; keep one"
    ]


def test_cycle():
    @probe()
    def one(tide: Tide) -> Forecast:
        raise AssertionError

    @probe()
    def two(forecast: Forecast) -> Tide:
        raise AssertionError

    one.__annotations__ = {"tide": Tide, "return": Forecast}
    two.__annotations__ = {"forecast": Forecast, "return": Tide}
    assert problems(one, two) == [
        "facts need each other in a circle: Forecast → Tide → Forecast (break it in one of the probes)"
    ]


def test_unannotated_parameter():
    def blind(weather):
        """Blind."""
        yield passed("x", "y")

    assert problems(check("RLS002", **DECLARED)(blind)) == [
        "checks.rls.sample.blind: the parameter 'weather' has no annotation (annotate it with a fact type)"
    ]


def test_annotation_that_cannot_be_read():
    def blind(weather: Nowhere):  # noqa: F821
        """Blind."""
        yield passed("x", "y")

    assert problems(check("RLS002", **DECLARED)(blind)) == [
        "checks.rls.sample.blind: its annotations cannot be read: name 'Nowhere' is not defined "
        "(import the types at run time)"
    ]


def test_variable_parameters():
    def greedy(*facts: Weather):
        """Greedy."""
        yield passed("x", "y")

    greedy.__annotations__ = {"facts": Weather}
    assert problems(check("RLS002", **DECLARED)(greedy)) == [
        "checks.rls.sample.greedy: the parameter *facts cannot be wired (name each fact)"
    ]


def test_a_check_may_hold_no_capability():
    def nosy(station: Station):
        """Nosy."""
        yield passed("x", "y")

    nosy.__annotations__ = {"station": Station}
    assert problems(check("RLS002", **DECLARED)(nosy)) == [
        "check RLS002 takes Station, which only probes may hold (take a fact)"
    ]


def test_a_probe_without_a_return_annotation():
    @probe()
    def vague(station: Station):
        raise AssertionError

    vague.__annotations__ = {"station": Station}
    assert problems(vague) == [
        "checks.rls.sample.vague: a probe needs a return annotation that is a fact "
        "(a frozen dataclass of auditor.facts)"
    ]


@pytest.mark.parametrize("id_", ["rls001", "RLS1", "R001", "RLS0001", "TOOLONG001", ""])
def test_malformed_id(id_):
    assert problems(make_check(id_)) == [
        f"check checks.rls.sample.sky_is_blue_{id_.lower()} has the id {id_!r} "
        "(an id is 2 to 6 capitals and 3 digits, such as RLS001)"
    ]


def test_duplicate_id_and_name():
    first, second = make_check(), make_check()
    with pytest.raises(WiringError) as caught:
        collect([module(first, name="checks.rls.a"), module(second, name="checks.rls.b")])
    assert [p.message for p in caught.value.problems] == [
        "two checks have the id 'RLS001': checks.rls.a and checks.rls.b",
        "two checks have the name 'sky-is-blue-rls001': checks.rls.a and checks.rls.b",
    ]


def test_missing_docstring():
    function = make_check()
    function.__doc__ = None
    assert problems(function) == [
        "check checks.rls.sample.sky_is_blue_rls001 (RLS001) has no docstring (its first line is the check's title)"
    ]


def test_all_problems_are_told_at_once():
    assert len(problems(make_check("bad"), make_check("worse"))) == 2


@pytest.mark.parametrize("one", builtin_checks().checks, ids=lambda one: one.id)
def test_a_shipped_check_is_found_alone_by_id_and_by_name(one):
    assert builtin_check(one.id) == builtin_check(one.id.lower()) == builtin_check(one.name) == one


@pytest.mark.parametrize("reference", ["RLS", "RLS9", "rls", "", "RLS001*", "../conftest", "--init--", "RLS001\0"])
def test_no_shipped_check_is_found_by_anything_else(reference):
    assert builtin_check(reference) is None
