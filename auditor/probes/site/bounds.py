"""How much the search for secrets may ask for, and what it has cost so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from auditor.facts.served import Bounds

MAX_REQUESTS = 900
"""Less than half of the whole audit's default budget of 2,000: other probes want some."""
MAX_BYTES = 300_000_000
MAX_SECONDS = 60.0
MAX_PART = 4_000_000
"""Bytes of a file that are read beside seven others."""
MAX_FILE = 24_000_000
"""Bytes of a longer file, which is read again, alone: eight of this size at once would not fit into memory."""
MAX_QUEUE = 20_000
MAX_REFERENCES = 20_000
"""Taken from one file."""
MAX_PAGES = 250
MAX_ALIKE = 20
"""Pages of one folder, of those that only links and sitemaps name: a thousand articles are one template."""
MAX_DEPTH = 60
"""References in a row, from the start page on."""
MAX_GUESSES = 100


@dataclass(slots=True)
class Budget:
    """What is left.

    Args:
        most: requests.
    """

    most: int = MAX_REQUESTS
    requests: int = 0
    size_bytes: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.started

    def reached(self) -> str:
        """Which bound allows nothing more, as a clause; empty while there is none."""
        if self.requests >= self.most:
            return f"the limit of {self.most} requests is reached"
        if self.size_bytes >= MAX_BYTES:
            return f"the limit of {MAX_BYTES} bytes is reached"
        if self.seconds >= MAX_SECONDS:
            return f"the limit of {MAX_SECONDS:g} s is reached"
        return ""

    def told(self, left: int) -> Bounds:
        """For the report."""
        spent = round(self.seconds, 1)
        return Bounds(self.requests, self.size_bytes, spent, self.most, MAX_BYTES, MAX_SECONDS, left)
