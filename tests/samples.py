"""Small facts, checks and probes that the engine's tests wire together."""

from __future__ import annotations

import types
from dataclasses import dataclass

from auditor.model import Gap, Level, Severity, passed
from auditor.registry import check


@dataclass(frozen=True, slots=True)
class Weather:
    """A fact."""

    sky: str
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """A fact made of another."""

    text: str


@dataclass(frozen=True, slots=True)
class Tide:
    """A fact of its own."""

    metres: float


class Station:
    """A capability."""


def module(*functions, name: str = "checks.rls.sample") -> types.ModuleType:
    """A module that holds the given functions as its own."""
    made = types.ModuleType(name)
    for function in functions:
        function.__module__ = name
        setattr(made, function.__name__, function)
    return made


def make_check(id_: str = "RLS001", level: Level = Level.MANDATORY, item: str = "rls"):
    """A check that passes on blue skies."""

    def sky_is_blue(weather: Weather):
        """The sky is blue.

        ## Why it matters
        It is nice.

        ## How to fix it
            wait for {subject};
        """
        yield passed(weather.sky, "blue")

    sky_is_blue.__name__ = f"sky_is_blue_{id_.lower()}"
    sky_is_blue.__annotations__ = {"weather": Weather}
    return check(id_, level=level, severity=Severity.HIGH, item=item)(sky_is_blue)
