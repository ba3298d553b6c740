"""Reads what a file made by pg_dump says of itself, without running PostgreSQL's tools."""

from __future__ import annotations

import gzip
import os
import zlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, cast

from auditor.probes.pgarchive import CUSTOM, MAGIC, Cut, Damaged, Reader, prove_whole, read_header

_GZIP = b"\x1f\x8b"
_BEGIN = b"PostgreSQL database dump"
_END = b"PostgreSQL database dump complete"
_HEAD = 65_536
_TAIL = 4096


@dataclass(frozen=True, slots=True)
class DumpFile:
    """What the file says."""

    format: str = ""
    """Such as ``custom 1.16`` or ``plain``."""
    database: str = ""
    server_version: str = ""
    problem: str = ""
    """What is wrong with it; empty when nothing was found."""
    started: datetime | None = None
    """When pg_dump began, by the clock and in the zone of its machine, whichever that is."""


def read_dump(path: Path) -> DumpFile:
    """Recognise a dump file and look for signs that it is incomplete.

    Args:
        path: custom or plain format, the latter gzipped or not.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        size = stream.seek(0, os.SEEK_END)
        if not head:
            return DumpFile(problem="it is empty")
        if head.startswith(MAGIC):
            stream.seek(0)
            return _custom(stream, size)
        if not head.startswith(_GZIP):
            stream.seek(max(0, size - _TAIL))
            return _plain(head, stream.read(), "plain")
    try:
        with gzip.open(path) as unpacked:
            return _plain(*_ends(cast("IO[bytes]", unpacked)), "plain, gzipped")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return DumpFile("plain, gzipped", problem="the compressed file is cut off or damaged")


def read_custom_header(head: bytes) -> DumpFile:
    """The header of the custom format (archive versions 1.12 to 1.16).

    Args:
        head: the first bytes of the file.
    """
    return _custom(BytesIO(head), len(head), whole=False)


def _custom(stream: BinaryIO, size: int, *, whole: bool = True) -> DumpFile:
    reader = Reader(stream, size)
    header = None
    problem = ""
    try:
        header = read_header(reader)
        if header.format != CUSTOM:
            problem = "it is only the table of contents of a dump in another format"
        elif whole:
            prove_whole(reader)
    except Cut:
        problem = "it is cut off" if header else "it ends inside its header"
    except Damaged as damaged:
        problem = str(damaged)
    name = "custom {}.{}".format(*reader.version) if any(reader.version) else "custom"
    if header is None:
        return DumpFile(name, problem=problem)
    return DumpFile(name, header.database, header.server_version, problem, header.started)


def _ends(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """The first and the last bytes of a stream that can only be read from one end to the other."""
    first = last = stream.read(_HEAD)
    while block := stream.read(1 << 20):
        last = (last + block)[-_TAIL:]
    return first, last


def _plain(first: bytes, last: bytes, kind: str) -> DumpFile:
    if _BEGIN not in first:
        return DumpFile(kind, problem="it does not look like a dump of PostgreSQL")
    return DumpFile(kind, problem="" if _END in last else "its end is missing: pg_dump did not finish")
