"""Reads compressed files from one end to the other, within bounds."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

from auditor.probes.pgarchive import Damaged

GZIP, ZSTD, LZ4 = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"
BZIP2, XZ = b"BZh", b"\xfd7zXZ\x00"
_NAMES = {GZIP: "gzip", ZSTD: "zstd", BZIP2: "bzip2", XZ: "xz", LZ4: "lz4"}


_SMALL = 4096
"""Compressed bytes that are looked at together."""


class Unreadable(Exception):
    """It may be sound, but nobody here can look inside.

    Args:
        reason: what stands in the way.
        hint: what would settle it.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(reason)


class OutOfTime(Exception):
    """What may be spent on reading is used up."""


class Budget:
    """How long a read may take. Whoever waits for it may end it at once.

    Args:
        seconds: for all reads together.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._given_up = threading.Event()

    def give_up(self) -> None:
        """Nobody waits any more."""
        self._given_up.set()

    def spend(self) -> None:
        """Go on, if there is time.

        Raises:
            OutOfTime: there is none.
        """
        if self._given_up.is_set() or time.monotonic() > self._ends:
            raise OutOfTime


@contextmanager
def unpacked(path: Path, head: bytes) -> Iterator[IO[bytes]]:
    """What a compressed file holds; the file itself when it is none.

    Reading raises OSError, EOFError, zlib.error or :class:`Damaged` where the file is cut off or damaged.

    Args:
        path: the file.
        head: its first bytes.

    Raises:
        OSError: it cannot be opened.
        Unreadable: nothing here can decompress it.
    """
    openers: dict[bytes, Callable[[Path], Any]] = {GZIP: gzip.open, BZIP2: bz2.open, XZ: lzma.open}
    opener = next((openers[magic] for magic in openers if head.startswith(magic)), None)
    if opener:
        with opener(path) as stream:
            yield cast("IO[bytes]", stream)
    elif head.startswith(ZSTD):
        with _zstandard(path) as stream:
            yield stream
    elif head.startswith(LZ4):
        raise Unreadable("it is compressed with lz4, which the audit cannot read", "compress it with gzip or zstd")
    else:
        with path.open("rb") as stream:
            yield stream


def packing(head: bytes) -> str:
    """``gzip``, ``zstd``, another one's name, or nothing."""
    return next((name for magic, name in _NAMES.items() if head.startswith(magic)), "")


def zstd_parts(pieces: Iterable[bytes]) -> Iterator[bytes] | None:
    """What pieces of one zstd stream hold; None when no module here can decompress them.

    Raises:
        Damaged: while it is read.
    """
    for name, make in (("compression.zstd", "ZstdDecompressor"), ("zstandard", "ZstdDecompressor")):
        try:
            module = import_module(name)
        except ImportError:
            continue
        machine = getattr(module, make)()
        machine = machine.decompressobj() if name == "zstandard" else machine
        return _decompressed(pieces, machine, module.ZstdError)
    return None


def _decompressed(pieces: Iterable[bytes], machine: Any, error: type[Exception]) -> Iterator[bytes]:
    try:
        for piece in pieces:
            # small parts: one of them never becomes large, whatever it holds
            for at in range(0, len(piece), _SMALL):
                yield machine.decompress(piece[at : at + _SMALL])
    except (error, EOFError):
        raise Damaged("its compressed data is damaged") from None
    if not machine.eof:
        raise Damaged("its compressed data is damaged")


@contextmanager
def _zstandard(path: Path) -> Iterator[IO[bytes]]:
    """By Python's own module (3.14), by the package zstandard, or by the program."""
    for name in ("compression.zstd", "zstandard"):
        try:
            opener = cast("Callable[..., IO[bytes]]", import_module(name).open)
        except ImportError:
            continue
        with opener(path, "rb") as stream:
            yield cast("IO[bytes]", _Telling(stream, name))
        return
    program = shutil.which("zstd")
    if program is None:
        raise Unreadable(
            "it is compressed with zstd, which nothing here can read",
            "install the extra `zstd`, or the program zstd, where the audit runs",
        )
    with _program(path, program) as stream:
        yield stream


class _Telling(io.RawIOBase):
    """Raises one kind of error for damage, whichever module reads."""

    def __init__(self, stream: IO[bytes], module: str) -> None:
        self._stream = stream
        self._error: type[Exception] = getattr(import_module(module), "ZstdError", ValueError)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (self._error, EOFError):
            raise Damaged("the compressed file is cut off or damaged") from None
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _program(path: Path, program: str) -> Iterator[IO[bytes]]:
    with path.open("rb") as packed:
        child = subprocess.Popen(
            [program, "--decompress", "--stdout", "--quiet", "--memory=512MB"],
            stdin=packed,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    try:
        yield cast("IO[bytes]", io.BufferedReader(_Ended(child), 1 << 16))
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


class _Ended(io.RawIOBase):
    """The output of a program, which is only over when the program says that it went well."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        assert self._child.stdout is not None  # noqa: S101  it was asked for
        data = self._child.stdout.read(len(buffer))
        if not data and self._child.wait():
            raise Damaged("the compressed file is cut off or damaged")
        buffer[: len(data)] = data
        return len(data)


PACKING_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError)
"""What reading a damaged compressed file raises, apart from OSError of bzip2 and :class:`Damaged`."""
