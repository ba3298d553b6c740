"""How many connections to one host may be open at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def _nothing() -> None:
    return None


class Places:
    """The places of one host.

    A semaphore would do, were it not for connections that are kept open between requests: they hold a place and do
    nothing. Who waits for a place may have such a connection instead, or the place of one.

    Args:
        limit: connections at once.
        make_room: closes one connection that is idle, and says whether there was one.
    """

    def __init__(self, limit: int, make_room: Callable[[], bool] = lambda: False) -> None:
        self._free = limit
        self._make_room = make_room
        self._queue: deque[asyncio.Future[None]] = deque()

    async def take(self, instead: Callable[[], T | None] = _nothing) -> T | None:
        """Wait for a place.

        Args:
            instead: asked each time before a place is taken; what it returns is as good as a place.

        Returns:
            What ``instead`` returned, or None when a place was taken.
        """
        while True:
            if (found := instead()) is not None:
                return found
            # an idle connection gives its place back a moment after it was told to close
            if self._free:
                self._free -= 1
                return None
            self._make_room()
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                self._leave(turn)
                raise

    def give_back(self) -> None:
        """A connection was closed."""
        self._free += 1
        self.nudge()

    def nudge(self) -> None:
        """A place, or something as good, is there: let the one who waited longest look."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _leave(self, turn: asyncio.Future[None]) -> None:
        if turn.done() and not turn.cancelled():
            self.nudge()  # it was called and does not come: the next one may
        elif turn in self._queue:
            self._queue.remove(turn)
