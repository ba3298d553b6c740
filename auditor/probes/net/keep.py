"""Lines that wait, open, for the next request to the same server."""

from __future__ import annotations

import time
from typing import NamedTuple

from auditor.probes.net.dial import Dialer
from auditor.probes.net.line import Line

MAX_IDLE_SECONDS = 3.0
"""Shorter than the 5 s after which uvicorn and Node close an idle connection."""


class Key(NamedTuple):
    """What two requests must have in common to share a line."""

    scheme: str
    host: str
    port: int
    verify: bool


class Keep:
    """Idle lines. Each still holds its place, until someone else needs it.

    Args:
        dialer: whose places the lines hold.
    """

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._idle: dict[Key, list[tuple[Line, float]]] = {}
        self._closed = False
        dialer.borrow_from(self._spare)

    async def take(self, key: Key, *, fresh: bool) -> Line | None:
        """Wait for a line or for a place to open one.

        Args:
            key: where to.
            fresh: True to have no line that was used before.

        Returns:
            A line at rest, or None: a place is taken, and the caller connects.
        """
        places = self._dialer.places(key.host)
        return await (places.take() if fresh else places.take(lambda: self._pop(key)))

    def put(self, key: Key, line: Line) -> None:
        """Keep a line for the next request."""
        if self._closed:
            line.close()
            return
        self._idle.setdefault(key, []).append((line, time.monotonic()))
        self._dialer.places(key.host).nudge()

    def close(self) -> None:
        """Cut all lines, those that come back later too. Waits for nobody."""
        self._closed = True
        for kept in self._idle.values():
            for line, _ in kept:
                line.close()
        self._idle.clear()

    def _pop(self, key: Key) -> Line | None:
        kept = self._idle.get(key, [])
        while kept:
            line, since = kept.pop()
            if line.reusable and time.monotonic() - since < MAX_IDLE_SECONDS:
                return line
            line.close()
        return None

    def _spare(self, host: str) -> bool:
        for key, kept in self._idle.items():
            if key.host == host and kept:
                kept.pop(0)[0].close()
                return True
        return False
