"""What searches the files: a thing with ``scan``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from auditor.facts.sightings import Sighting
from auditor.probes.leaks import find_leaks
from auditor.redact import Secret


class Scanner(Protocol):
    """Recognises secrets in bytes."""

    def scan(self, data: bytes, place: str) -> list[Sighting]:
        """Every secret, and what looks like one, without its value."""
        ...


class Leaks:
    """Recognises secrets by :mod:`auditor.probes.leaks`.

    Args:
        known: values that must not be served, whatever their shape.
    """

    def __init__(self, known: Iterable[Secret]) -> None:
        self._known = tuple(known)

    def scan(self, data: bytes, place: str) -> list[Sighting]:
        """See :class:`Scanner`."""
        return find_leaks(place, data.decode("utf-8", "replace"), self._known)
