"""Starts the parts of the lab as processes, notices when one ends, and stops them all."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import LabError
from auditor.lab.guardian import Guardian

PATIENCE = 5.0
"""Seconds that parts get to stop by themselves."""

READY_WITHIN = 30.0
"""Seconds that a part gets to become ready. It takes one or two; a busy machine takes more."""

_GATE = ("/bin/sh", "-c", 'read -r go && exec "$@"', "lab")
"""Holds a part back until the guardian knows of it: should the lab die in between, the part never starts."""

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")


def environment(**extra: str) -> dict[str, str]:
    """What parts see of the environment: no PG*, no GIT_*, no secret of the user."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {"TZ": "UTC"} | extra


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a part runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a part."""

    name: str
    """Also the name of its log."""
    argv: Sequence[str | Path]
    cwd: Path
    account: Account | None = None
    """None: the user that runs the lab."""
    env: Mapping[str, str] = field(default_factory=environment)
    stdin: bytes = b""
    fds: Sequence[int] = ()
    """Descriptors that it inherits."""
    stop: int = signal.SIGTERM
    """The signal that it ends on; 0 for a program that soon ends by itself."""


@dataclass(frozen=True, slots=True)
class _Part:
    command: Command
    process: subprocess.Popen[bytes]
    log: Path


class Supervisor:
    """Keeps the processes of one lab.

    Args:
        logs: the folder of their logs.
        guardian: told of every process and folder, so that none outlives the lab.
    """

    def __init__(self, logs: Path, guardian: Guardian) -> None:
        self._logs = logs
        self._guardian = guardian
        self._parts: list[_Part] = []

    @property
    def processes(self) -> tuple[int, ...]:
        """Ids of the processes that were started and not stopped."""
        return tuple(part.process.pid for part in self._parts)

    def start(self, command: Command) -> None:
        """Starts a part and returns at once."""
        self._parts.append(self._spawn(command))

    def run(self, command: Command) -> None:
        """Starts a program and waits for its end.

        Raises:
            LabError: it failed.
        """
        part = self._spawn(command)
        try:
            part.process.wait()
        finally:
            self._end([part])
        if part.process.returncode:
            raise _ended(part)

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        """Tries until ready.

        Raises:
            LabError: a part has ended, or it takes too long.
        """
        deadline = time.monotonic() + READY_WITHIN
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise LabError(f"{what} was not ready within {READY_WITHIN:.0f} s; the logs are in {self._logs}")
            time.sleep(0.01)

    def check(self) -> None:
        """Looks whether all parts run.

        Raises:
            LabError: one has ended.
        """
        for part in self._parts:
            if part.process.poll() is not None:
                raise _ended(part)

    def stop(self) -> None:
        """Stops all parts, together."""
        parts, self._parts = self._parts, []
        self._end(parts)

    def _spawn(self, command: Command) -> _Part:
        log, account = self._logs / f"{command.name}.log", command.account
        log.touch(mode=0o600)  # logs are nobody else's to read
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*_GATE, *command.argv],
                cwd=command.cwd,
                env=dict(command.env),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=command.fds,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        part = _Part(command, process, log)
        self._guardian.watch(process.pid, command.stop)
        _open_gate(part)
        return part

    def _end(self, parts: Sequence[_Part]) -> None:
        for part in parts:
            if part.process.poll() is None:
                part.process.send_signal(part.command.stop)
        deadline = time.monotonic() + PATIENCE
        for part in parts:
            try:
                part.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(part.process.pid, signal.SIGKILL)
                part.process.wait()
            self._guardian.forget(part.process.pid)


def _open_gate(part: _Part) -> None:
    if part.process.stdin is None:
        return
    with suppress(BrokenPipeError):  # it has ended already: whoever waits for it reads why in its log
        part.process.stdin.write(b"go\n" + part.command.stdin)
        part.process.stdin.close()


def _ended(part: _Part) -> LabError:
    lines = [line.strip() for line in part.log.read_text(errors="replace").splitlines() if line.strip()]
    said = " | ".join(lines[-3:]) or "nothing"
    return LabError(f"{part.command.name} ended with status {part.process.returncode}; its log ends: {said}")
