"""Runs a test's coroutine, and proves that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import warnings
from pathlib import Path


def sockets() -> set[str]:
    """The sockets that this process has open."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            name = str(link.readlink())
        except OSError:
            continue
        if name.startswith("socket:"):
            found.add(name)
    return found


def run(coroutine):
    """Like asyncio.run, and fails on open sockets, resource warnings and errors that nobody has seen.

    What was there before is kept out of the search for what is left: it is most of what there is, and none of it.
    """
    unseen: list[str] = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unseen.append(str(context)))
        return await coroutine

    before = sockets()
    gc.freeze()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            return asyncio.run(main())
        finally:
            gc.collect()
            gc.unfreeze()
            assert sockets() - before == set()
            assert not seen, [f"{w.category.__name__}: {w.message}" for w in seen]
            assert not unseen, unseen
