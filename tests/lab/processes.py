"""Looks at /proc: which processes descend from one, and which are gone."""

from __future__ import annotations

import time
from pathlib import Path


def children(parent: int) -> set[int]:
    """Every process that descends from this one."""
    by_parent: dict[int, set[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        by_parent.setdefault(int(fields[1]), set()).add(int(stat.parent.name))
    found, new = set(), {parent}
    while new:
        new = set().union(*(by_parent.get(pid, set()) for pid in new))
        found |= new
    return found


def alive(processes: set[int]) -> set[int]:
    """Those that still run. A zombie does not."""
    return {pid for pid in processes if _state(pid) not in ("", "Z", "X")}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def command(pid: int) -> str:
    """Its command line; empty when it is gone already."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def wait_until(true, within: float = 15.0) -> bool:
    """Tries until something is true."""
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
