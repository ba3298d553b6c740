"""Searches a file's bytes for tokens of providers, whatever they are given to."""

from __future__ import annotations

from collections.abc import Callable

from auditor.facts.sightings import Sighting
from auditor.probes.leaks import find_leaks

Scan = Callable[[bytes, str], list[Sighting]]
"""Bytes and the place that they are from, to what was recognised in them."""


def scan(data: bytes, place: str) -> list[Sighting]:
    """Every token of a provider in a file."""
    return [
        Sighting(place, leak.line, leak.column, "shape", leak.kind, leak.length, prefix=leak.prefix)
        for leak in find_leaks(place, data.decode("utf-8", "replace"))
    ]
