"""Finds the dump files that the checklist names."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG

_MANY = 1000
"""Dump files that are looked at, newest first."""


def dump_files(patterns: Iterable[str]) -> tuple[list[tuple[float, int, Path]], list[tuple[Path, str]]]:
    """The files that match, newest first: when each was changed (seconds since 1970), its size in bytes, its path.

    Args:
        patterns: globs, ``**`` for folders in folders.

    Returns:
        The files, at most a thousand; and those that cannot be looked at, with the reason.
    """
    files: list[tuple[float, int, Path]] = []
    unreadable: list[tuple[Path, str]] = []
    for path in {Path(name) for pattern in patterns for name in glob.glob(pattern, recursive=True)}:  # noqa: PTH207
        try:
            status = path.stat()
        except FileNotFoundError:  # backups are rotated while the audit looks
            continue
        except OSError as error:
            unreadable.append((path, f"it cannot be read: {error.strerror}"))
            continue
        if S_ISREG(status.st_mode):
            files.append((status.st_mtime, status.st_size, path))
    return sorted(files, reverse=True)[:_MANY], unreadable
