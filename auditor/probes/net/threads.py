"""Runs blocking calls beside the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def in_daemon_thread(function: Callable[..., T], *args: Any) -> T:
    """Call a blocking function in a daemon thread of its own.

    ``asyncio.to_thread`` uses an executor, and the interpreter waits for its threads on exit: one name server that
    does not answer would keep a finished audit alive. A daemon thread is left behind instead.

    Args:
        function: what to call.
        args: its arguments.

    Raises:
        BaseException: whatever the function raises.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if outcome.done():  # nobody waits any more
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = function(*args)
        except BaseException as raised:  # noqa: BLE001  it is raised again, where it is awaited
            error = raised
        with suppress(RuntimeError):  # the loop is closed: the audit is over
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, name=f"audit-{function.__name__}", daemon=True).start()
    return await outcome
