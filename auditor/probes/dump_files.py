"""Finds the dump files that the checklist names."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISDIR, S_ISREG

_MANY = 1000
"""Dump files that are looked at, newest first."""
_TOC = "toc.dat"
_PART = re.compile(r"(?:[0-9]+\.dat|blobs?(?:_[0-9]+)?(?:\.toc)?)(?:\.(?:gz|lz4|zst))?")
"""A file of data in a folder that pg_dump writes."""
_BESIDE = re.compile(
    r"\.(?:md5|sha\d+|sha\d+sum|sum|sig|minisig|log|err|txt|md|json|ya?ml|toml|sh|py|gitkeep|gitignore|done|ok)",
    re.IGNORECASE,
)
"""What lies beside dumps and is none."""


def dump_files(patterns: Iterable[str]) -> tuple[list[tuple[float, int, Path]], list[tuple[Path, str]]]:
    """The dumps that match, newest first: when each was changed (seconds since 1970), its size in bytes, its path.

    A folder that pg_dump wrote (``--format=directory``) is one dump, also when a pattern matches the files in it.
    Files that are no dumps by their name (checksums, logs, notes) are left out.

    Args:
        patterns: globs, ``**`` for folders in folders.

    Returns:
        The dumps, at most a thousand; and those that cannot be looked at, with the reason.
    """
    files: dict[Path, tuple[float, int]] = {}
    unreadable: dict[Path, str] = {}
    seen: set[tuple[int, int]] = set()
    names = {name for pattern in patterns for name in glob.glob(pattern, recursive=True)}  # noqa: PTH207
    # "latest" may be a link to another that matches: files come before links, and each counts once
    for path in sorted(map(Path, names), key=lambda path: (path.is_symlink(), str(path))):
        try:
            place = _whole(path)
            identity = place.stat().st_dev, place.stat().st_ino
            found = None if place in files or identity in seen else _looked_at(place)
            seen.add(identity)
        except FileNotFoundError:  # backups are rotated while the audit looks
            continue
        except OSError as error:
            unreadable[path] = f"it cannot be read: {error.strerror}"
            continue
        if found:
            files[place] = found
    newest = sorted(((changed, size, path) for path, (changed, size) in files.items()), reverse=True)
    return newest[:_MANY], sorted(unreadable.items())


def _whole(path: Path) -> Path:
    """The folder, when the file is a part of a dump in the directory format."""
    inside = path.name == _TOC or (_PART.fullmatch(path.name) and (path.parent / _TOC).is_file())
    return path.parent if inside else path


def _looked_at(path: Path) -> tuple[float, int] | None:
    status = path.stat()
    if S_ISDIR(status.st_mode):
        return _folder(path)
    beside = _BESIDE.fullmatch(path.suffix) or path.name.startswith(".")
    return (status.st_mtime, status.st_size) if S_ISREG(status.st_mode) and not beside else None


def _folder(path: Path) -> tuple[float, int] | None:
    """When the newest file of the folder was changed, and the size of all; None when pg_dump did not make it."""
    parts = [part for part in path.iterdir() if part.name == _TOC or _PART.fullmatch(part.name)]
    if not any(part.name == _TOC or part.name[0].isdigit() for part in parts):
        return None
    states = [part.stat() for part in parts]
    return max(state.st_mtime for state in states), sum(state.st_size for state in states)
