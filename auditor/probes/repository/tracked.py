"""The files that git tracks, and what they hold."""

from __future__ import annotations

import asyncio
from pathlib import Path

from auditor.errors import Unavailable

MAX_BYTES = 1_000_000
"""Bytes of a file that readers take."""


async def tracked_files(root: Path) -> tuple[str, ...]:
    """The files that git tracks below a folder, relative to it.

    Raises:
        Unavailable: no git here, or no repository.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *("git", "-c", "core.fsmonitor=false", "-C", str(root), "ls-files", "-z"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise Unavailable(f"git cannot be started: {error.strerror}", "install git where the audit runs") from None
    try:
        out, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        reason = said.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        raise Unavailable(
            f"git cannot list the files of {root}: {reason[0]}", "point `repository` at a checkout of the project"
        )
    return tuple(sorted({name for name in out.decode("utf-8", "surrogateescape").split("\0") if name}))


def content(path: Path, most: int = MAX_BYTES) -> bytes | None:
    """What a tracked file holds; None when it is deleted in this checkout, or only points elsewhere.

    Args:
        path: of the file.
        most: bytes to read; one more is read where there are more.
    """
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as stream:
        return stream.read(most + 1)


def shown(name: str) -> str:
    """A file's name as a report can hold it: names are bytes to git."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
