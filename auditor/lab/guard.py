"""Ends what a lab leaves behind when its process dies, even by SIGKILL.

Runs as a process of its own with nothing but the standard library. It reads orders from a pipe whose other end only the
lab's process holds; the pipe ends when that process does, whatever killed it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

PATIENCE = 5.0
"""Seconds that processes get to end by themselves, and then to be gone."""


def main() -> None:
    """Takes orders until told to end or the pipe ends, then cleans up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    paths: list[str] = []
    for line in sys.stdin:
        order, value = json.loads(line)
        if order == "watch":
            group, groups[group] = value
        elif order == "forget":
            groups.pop(value, None)
        elif order == "remove":
            paths.append(value)
        else:
            break
    end(groups)
    remove(paths)


def end(groups: Mapping[int, int]) -> None:
    """Ends process groups: each with its own signal, where 0 lets it finish, and then with SIGKILL."""
    left = {group for group, number in groups.items() if _signalled(group, number)}
    _await(left)
    _await({group for group in left if _signalled(group, signal.SIGKILL)})


def _await(groups: set[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(_signalled(group, 0) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.01)


def _signalled(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return False
    return True


def remove(paths: Iterable[str]) -> None:
    """Removes files and folders, the last named first. A path that ends in a slash goes only when it is empty."""
    for path in reversed(list(paths)):
        try:
            _remove(path)
        except OSError as error:
            sys.stderr.write(f"{error}\n")


def _remove(path: str) -> None:
    if path.endswith("/"):
        Path(path).rmdir()
    elif Path(path).is_dir() and not Path(path).is_symlink():
        shutil.rmtree(path)
    else:
        Path(path).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
