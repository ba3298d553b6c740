"""Runs a command that prints a log, bounded in time and bytes."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

from auditor.errors import Unavailable

SECONDS = 15.0
KEPT_BYTES = 2_000_000
"""Of the end of what it prints."""
_LAST_SECONDS = 1.0
MOST_BYTES = 200_000_000
"""After which it is ended."""


async def output(command: tuple[str, ...], seconds: float = SECONDS) -> tuple[bytes, str]:
    """The end of what a command prints, errors included: ``docker logs`` prints there what a container does.

    It is ended, with all that it has started, when its time is up or nobody waits any more.

    Args:
        command: the program and its arguments.
        seconds: that it may take.

    Returns:
        The bytes, and why they are not all; empty when they are.

    Raises:
        Unavailable: it cannot be started, or fails.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "its name is none"
        raise Unavailable(f"{command[0]} cannot be started: {said}", "install it, or name files") from None
    late, ended = "", False
    kept = bytearray()
    try:
        async with asyncio.timeout(seconds):
            late = await _read(process, kept)
            if not late:
                await process.wait()
                ended = True
    except TimeoutError:
        late = f"{command[0]} was ended after {seconds:g} s"
    finally:
        if not ended:
            await _end(process)
    if ended and process.returncode:
        raise Unavailable(f"{command[0]} ended with exit code {process.returncode}", "run it by hand to see why")
    return bytes(kept[-KEPT_BYTES:]), late


async def _read(process: asyncio.subprocess.Process, kept: bytearray) -> str:
    assert process.stdout is not None  # noqa: S101  a pipe was asked for
    read = 0
    while chunk := await process.stdout.read(262_144):
        read += len(chunk)
        kept += chunk
        if len(kept) > 2 * KEPT_BYTES:
            del kept[:-KEPT_BYTES]
        if read > MOST_BYTES:
            return f"it printed more than {MOST_BYTES} bytes"
    return ""


async def _end(process: asyncio.subprocess.Process) -> None:
    """The command and what it has started; a session of its own keeps them together."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_SECONDS):
            while process.stdout and await process.stdout.read(262_144):  # until nobody holds the pipe any more
                continue
