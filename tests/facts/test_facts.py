"""Facts are frozen, slotted and documented, and say what they take to gather."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing

import pytest

from auditor.facts.policy import POLICIES
from auditor.facts.waivers import WaiverUse
from auditor.registry import builtin_checks, collect, modules

FACTS = [
    (name, value)
    for module in modules("auditor.facts")
    for name, value in vars(module).items()
    if inspect.isclass(value) and value.__module__ == module.__name__ and dataclasses.is_dataclass(value)
]
PROBES = collect(modules("auditor.probes")).probes

facts = pytest.mark.parametrize("fact", [value for _, value in FACTS], ids=[name for name, _ in FACTS])


@facts
def test_it_is_frozen_and_slotted(fact):
    assert fact.__dataclass_params__.frozen
    assert "__slots__" in vars(fact)
    assert "__dict__" not in dir(fact)


@facts
def test_it_is_documented(fact):
    # a dataclass without a docstring is given its signature for one
    assert fact.__doc__
    assert not fact.__doc__.startswith(f"{fact.__name__}(")
    for name, member in vars(fact).items():
        if not name.startswith("_") and isinstance(member, (property, types.FunctionType)):
            assert inspect.getdoc(member), f"{fact.__name__}.{name}"


@facts
def test_its_fields_cannot_be_changed_from_inside(fact):
    hints = typing.get_type_hints(fact)
    for field in dataclasses.fields(fact):
        for part in _parts(hints[field.name]):
            assert part not in (list, dict, set, bytearray), f"{fact.__name__}.{field.name}"


def _parts(hint):
    yield typing.get_origin(hint) or hint
    for argument in typing.get_args(hint):
        yield from _parts(argument)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.function.__name__)
def test_what_a_probe_provides_says_what_it_takes(probe):
    assert probe.provides() in {fact for _, fact in FACTS}
    needs = probe.provides().NEEDS
    assert isinstance(needs, tuple)
    assert needs
    assert all(isinstance(need, str) and need for need in needs)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.function.__name__)
def test_a_probe_says_what_it_does(probe):
    assert inspect.getdoc(probe.function)


def test_every_fact_that_a_check_takes_is_provided():
    provided = {probe.provides() for probe in PROBES} | set(POLICIES.values()) | {WaiverUse}
    for check in builtin_checks().checks:
        assert set(check.needs()) <= provided, check.id
