"""Counts what became of the paths of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Protocol, TypeVar

from auditor.facts.tallies import Tally
from auditor.probes.exposed_paths import Looked, Result, Verdict

K = TypeVar("K", bound="HasKind")


class HasKind(Protocol):
    """What paths are sorted by."""

    @property
    def kind(self) -> StrEnum:
        """Which check judges them."""
        ...


def tallies(origin: str, result: Result[K], kinds: Iterable[StrEnum]) -> Iterator[Tally]:
    """What was looked at, for each kind of which anything was; nothing where the audit did not see the application.

    Args:
        origin: that was looked at.
        result: what became of the paths.
        kinds: in the order of the tallies.
    """
    for kind in kinds if result.gap is None else ():
        if looked := [one for one in result.looked if one.sought.kind.kind is kind]:
            yield _tally(origin, kind, looked)


def _tally(origin: str, kind: StrEnum, looked: list[Looked[K]]) -> Tally:
    untold = [one for one in looked if one.verdict is Verdict.UNTOLD]
    alike = sum(one.verdict is Verdict.ALIKE for one in looked)
    paths = tuple(one.sought.path for one in untold)
    why, hint = (untold[0].why, untold[0].hint) if untold else ("", "")
    return Tally(origin, kind.value, len(looked), alike, paths, why, hint)
