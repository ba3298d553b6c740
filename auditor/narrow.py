"""Loads what a selection needs and nothing else: with ``--select`` most of a short run would be imports.

What the other checks declare is read from their source (:mod:`auditor.declarations`), and so is which module provides
a fact.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence

from auditor.declarations import declared_checks, declared_probes
from auditor.plan import matches
from auditor.registry import Check, Probe, Registry, collect, verify


def narrow_registry(select: Sequence[str], *, given: Iterable[type], capabilities: Iterable[type]) -> Registry | None:
    """Every shipped check, of which only the selected ones can be run, and the probes behind those.

    Args:
        select: ids, prefixes, names or item ids.
        given: facts that are there from the start.
        capabilities: what probes may take besides facts.

    Returns:
        None when a declaration is not written as the others are: then everything must be imported.

    Raises:
        WiringError: what was loaded does not fit together.
    """
    declared, providers = declared_checks(), declared_probes()
    if declared is None or providers is None:
        return None
    chosen = [check for check in declared if any(matches(check, selector) for selector in select)]
    places = dict.fromkeys(check.function.__module__ for check in chosen)
    checks = collect(importlib.import_module(place) for place in places).checks
    loaded = Registry(checks, _behind(checks, providers))
    verify(loaded, given=given, capabilities=capabilities)
    runnable = {check.id: check for check in checks}
    return Registry(tuple(runnable.get(check.id, check) for check in declared), loaded.probes)


def _behind(checks: Sequence[Check], providers: dict[str, str]) -> tuple[Probe, ...]:
    """The probes of all facts that the checks need, directly or not."""
    found: dict[str, Probe] = {}
    wanted = [need.__name__ for check in checks for need in check.needs()]
    while wanted:
        fact = wanted.pop()
        if fact in found or fact not in providers:
            continue
        for probe in collect([importlib.import_module(providers[fact])]).probes:
            if probe.provides().__name__ == fact:
                found[fact] = probe
                wanted += [need.__name__ for need in probe.needs()]
    return tuple(sorted(found.values(), key=lambda probe: probe.name))
