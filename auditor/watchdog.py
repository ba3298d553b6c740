"""Stops code that does not come back: a loop without end, a regular expression that explodes, a blocking call.

Deadlines of asyncio hold only for code that awaits. A timer signal reaches the rest, regular expressions included: they
look for signals while they match.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

EVERY_SECONDS = 0.5


class Overrun(Exception):
    """Code was stopped in the middle because its time was up."""


@contextlib.contextmanager
def watching(overrun: Callable[[], str]) -> Iterator[None]:
    """Look at the clock while the block runs, and raise in it when time is up.

    Works in the main thread on systems with timer signals; elsewhere it watches nothing.

    Args:
        overrun: says why the code that is running now must stop; empty when it need not.

    Raises:
        Overrun: in whatever code is running.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def tick(*_: object) -> None:
        if reason := overrun():
            raise Overrun(reason)

    previous = signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, EVERY_SECONDS, EVERY_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
