"""Searches a file's bytes for tokens of providers, whatever they are given to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from auditor.facts.sightings import Sighting
from auditor.probes.secrets.scanner import Scanner
from auditor.redact import Secret

Scan = Callable[[bytes, str], list[Sighting]]
"""Bytes and the place that they are from, to what was recognised in them."""


def scanner(known: Iterable[Secret] = ()) -> Scan:
    """What recognises tokens, and the very values that the audit was given.

    Args:
        known: secrets of the server.
    """
    return Scanner(known).scan
