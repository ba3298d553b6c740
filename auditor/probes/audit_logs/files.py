"""Finds log files and reads their ends, bounded in number, bytes and time. Blocking: for a thread."""

from __future__ import annotations

import bz2
import glob
import gzip
import lzma
import os
import re
import stat
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import IO

from auditor.facts.log_files import LogFile

MOST_FILES = 100
MOST_MATCHES = 5_000
TAIL_BYTES = 2_000_000
"""Of one file."""
HEAD_BYTES = 65_536
UNPACKED_BYTES = 32_000_000
"""Of a compressed file, until its end is given up."""

_WEB_ROOTS = frozenset({"public", "public_html", "htdocs", "wwwroot", "static", ".next", "webroot", "www-root"})
_WEB_PATHS = ("/usr/share/nginx/html", "/var/www/html", "/srv/http", "/srv/www", "/usr/local/apache2/htdocs")
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")
_JOURNAL = b"LPKSHHRH"
_ZSTD = b"\x28\xb5\x2f\xfd"
Packed = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was found."""

    path: Path
    status: os.stat_result

    @property
    def changed(self) -> datetime:
        """When it was written to last."""
        return datetime.fromtimestamp(min(max(self.status.st_mtime, 0), 253_402_300_000), UTC)


@dataclass(frozen=True, slots=True)
class End:
    """The last bytes of a file, or its first ones."""

    data: bytes = b""
    whole: bool = True
    """The file has no more than this."""
    problem: str = ""


def find(patterns: Iterable[str]) -> tuple[list[Opened], list[str]]:
    """The files that match, newest first, and what could not be looked at.

    Args:
        patterns: globs, absolute.
    """
    found: dict[tuple[int, int], Opened] = {}
    problems: list[str] = []
    seen = 0
    for pattern in patterns:
        for name in glob.iglob(pattern, recursive=True):  # noqa: PTH207
            seen += 1
            if seen > MOST_MATCHES:
                problems.append(f"more than {MOST_MATCHES} files match {pattern}: the rest was not looked at")
                break
            try:
                status = Path(name).stat()
            except FileNotFoundError:  # logs are rotated while the audit looks
                continue
            except OSError as error:
                problems.append(f"{name} cannot be read: {error.strerror}")
                continue
            key = (status.st_dev, status.st_ino)
            # of two names of one file the one that is served tells more
            if stat.S_ISREG(status.st_mode) and (key not in found or web_root(Path(name))):
                found[key] = Opened(Path(name), status)
    ordered = sorted(found.values(), key=lambda one: one.status.st_mtime, reverse=True)
    return ordered, problems


def described(opened: Opened, problem: str = "") -> LogFile:
    """What a finding may say of a file."""
    mode = stat.S_IMODE(opened.status.st_mode)
    return LogFile(
        str(opened.path),
        opened.status.st_size,
        opened.changed,
        f"{mode:04o}",
        bool(mode & 0o004) and _reachable(opened.path),
        web_root(opened.path) or web_root(_real(opened.path)),
        problem,
    )


def _real(path: Path) -> Path:
    """Where a link leads to, as far as that can be told."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _reachable(path: Path) -> bool:
    """Whether every user may pass the folders on the way."""
    try:
        return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
    except OSError:
        return False


def web_root(path: PurePath) -> str:
    """The folder on the way to a file that web servers serve files from; empty when there is none.

    Args:
        path: of the file.
    """
    for parent in path.parents:
        if parent.name.lower() in _WEB_ROOTS or str(parent) in _WEB_PATHS:
            return str(parent)
    return ""


def tail(path: Path, most: int = TAIL_BYTES, until: float | None = None) -> End:
    """The end of a file, unpacked where it is packed; it begins with a whole line.

    Args:
        path: of the file.
        most: bytes.
        until: of ``time.monotonic``, after which the rest of a packed file is left.
    """
    try:
        with _opened(path) as file:
            start = file.read(8)
            if problem := _unreadable(start):
                return End(problem=problem)
            file.seek(0)
            plain = _unpacked(start, file)
            if plain is None:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - most))
                return _whole_lines(file.read(most), whole=size <= most)
            with plain:
                return _unpacked_tail(plain, most, until)
    except _BROKEN as error:
        return End(problem=f"it cannot be read: {getattr(error, 'strerror', None) or error}")


def since(path: Path, start: int, most: int) -> bytes:
    """What stands in a file from a place on, as it is; nothing when it cannot be read.

    Args:
        path: of the file.
        start: in bytes.
        most: bytes.
    """
    try:
        with _opened(path) as file:
            file.seek(start)
            return file.read(most)
    except OSError:
        return b""


def head(path: Path, most: int = HEAD_BYTES) -> End:
    """The beginning of a file, unpacked where it is packed.

    Args:
        path: of the file.
        most: bytes.
    """
    try:
        with _opened(path) as file:
            start = file.read(8)
            if problem := _unreadable(start):
                return End(problem=problem)
            file.seek(0)
            plain = _unpacked(start, file)
            if plain is None:
                return _whole_lines(file.read(most), whole=True)
            with plain:
                return End(plain.read(most))
    except _BROKEN as error:
        return End(problem=f"it cannot be read: {getattr(error, 'strerror', None) or error}")


def _opened(path: Path) -> IO[bytes]:
    # O_NONBLOCK: what was a file may be a pipe by now, and nobody may ever write to it
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is no regular file")
    return os.fdopen(descriptor, "rb")


def _unreadable(start: bytes) -> str:
    if start.startswith(_JOURNAL):
        return "it is systemd's journal: give a command, journalctl --output=short-iso --unit=..."
    if start.startswith(_ZSTD):
        return "it is packed with zstd, which the audit does not unpack"
    return ""


def _unpacked(start: bytes, file: IO[bytes]) -> Packed | None:
    """What unpacks a file, by its first bytes; None when it is not packed."""
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(file)
    return lzma.LZMAFile(file) if start.startswith(b"\xfd7zXZ\0") else None


def _unpacked_tail(plain: Packed, most: int, until: float | None) -> End:
    kept, read = b"", 0
    while chunk := plain.read(262_144):
        read += len(chunk)
        kept = (kept + chunk)[-most:]
        if read > UNPACKED_BYTES or (until is not None and time.monotonic() > until):
            problem = f"it unpacks to more than {read} bytes: the rest was left"
            return End(_whole_lines(kept, whole=False).data, False, problem)
    return _whole_lines(kept, whole=read <= most)


def _whole_lines(data: bytes, *, whole: bool) -> End:
    if data.startswith(b"\0" * 16):  # truncated while somebody went on writing: a hole
        data = data.lstrip(b"\0")
    if whole:
        return End(data)
    return End(data[data.find(b"\n") + 1 :], False)


def text_of(data: bytes) -> str:
    """Bytes of a log as text, colours left out: UTF-8, or UTF-16 where every other byte is zero. Never fails.

    Args:
        data: of a log.
    """
    sample = data[:4096]
    encoding = "utf-8"
    if len(sample) >= 8 and sample.count(0) >= len(sample) // 3:
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    text = data.decode(encoding, "replace").lstrip("\ufeff")
    return _COLOUR.sub("", text) if "\x1b" in text else text


def is_binary(data: bytes) -> bool:
    """Whether it is no text at all."""
    text = text_of(data[:8192])
    odd = sum(1 for character in text if character == "\ufffd" or (character < " " and character not in "\t\n\r\x1b"))
    return len(text) >= 16 and odd > len(text) * 0.3
