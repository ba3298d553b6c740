"""Keeps the process that cleans up after the lab, and tells it what there is to clean up."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from auditor.errors import LabError
from auditor.lab import guard


class Guardian:
    """The process that cleans up after this one, however this one ends."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__],
            cwd="/",
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._paths: list[str] = []

    def watch(self, process: int, number: int) -> None:
        """Ends this process group too, first with this signal."""
        self._tell("watch", [process, number])

    def forget(self, process: int) -> None:
        """The process has ended; its number may be given to another."""
        with suppress(LabError):
            self._tell("forget", process)

    def remove(self, path: Path) -> None:
        """Removes this file or folder too. Said before it is made, so that it cannot be left behind."""
        self._note(str(path))

    def remove_if_empty(self, folder: Path) -> None:
        """Removes this folder too, unless others have put something in it."""
        self._note(f"{folder}/")

    def close(self) -> None:
        """Lets the guard clean up, and waits until it has."""
        with suppress(LabError):
            # in so many words: a fork of this process may hold the pipe open
            self._tell("end", 0)
        if self._process.wait():
            guard.remove(self._paths)  # somebody has killed the guard
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()

    def _note(self, path: str) -> None:
        self._paths.append(path)
        self._tell("remove", path)

    def _tell(self, order: str, value: int | str | list[int]) -> None:
        if self._process.stdin is None:
            return
        try:
            self._process.stdin.write(json.dumps([order, value]).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise LabError("the process that cleans up after the lab has ended") from error
