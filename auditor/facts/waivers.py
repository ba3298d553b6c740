"""What became of the waivers in this run. Provided by the gate, after the other checks are judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class WaiverNote:
    """One waiver."""

    check: str
    subject: str
    owner: str
    expires: date
    state: str
    """``active``, ``expired`` or ``unused``."""
    line: int


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """Every waiver of the checklist."""

    checklist: str
    """Path of the file they stand in."""
    today: date
    waivers: tuple[WaiverNote, ...]
