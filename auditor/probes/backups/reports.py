"""Reads what the tools of backups print: from a file, or by the command that prints it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from auditor.checklist.model import ToolReport
from auditor.errors import Unavailable
from auditor.facts.backups import Backup, Source
from auditor.model import Gap
from auditor.probes.net.threads import in_daemon_thread

_LONGEST = 32 << 20
"""Bytes of a report."""
SECONDS = 30.0
"""For a command."""


@dataclass(slots=True)
class Found:
    """What one or several sources gave."""

    sources: list[Source] = field(default_factory=list)
    backups: list[Backup] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """All of another one's."""
        self.sources += other.sources
        self.backups += other.backups
        self.gaps += other.gaps


async def collect(name: str, reading: Awaitable[Found]) -> Found:
    """What a source gives, or a gap with its name."""
    try:
        return await reading
    except Unavailable as unavailable:
        return Found([Source(name)], gaps=[Gap(name, unavailable.reason, unavailable.hint)])


def each(name: str, how: str, read: Callable[[Any], Found]) -> Callable[[ToolReport], Awaitable[Found]]:
    """A reader of a tool's reports.

    Args:
        name: of the tool.
        how: to make such a report.
        read: takes the JSON document; whatever it stumbles over means that the document has another shape.
    """

    async def one(report: ToolReport) -> Found:
        return shaped(name, how, read, await document(name, how, report))

    return one


def shaped(name: str, how: str, read: Callable[[Any], Found], document_: Any) -> Found:
    """What a document says.

    Raises:
        Unavailable: it has another shape.
    """
    try:
        return read(document_)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, OSError, OverflowError, RecursionError):
        raise Unavailable(f"the {name} report has another shape", f"save it with `{how}`") from None


async def document(name: str, how: str, report: ToolReport) -> Any:
    """A report's JSON.

    Raises:
        Unavailable: it cannot be read, the command fails, or it is not JSON.
    """
    if report.command:
        text = await output(report.command)
    else:
        path = report.path
        assert path is not None  # noqa: S101  one of the two is set
        try:
            text = await in_daemon_thread(_bounded, path)
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error.strerror}", f"save it with `{how}`") from None
    if len(text) > _LONGEST:
        raise Unavailable(f"the {name} report is larger than {_LONGEST >> 20} MB", "ask for one server or stanza")
    try:
        # escapes may spell halves of characters, which no report could print
        return json.loads(json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Unavailable(f"the {name} report is not JSON", f"save it with `{how}`") from None


def _bounded(path: Any) -> bytes:
    with path.open("rb") as stream:
        data: bytes = stream.read(_LONGEST + 1)
    return data


async def output(command: tuple[str, ...], seconds: float = SECONDS) -> bytes:
    """What a command prints; ended with all of its own children when that takes too long or nobody waits any more.

    Args:
        command: program and arguments.
        seconds: for all of it.

    Raises:
        Unavailable: it cannot be started, fails, or does not end in time.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        raise Unavailable(f"{command[0]} cannot be started: {reason}", "install it, or name a file") from None
    assert process.stdout is not None  # noqa: S101  it was asked for
    try:
        async with asyncio.timeout(seconds):
            text = await _up_to(process.stdout, _LONGEST + 1)
            if len(text) > _LONGEST:
                return text
            await process.wait()
    except TimeoutError:
        raise Unavailable(f"{command[0]} did not end within {seconds:g} s", "run it by hand to see why") from None
    finally:
        await _end(process)
    if process.returncode:
        raise Unavailable(f"{command[0]} ended with exit code {process.returncode}", "run it by hand to see why")
    return text


async def _up_to(stream: asyncio.StreamReader, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (more := await stream.read(1 << 16)):
        data += more
    return bytes(data)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    # what is left of its output is nobody's any more: without this, the pipe would stay open until it is collected
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()


def epoch(value: Any) -> datetime:
    """A time in seconds since 1970; a number, or the digits of one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    return datetime.fromtimestamp(float(value), UTC)


def moment(value: Any) -> datetime:
    """A time as in RFC 3339; one without a zone is taken for UTC."""
    if not isinstance(value, str):
        raise TypeError
    found = datetime.fromisoformat(value.strip())
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def maybe(value: Any) -> datetime | None:
    """:func:`moment`, or None when there is none; Go writes the year 1 for that."""
    if value in (None, ""):
        return None
    found = moment(value)
    return found if found.year > 1970 else None


def whole(value: Any) -> int:
    """A size in bytes; 0 when there is none."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    return max(0, int(value))


def version(number: Any) -> str:
    """The version that PostgreSQL writes as a number: 150018 is 15.18."""
    if not isinstance(number, int) or number < 90_000:
        return ""
    major, minor = divmod(number, 10_000)
    return f"{major}.{minor}" if major >= 10 else f"{major}.{minor // 100}.{minor % 100}"
