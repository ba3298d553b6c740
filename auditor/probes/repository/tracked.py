"""The files that git tracks, and what they hold: nothing else is read, whatever links and names say."""

from __future__ import annotations

import asyncio
import os
import stat
from enum import Enum, auto
from pathlib import Path

from auditor.errors import Unavailable
from auditor.probes import git

MAX_BYTES = 1_000_000
"""Bytes of a file that readers take."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


async def tracked_files(root: Path) -> tuple[str, ...]:
    """The files that git tracks below a folder, relative to it.

    Raises:
        Unavailable: no git here, no repository, or one whose files lie elsewhere.
    """
    top = (await _answer(root, "rev-parse", "--show-toplevel")).decode("utf-8", "surrogateescape").rstrip("\n")
    if top and not _is_below(root, top):
        raise Unavailable(
            f"the files of the repository in {root} lie in {git.shown(top)}: core.worktree leads there",
            "point `repository` at a checkout of the project",
        )
    out = await _answer(root, "ls-files", "-z")
    return tuple(sorted({name for name in out.decode("utf-8", "surrogateescape").split("\0") if name}))


def _is_below(folder: str | Path, top: str | Path) -> bool:
    """Whether a folder lies in another one, links followed."""
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(top))


async def _answer(root: Path, *arguments: str) -> bytes:
    """What git answers; it is ended when nobody waits any more."""
    try:
        process = await asyncio.create_subprocess_exec(
            *git.command(root, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=git.environment(),
        )
    except OSError as error:
        raise Unavailable(f"git cannot be started: {error.strerror}", "install git where the audit runs") from None
    try:
        async with asyncio.timeout(git.SECONDS):
            out, said = await process.communicate()
    except TimeoutError:
        raise Unavailable(f"git {arguments[0]} did not answer within {git.SECONDS:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise git.refusal(f"git cannot list the files of {root}", root, said)
    return out


class Lying(Enum):
    """What lies where a tracked file should."""

    FILE = auto()
    GONE = auto()
    """Nothing: it is deleted, or left out by a sparse checkout."""
    FOLDER = auto()
    """A folder: another repository, that this one holds as a submodule."""
    OTHER = auto()
    """A link, a pipe, a device; or it lies beyond a link, where git does not go either."""


def lying(root: Path, name: str) -> Lying:
    """What lies in the place of a tracked file.

    Args:
        root: the repository.
        name: of the file, relative to it. Whoever makes the index chooses it.

    Raises:
        OSError: a folder may not be looked into.
    """
    parts = name.split("/")
    if not set(parts).isdisjoint(("", ".", "..", ".git")) or "\0" in name:
        return Lying.OTHER  # git adds no such name: somebody wrote the index by hand
    place = str(root)
    for last, part in enumerate(parts, 1):
        place = f"{place}/{part}"
        try:
            mode = os.lstat(place).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return Lying.GONE
        if stat.S_ISLNK(mode):
            return Lying.OTHER
        if last == len(parts):
            return Lying.FILE if stat.S_ISREG(mode) else Lying.FOLDER if stat.S_ISDIR(mode) else Lying.OTHER
    return Lying.OTHER


def content(root: Path, name: str, most: int = MAX_BYTES) -> bytes | None:
    """What a file of the repository holds; None when there is none, or what lies there only points elsewhere.

    Args:
        root: the repository.
        name: of the file, relative to it.
        most: bytes to read; one more is read where there are more.

    Raises:
        OSError: it may not be read.
    """
    if lying(root, name) is not Lying.FILE:
        return None
    with os.fdopen(os.open(f"{root}/{name}", _FLAGS), "rb") as stream:
        # it may have been changed for a pipe since
        return stream.read(most + 1) if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) else None


def is_within(root: Path, folder: str) -> bool:
    """Whether a folder lies in the repository, links followed.

    Args:
        root: the repository.
        folder: relative to it.
    """
    if "\0" in folder:
        return False
    return _is_below(root / folder, root)
