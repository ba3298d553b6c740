"""Reads a tar archive from one end to the other, and knows whether it ends where it should.

Python's own module takes an archive that is cut off between two files for whole.
Source: pax Interchange Format, POSIX.1-2017 (ustar header block, end of archive).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from auditor.probes.pgarchive import Cut, Damaged

_BLOCK = 512
_PART = 1 << 20


def is_tar(head: bytes) -> bool:
    """Whether a file begins as a tar archive does (old ones of pg_dump have no version behind ``ustar``)."""
    return head[257:262] == b"ustar"


def members(stream: IO[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each file's name and its bytes, which are passed over when the caller does not read them.

    Args:
        stream: the archive, at its beginning.

    Raises:
        Cut: it ends before its end.
        Damaged: it is no tar archive.
    """
    while any(header := _exactly(stream, _BLOCK)):
        if not is_tar(header):
            raise Damaged("its data is damaged")
        size = _size(header[124:136])
        content = _content(stream, size)
        yield header[:100].split(b"\0")[0].decode("utf-8", "replace"), content
        for _ in content:
            pass
        _exactly(stream, -size % _BLOCK)
    if any(_exactly(stream, _BLOCK)):
        raise Damaged("its data is damaged")


def _size(field: bytes) -> int:
    if field[0] & 0x80:  # more than 8 GiB
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not digits or not set(digits) <= set(b"01234567"):
        raise Damaged("its data is damaged")
    return int(digits, 8)


def _content(stream: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        part = _exactly(stream, min(size, _PART))
        size -= len(part)
        yield part


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = b""
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    if len(data) < size:
        raise Cut
    return data
