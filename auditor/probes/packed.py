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
_NAMES = {GZIP: "gzip", ZSTD: "zstd", BZIP2: "bzip2", XZ: "xz", LZ4: "lz4", b"PK\x03\x04": "zip", b"7z\xbc\xaf": "7z"}
_FOREIGN = ("lz4", "zip", "7z")


_SMALL = 512
"""Compressed bytes that are looked at together."""


_CUT = "the compressed file is cut off or damaged"


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
    elif (name := packing(head)) in _FOREIGN:
        raise Unreadable(f"it is compressed with {name}, which the audit cannot read", "compress it with gzip or zstd")
    else:
        with path.open("rb") as stream:
            yield stream


def packing(head: bytes) -> str:
    """``gzip``, ``zstd``, another one's name, or nothing."""
    return next((name for magic, name in _NAMES.items() if head.startswith(magic)), "")


def zstd_parts(pieces: Iterable[bytes]) -> Iterator[bytes] | None:
    """What pieces of zstd frames hold, by Python's own module (3.14) or the package; None when there is neither.

    Raises:
        Damaged: while it is read.
    """
    for name in ("compression.zstd", "zstandard"):
        try:
            return _frames(pieces, import_module(name))
        except ImportError:
            continue
    return None


def _frames(pieces: Iterable[bytes], module: Any) -> Iterator[bytes]:
    machine = None
    try:
        for piece in pieces:
            # small parts: what comes out of one is bounded, whatever it holds
            for at in range(0, len(piece), _SMALL):
                rest = piece[at : at + _SMALL]
                while rest:
                    machine = machine or _machine(module)
                    yield machine.decompress(rest)
                    rest = machine.unused_data if machine.eof else b""
                    machine = None if machine.eof else machine
    except (module.ZstdError, EOFError):
        raise Damaged(_CUT) from None
    if machine is not None:
        raise Damaged(_CUT)


def _machine(module: Any) -> Any:
    made = module.ZstdDecompressor()
    return made.decompressobj() if hasattr(made, "decompressobj") else made


@contextmanager
def _zstandard(path: Path) -> Iterator[IO[bytes]]:
    """By a module of Python, else by the program."""
    with path.open("rb") as packed:
        parts = zstd_parts(iter(lambda: packed.read(1 << 16), b""))
        if parts is not None:
            yield cast("IO[bytes]", io.BufferedReader(_Joined(parts), 1 << 16))
            return
    program = shutil.which("zstd")
    if program is None:
        raise Unreadable(
            "it is compressed with zstd, which nothing here can read",
            "install the extra `zstd`, or the program zstd, where the audit runs",
        )
    with _program(path, program) as stream:
        yield stream


class _Joined(io.RawIOBase):
    """A file of what a generator makes."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = memoryview(part)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


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
            raise Damaged(_CUT)
        buffer[: len(data)] = data
        return len(data)


PACKING_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError)
"""What reading a damaged compressed file raises, apart from OSError of bzip2 and :class:`Damaged`."""
