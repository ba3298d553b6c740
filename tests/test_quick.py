"""Values made quickly are what dataclasses would have made."""

from __future__ import annotations

import gc
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from auditor.quick import collecting_rarely, quick


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    parts: tuple[str, ...] = ("a",)
    more: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Usual:
    name: str
    parts: tuple[str, ...] = ("a",)
    more: frozenset[int] = field(default_factory=frozenset)


@pytest.mark.parametrize(
    ("positional", "named"),
    [(("n",), {}), (("n", ("b",)), {}), (("n",), {"more": frozenset({1})}), ((), {"parts": (), "name": "n"})],
)
def test_the_same_as_ever(positional, named):
    made, usual = Quick(*positional, **named), Usual(*positional, **named)
    assert (made.name, made.parts, made.more) == (usual.name, usual.parts, usual.more)
    assert repr(made) == repr(usual).replace("Usual", "Quick")
    assert replace(made, name="other") == Quick("other", usual.parts, usual.more)
    assert hash(made) == hash(Quick(*positional, **named))


def test_what_is_required_and_what_is_unknown():
    with pytest.raises(TypeError, match=r"Quick.__init__\(\) missing 1 required positional argument: 'name'"):
        Quick()
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        Quick("n", other=1)


def test_it_stays_frozen():
    with pytest.raises(FrozenInstanceError):
        Quick("n").name = "m"


def test_cycles_are_looked_for_as_usual_afterwards():
    usual = gc.get_threshold()
    with collecting_rarely():
        assert gc.get_threshold()[0] > usual[0]
    assert gc.get_threshold() == usual
