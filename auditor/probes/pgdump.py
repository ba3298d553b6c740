"""Reads what a file made by pg_dump says of itself, without running PostgreSQL's tools.

Source of the custom format's header: ``ReadHead`` of PostgreSQL's pg_backup_archiver.c.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

_MAGIC = b"PGDMP"
_GZIP = b"\x1f\x8b"
_BEGIN = b"PostgreSQL database dump"
_END = b"PostgreSQL database dump complete"
_HEAD = 65_536
_TAIL = 4096
_TIME_FIELDS = 7


@dataclass(frozen=True, slots=True)
class DumpFile:
    """What the file says."""

    format: str = ""
    """Such as ``custom 1.16`` or ``plain``."""
    database: str = ""
    server_version: str = ""
    problem: str = ""
    """What is wrong with it; empty when nothing was found."""


class _Truncated(Exception):
    """The header ends before it is complete."""


class _Header:
    """Reads integers and strings the way the archive writes them."""

    def __init__(self, data: bytes, at: int, int_size: int) -> None:
        self.data, self.at, self.int_size = data, at, int_size

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise _Truncated
        self.at += count
        return self.data[self.at - count : self.at]

    def integer(self) -> int:
        sign, *_ = self.take(1)
        value = int.from_bytes(self.take(self.int_size), "little")
        return -value if sign else value

    def string(self) -> str:
        length = self.integer()
        return "" if length < 0 else self.take(length).decode("utf-8", "replace")


def read_dump(path: Path) -> DumpFile:
    """Recognise a dump file and look for signs that it is incomplete.

    Args:
        path: custom or plain format, the latter gzipped or not.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if not head:
            return DumpFile(problem="it is empty")
        if head.startswith(_MAGIC):
            return read_custom_header(head)
        if not head.startswith(_GZIP):
            stream.seek(0)
            return _plain(stream, "plain")
    try:
        with gzip.open(path) as unpacked:
            return _plain(cast("IO[bytes]", unpacked), "plain, gzipped")
    except (EOFError, gzip.BadGzipFile):
        return DumpFile("plain, gzipped", problem="the compressed file is cut off or damaged")


def read_custom_header(head: bytes) -> DumpFile:
    """The header of the custom format (archive versions 1.12 to 1.16).

    Args:
        head: the first bytes of the file.
    """
    if len(head) < 11:
        return DumpFile("custom", problem="it ends inside its header")
    version = (head[5], head[6])
    name = f"custom {version[0]}.{version[1]}"
    if not (1, 12) <= version <= (1, 16):
        return DumpFile(name, problem="its archive version is not known to this audit")
    int_size, _offset_size, _format = head[8:11]
    header = _Header(head, 11, int_size)
    try:
        header.take(1) if version >= (1, 15) else header.integer()  # compression
        for _ in range(_TIME_FIELDS):  # local time without a zone: of no use as evidence
            header.integer()
        return DumpFile(name, header.string(), header.string().split(" ")[0])
    except _Truncated:
        return DumpFile(name, problem="it ends inside its header")


def _plain(stream: IO[bytes], kind: str) -> DumpFile:
    first = last = stream.read(_HEAD)
    while block := stream.read(1 << 20):
        last = (last + block)[-_TAIL:]
    if _BEGIN not in first:
        return DumpFile(kind, problem="it does not look like a dump of PostgreSQL")
    return DumpFile(kind, problem="" if _END in last else "its end is missing: pg_dump did not finish")
