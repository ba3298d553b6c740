"""Searches a file's bytes for tokens of providers, whatever they are given to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from auditor.facts.sightings import Sighting
from auditor.model import Gap
from auditor.probes.secrets.scanner import Scanner
from auditor.probes.secrets.search import Limits
from auditor.redact import Secret

_SECONDS = 10.0
"""For one file: a second is usual for the longest."""


class Shapes(Protocol):
    """What recognises tokens."""

    gaps: list[Gap]
    """What it did not search to its end."""

    def scan(self, data: bytes, place: str) -> list[Sighting]:
        """What is in the bytes of a file."""
        ...


def scanner(known: Iterable[Secret] = ()) -> Shapes:
    """What recognises tokens, and the very values that the audit was given.

    Args:
        known: secrets of the server.
    """
    return Scanner(known, limits=Limits(seconds=_SECONDS))
