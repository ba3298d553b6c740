"""Decides what a run looks at: which checks, at which level, and the facts they need."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.checklist.model import Checklist, Item
from auditor.errors import ChecklistError, Problem, UsageError, WiringError
from auditor.model import Level
from auditor.registry import Check, Probe, Registry


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """A check that will be judged, at the level that the checklist gives it."""

    check: Check
    level: Level


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A check that will not be judged, and why."""

    check: Check
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    checks: tuple[PlannedCheck, ...]
    left_out: tuple[LeftOut, ...]
    probes: Mapping[type, Probe]
    """Only the facts that the checks need, directly or not."""


def make_plan(
    registry: Registry, checklist: Checklist, *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Plan:
    """Choose the checks and the facts behind them.

    Args:
        registry: verified checks and probes.
        checklist: levels of items and checks.
        select: ids, prefixes, names or item ids; empty for all.
        ignore: the same, taken away.

    Raises:
        ChecklistError: ``[checks.X]`` or a waiver names no check.
        WiringError: a check belongs to an item that the checklist does not have.
        UsageError: a selector matches nothing, or nothing is left to judge.
    """
    _known_items(registry.checks, checklist.items)
    overrides = _overrides(registry.checks, checklist)
    chosen = _matching(registry.checks, select, "--select") if select else set(registry.checks)
    dropped = _matching(registry.checks, ignore, "--ignore")
    planned: list[PlannedCheck] = []
    left_out: list[LeftOut] = []
    for check in registry.checks:
        level = effective_level(check, checklist, overrides)
        if reason := _reason(check, level, chosen, dropped):
            left_out.append(LeftOut(check, reason))
        else:
            planned.append(PlannedCheck(check, level))
    if not planned:
        raise UsageError(
            "nothing is left to audit: --select, --ignore and the checklist's levels leave out every check"
        )
    return Plan(tuple(planned), tuple(left_out), _closure(planned, registry.providers()))


def effective_level(check: Check, checklist: Checklist, overrides: Mapping[str, Level]) -> Level:
    """The level in force: the check's own line, else mandatory only where item and check both say so."""
    if check.id in overrides:
        return overrides[check.id]
    item = checklist.item(check.item)
    if item is None or item.level is Level.OFF:
        return Level.OFF
    both = item.level is Level.MANDATORY and check.level is Level.MANDATORY
    return Level.MANDATORY if both else Level.RECOMMENDED


def find_check(checks: Iterable[Check], reference: str) -> Check | None:
    """The check with that id (in any case) or name."""
    return next((c for c in checks if reference.upper() == c.id or reference.lower() == c.name), None)


def matches(check: Check, selector: str) -> bool:
    """Whether an id, id prefix, name or item id means the check."""
    prefix = selector.upper()
    by_prefix = prefix.rstrip("0123456789") == check.id[:-3] and check.id.startswith(prefix)
    return by_prefix or selector.lower() in (check.name, check.item)


def suggest(word: str, known: Iterable[str]) -> str:
    """``did you mean X?`` for a word that is close to a known one; else empty."""
    close = difflib.get_close_matches(word.lower(), {k.lower(): k for k in known}, n=1, cutoff=0.5)
    return f"did you mean {next(k for k in known if k.lower() == close[0])}?" if close else ""


def _reason(check: Check, level: Level, chosen: set[Check], dropped: set[Check]) -> str:
    if level is Level.OFF:
        return "switched off in the checklist"
    if check in dropped:
        return "left out by --ignore"
    return "" if check in chosen else "left out by --select"


def _matching(checks: Sequence[Check], selectors: Sequence[str], flag: str) -> set[Check]:
    found: set[Check] = set()
    for selector in selectors:
        hits = {check for check in checks if matches(check, selector)}
        if not hits:
            words = [*(c.id for c in checks), *(c.name for c in checks), *{c.item for c in checks}]
            hint = suggest(selector, words) or "see `audit list`"
            raise UsageError(f"{flag} {selector}: no check, prefix or item has that name; {hint}")
        found |= hits
    return found


def _known_items(checks: Iterable[Check], items: Iterable[Item]) -> None:
    ids = [item.id for item in items]
    problems = [
        Problem(
            f"check {check.id} belongs to the item {check.item!r}, which the checklist does not have",
            remedy=suggest(check.item, ids) or f"add [items.{check.item}] with a title and a level",
        )
        for check in checks
        if check.item not in ids
    ]
    if problems:
        raise WiringError(problems)


def _overrides(checks: Sequence[Check], checklist: Checklist) -> dict[str, Level]:
    path = str(checklist.path or "")
    problems: list[Problem] = []
    levels: dict[str, Level] = {}
    for reference, level in checklist.check_levels.items():
        if check := find_check(checks, reference):
            levels[check.id] = level
        else:
            line = checklist.lines.get(f"checks.{reference}")
            problems.append(_no_such_check(checks, reference, path, line, f"checks.{reference}"))
    for index, waiver in enumerate(checklist.waivers):
        if not find_check(checks, waiver.check):
            problems.append(_no_such_check(checks, waiver.check, path, waiver.line, f"waivers.{index}.check"))
    if problems:
        raise ChecklistError(problems)
    return levels


def _no_such_check(checks: Sequence[Check], reference: str, path: str, line: int | None, key: str) -> Problem:
    known = [*(c.id for c in checks), *(c.name for c in checks)]
    return Problem(f"there is no check {reference!r}", path, line, key, suggest(reference, known) or "see `audit list`")


def _closure(planned: Iterable[PlannedCheck], providers: Mapping[type, Probe]) -> dict[type, Probe]:
    needed: dict[type, Probe] = {}
    queue = [need for one in planned for need in one.check.needs()]
    while queue:
        fact = queue.pop()
        if fact in providers and fact not in needed:
            needed[fact] = providers[fact]
            queue += providers[fact].needs()
    return needed
