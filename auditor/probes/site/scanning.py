"""What searches the files: a thing with ``scan``."""

from __future__ import annotations

from typing import Protocol

from auditor.facts.sightings import Sighting
from auditor.model import Gap


class Scanner(Protocol):
    """Recognises secrets in bytes."""

    gaps: list[Gap]
    """What it did not search to its end."""

    def scan(self, data: bytes, place: str) -> list[Sighting]:
        """Every secret, and what looks like one, without its value."""
        ...
